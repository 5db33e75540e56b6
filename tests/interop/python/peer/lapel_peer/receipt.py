"""Receipts: writing, verifying and saying what they show (section "Receipt")."""

from dataclasses import dataclass, replace
from hashlib import sha256
from hmac import compare_digest

from . import badge as badges
from . import cbor, keys, wire
from .contents import Contents
from .curve import good_ephemeral, verify
from .errors import (Bytes, Commitment, Encoding, EphemeralKey, NewerVersion, OneSided, Refused, Signature)

TAG, VERSION = "lapel receipt", 1
MOST, CHECKSUM, EXT_MOST = 2560, 8, 256
COMPARISONS = ("not_compared", "agrees", "differs")
STATES = {wire.OFFER: "offered", wire.CONFIRM: "confirmed"}
SIDES = ("holder", "peer")

Disclosed = tuple[bytes, bytes]  # A badge or an attestation, and its salt.


@dataclass(frozen=True)
class Side:
    """One side of a receipt. Holds blinds and salts, never a seed."""

    ephemeral: bytes
    blind: bytes
    opening: list
    kind: int
    signature: bytes
    badge: Disclosed | None
    attestation: Disclosed | None

    @classmethod
    def of(cls, ephemeral: bytes, said: Contents, kind: int) -> "Side":
        """The whole side that these contents and their signature make."""
        salts = said.openings
        shown = (said.badge, salts.salt), (said.attestation, salts.salt2) if said.attestation else None
        return cls(ephemeral, salts.blind, said.opening, kind, said.signature, *shown)

    @property
    def person(self) -> bytes:
        return self.opening[0]

    @property
    def event(self) -> str:
        return self.opening[2]

    @property
    def hello(self) -> bytes:
        return wire.hello(self.ephemeral, keys.commitment(self.blind, self.opening))

    def bare(self) -> "Side":
        """The same without what may be left out."""
        return replace(self, badge=None, attestation=None)

    def items(self) -> list:
        shown = [list(one) if one else None for one in (self.badge, self.attestation)]
        return [self.ephemeral, self.blind, self.opening, self.kind, self.signature, *shown]


@dataclass(frozen=True)
class Receipt:
    """A receipt whose encoding is right; ``verify`` says whether the rest is."""

    comparison: int
    holder: Side
    peer: Side

    def encode(self) -> bytes:
        halves = self.holder.items(), self.peer.items()
        data = cbor.encode([TAG, VERSION, self.comparison, *halves, bytes(CHECKSUM)])
        covered = data[: -CHECKSUM - 1]
        return covered + cbor.encode(checksum(covered))

    @property
    def transcript(self) -> bytes:
        return keys.transcript(self.holder.hello, self.peer.hello)

    def verify(self):
        """Refuses what two keys didn't sign, by the first name in the text's order; the flaw is the side."""
        sides = self.holder, self.peer
        if self.holder.ephemeral == self.peer.ephemeral or self.holder.person == self.peer.person:
            raise OneSided
        for name, side in zip(SIDES, sides):
            if not good_ephemeral(side.ephemeral):
                raise EphemeralKey(name)
        for name, side, other in zip(SIDES, sides, reversed(sides)):
            _check_disclosed(name, side)
            said = keys.statement(side.kind, self.transcript, side.ephemeral, other.person)
            if not verify(side.person, side.signature, said):
                raise Signature(name)

    def shown(self) -> dict:
        """Exactly what the receipt shows. Who holds it and the comparison are the holder's claims."""
        document = {"transcript": self.transcript.hex()}
        document |= {"holder": _show(self.holder), "peer": _show(self.peer)}
        if self.holder.event and self.holder.event == self.peer.event:
            document["event"] = self.holder.event
        return document | {"comparison": COMPARISONS[self.comparison]}


def read(data: bytes) -> Receipt:
    """The receipt that ``data`` is, verified."""
    receipt = decode(data)
    receipt.verify()
    return receipt


def decode(data: bytes) -> Receipt:
    """The receipt that ``data`` is the one encoding of, with its checksum right."""
    if len(data) > MOST:
        raise Bytes
    if _is_newer(data):
        raise NewerVersion
    try:
        document = cbor.decode(data)
    except Encoding:
        raise Bytes from None
    match document:
        case [tag, version, int(comparison), list(holder), list(peer), bytes(found)] if (
            (tag, version) == (TAG, VERSION) and comparison < len(COMPARISONS)
        ):
            if not compare_digest(found, checksum(data[: -CHECKSUM - 1])):
                raise Bytes
            return Receipt(comparison, _side(holder), _side(peer))
    raise Bytes


def _is_newer(data: bytes) -> bool:
    """Whether an array begins with the tag and a version above 1, whatever follows."""
    try:
        tag, version = cbor.decode_array_start(data, 2)
    except Encoding:
        return False
    return tag == TAG and isinstance(version, int) and version > VERSION


def _side(items: list) -> Side:
    match items:
        case [bytes(ephemeral), bytes(blind), list(opening), int(kind), bytes(signature), *shown] if (
            (len(ephemeral), len(blind), len(signature), len(shown)) == (32, 32, 64, 2) and kind in STATES
        ):
            badge, attestation = shown
            sizes = range(badges.BADGE_MOST + 1), range(MOST)
            shown = map(_disclosed, (badge, attestation), sizes)
            return Side(ephemeral, blind, _opening(opening), kind, signature, *shown)
    raise Bytes


def _opening(opening: list) -> list:
    match opening:
        case [bytes(person), int(met_at), str(event), bytes(badge), bytes(attestation), bytes(ext)] if (
            (len(person), len(badge), len(attestation)) == (32, 32, 32) and len(ext) <= EXT_MOST
            and keys.TIME_LEAST <= met_at <= keys.TIME_MOST
        ):
            try:
                badges.check_event(event)
            except Refused:
                raise Bytes from None
            return opening
    raise Bytes


def _disclosed(pair, sizes) -> Disclosed | None:
    match pair:
        case None:
            return None
        case [bytes(shown), bytes(salt)] if len(shown) in sizes and len(salt) == 32:
            return shown, salt
    raise Bytes


def _check_disclosed(name: str, side: Side):
    """What is shown is valid and what the opening covers."""
    kinds = (side.badge, badges.decode, keys.badge_hash, 3), (
        side.attestation, badges.check_attestation, keys.attestation_hash, 4)
    for disclosed, check, hash_of, place in kinds:
        if disclosed is None:
            continue
        shown, salt = disclosed
        try:
            check(shown)
        except Refused:
            raise Commitment(name) from None
        if not compare_digest(hash_of(salt, shown), side.opening[place]):
            raise Commitment(name)


def checksum(covered: bytes) -> bytes:
    """The first eight bytes of a hash; finds accidents and proves nothing."""
    return sha256(covered).digest()[:CHECKSUM]


def _show(side: Side) -> dict:
    document = {"person": side.person.hex(), "state": STATES[side.kind], "claimed_time": side.opening[1],
                "claimed_event": side.event}
    return document | ({"badge": badges.decode(side.badge[0])} if side.badge else {})
