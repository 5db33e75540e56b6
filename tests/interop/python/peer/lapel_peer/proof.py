"""Proofs: many receipts in one file, verified as a stream (section "Proof").

    python -m lapel_peer.proof FILE …      a line of JSON for each: what it shows, or by which name it is refused
"""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO

from . import badge, cbor, keys, receipt
from .curve import good_point, verify
from .errors import (AnotherHolder, Encoding, NewerVersion, NotAProof, Order, Refused, Repeated, Signature, Trailing,
                     Truncated)
from .errors import Header as BadHeader
from .errors import Receipt as BadReceipt

TAG, VERSION = "lapel proof", 1
HEADER_MOST, TO_MOST, PURPOSE_MOST, RECEIPTS_MOST = 1024, 96, 256, 1_000_000
LABEL = "lapel/1 proof"
NUMBERED = BadReceipt, AnotherHolder, Repeated, Order  # Refusals that say which receipt.


@dataclass(frozen=True)
class Header:
    """Whose proof it is, and what they say of it."""

    holder: bytes
    to: str
    purpose: str
    made_at: int
    receipts: int


def statement(covered: bytes) -> bytes:
    """What a holder signs over the SHA-256 of everything before the signature."""
    return keys.tuple_of(LABEL, covered)


def read(file: BinaryIO, visit: Callable[[dict], None]) -> dict:
    """Verifies a proof and tells ``visit`` what each receipt shows, which counts only once this returns."""
    strings = _Strings(file)
    header = _header(strings)
    contacts, confirmed, before = 0, set(), None
    for number in range(1, header.receipts + 1):
        try:
            data = strings.next(receipt.MOST)
            held = receipt.read(data)
        except Truncated:
            raise
        except Encoding:
            raise BadReceipt(f"{number}: bytes") from None
        except Refused as refused:
            flaw = f"{refused.name} of {refused.flaw}" if refused.flaw else refused.name
            raise BadReceipt(f"{number}: {flaw}") from None
        if held.holder.person != header.holder:
            raise AnotherHolder(str(number))
        place = held.peer.person, held.transcript
        if before is not None and place <= before:
            raise (Repeated if place == before else Order)(str(number))
        contacts += before is None or before[0] != place[0]
        before = place
        if receipt.STATES[held.peer.kind] == "confirmed":
            confirmed.add(place[0])
        visit(held.shown())
    covered = strings.hash.digest()
    try:
        signature = strings.next(64)
    except Encoding:
        raise Signature from None
    if not verify(header.holder, signature, statement(covered)):
        raise Signature
    if file.read(1):
        raise Trailing
    return {"holder": header.holder.hex(), "to": header.to or None, "purpose": header.purpose or None,
            "made_at": header.made_at, "contacts": contacts, "confirmed": len(confirmed),
            "bytes": strings.size, "sha256": strings.hash.hexdigest()}


class _Strings:
    """Byte strings one after the other, and the hash of all that was read."""

    def __init__(self, file: BinaryIO):
        self.file, self.hash, self.size, self.partial = file, sha256(), 0, b""

    def next(self, most: int) -> bytes:
        head = self._take(1)
        match head[0]:
            case small if 0x40 <= small <= 0x57:
                length = small - 0x40
            case 0x58:
                length = self._number(1, 24)
            case 0x59:
                length = self._number(2, 256)
            case _:
                raise Encoding
        if length > most:
            raise Encoding
        return self._take(length)

    def _number(self, size: int, least: int) -> int:
        number = int.from_bytes(self._take(size), "big")
        if number < least:
            raise Encoding
        return number

    def _take(self, size: int) -> bytes:
        data = self.file.read(size)
        if len(data) < size:
            self.partial = data
            raise Truncated
        self.hash.update(data)
        self.size += size
        return data


def _header(strings: _Strings) -> Header:
    try:
        data = strings.next(HEADER_MOST)
    except Encoding:
        raise NotAProof from None
    except Truncated:
        if not _begins(strings.partial):
            raise NotAProof from None
        raise
    if not _begins(data):
        raise NotAProof
    try:
        _, version = cbor.decode_array_start(data, 2)
    except Encoding:
        raise BadHeader from None
    if isinstance(version, int) and version > VERSION:
        raise NewerVersion
    try:
        document = cbor.decode(data)
    except Encoding:
        raise BadHeader from None
    match document:
        case [tag, version, bytes(holder), str(to), str(purpose), int(made_at), int(receipts)] if (
            (tag, version) == (TAG, VERSION) and len(holder) == 32 and good_point(holder)
            and keys.TIME_LEAST <= made_at <= keys.TIME_MOST and 1 <= receipts <= RECEIPTS_MOST
        ):
            for words, most in ((to, TO_MOST), (purpose, PURPOSE_MOST)):
                try:
                    if words:
                        badge.check_text(words, most)
                except Refused:
                    raise BadHeader from None
            return Header(holder, to, purpose, made_at, receipts)
    raise BadHeader


def _begins(data: bytes) -> bool:
    """Whether an array begins with the tag."""
    try:
        return cbor.decode_array_start(data, 1) == [TAG]
    except Encoding:
        return False


def findings(path: str) -> dict:
    """What a file shows, or by which name it is refused."""
    shown = []
    try:
        with open(path, "rb") as file:
            told = read(file, shown.append)
    except Refused as refused:
        return {"refused": f"{refused.name} {refused.flaw}" if refused.flaw else refused.name}
    return told | {"receipts": shown}


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(json.dumps(findings(argument), ensure_ascii=False))
