"""QR text: a carrier and decimal digits (section "Encodings")."""

import re

from .errors import Damaged, NotOurs

PLAIN = "LAPEL:/"
MOST_DIGITS = 1006
CARRIER_MOST = 64
WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000"
WHITE_SPACE += "".join(map(chr, range(0x2000, 0x200B)))

# How many digits stand for a group of so many bytes, and the other way round.
_DIGITS = {1: 3, 2: 5, 3: 8, 4: 10, 5: 13, 6: 15, 7: 17}
_BYTES = {digits: size for size, digits in _DIGITS.items()}
_PLAIN = re.compile(r"(?ai:lapel):/(.*)", re.DOTALL)
_HTTPS = re.compile(r"(?ai:https)://[A-Za-z0-9.:-]+/b#([0-9]+)")
_OWN_CARRIER = re.compile(r"LAPEL:/|https://[a-z0-9.:-]+/b#")


def write(data: bytes, carrier: str = PLAIN) -> str:
    """The text of a code. A carrier other than the two forms, or over 64 bytes, is a caller's mistake."""
    if not _OWN_CARRIER.fullmatch(carrier) or len(carrier) > CARRIER_MOST:
        raise ValueError(carrier)
    return carrier + encode(data)


def read(text: str) -> bytes:
    """The bytes that a scanned text stands for."""
    text = text.strip(WHITE_SPACE)
    found = _PLAIN.fullmatch(text) or _HTTPS.fullmatch(text)
    if not found:
        raise NotOurs
    return decode(found[1])


def encode(data: bytes) -> str:
    """Seven bytes at a time, little-endian, in 17 digits."""
    groups = (data[at : at + 7] for at in range(0, len(data), 7))
    return "".join(f"{int.from_bytes(group, 'little'):0{_DIGITS[len(group)]}}" for group in groups)


def decode(digits: str) -> bytes:
    """The inverse of ``encode``; what it never writes, and nothing at all, is damaged."""
    if not re.fullmatch(r"[0-9]+", digits) or len(digits) > MOST_DIGITS:
        raise Damaged("digits")
    data = b""
    for at in range(0, len(digits), 17):
        group = digits[at : at + 17]
        size = _BYTES.get(len(group))
        if size is None or int(group) >> 8 * size:
            raise Damaged("digits")
        data += int(group).to_bytes(size, "little")
    return data
