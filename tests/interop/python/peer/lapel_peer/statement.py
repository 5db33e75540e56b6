"""Statements: what a person signs outside of a meeting, links and badges (section "Statements")."""

from . import badge as badges
from . import cbor, digits, keys
from .curve import verify
from .errors import Another, Badge, Bytes, Damaged, Encoding, Foreign, NewerVersion, NotOurs, OnePerson, Refused, Signature

VERSION = 1
KINDS = {"link": 4, "badge": 5}
LAST_KIND = 5  # Those below are of meetings.
MOST = {"link": 208, "badge": 346}


def link_message(old: bytes, new: bytes, made_at: int) -> bytes:
    """What both keys of a link sign."""
    return keys.tuple_of("lapel/1 link", old, new, _time(made_at))


def badge_message(badge: bytes, made_at: int) -> bytes:
    """What the owner of a badge signs."""
    return keys.tuple_of("lapel/1 badge update", badge, _time(made_at))


def encode(kind: str, item: list) -> bytes:
    """The bytes of a statement."""
    return bytes([VERSION, KINDS[kind]]) + cbor.encode(item)


def read(text: str, wanted: str) -> list:
    """The item of the statement that a text is, if it is the wanted one and holds."""
    try:
        data = digits.read(text)
    except NotOurs:
        raise Foreign from None
    except Damaged:
        raise Bytes from None
    if data[0] > VERSION:
        raise NewerVersion
    if data[0] == VERSION and len(data) > 1 and data[1] <= LAST_KIND and data[1] != KINDS[wanted]:
        raise Another
    if data[:2] != bytes([VERSION, KINDS[wanted]]) or len(data) > MOST[wanted]:
        raise Bytes
    try:
        item = cbor.decode(data[2:])
    except Encoding:
        raise Bytes from None
    return _link(item) if wanted == "link" else _badge(item)


def _link(item) -> list:
    match item:
        case [bytes(old), bytes(new), int(made_at), bytes(by_old), bytes(by_new)] if (
            (len(old), len(new), len(by_old), len(by_new)) == (32, 32, 64, 64) and _is_time(made_at)
        ):
            if old == new:
                raise OnePerson
            for person, signature in ((old, by_old), (new, by_new)):
                if not verify(person, signature, link_message(old, new, made_at)):
                    raise Signature
            return item
    raise Bytes


def _badge(item) -> list:
    match item:
        case [bytes(person), int(made_at), bytes(signature), bytes(badge)] if (
            (len(person), len(signature)) == (32, 64) and _is_time(made_at)
        ):
            try:
                badges.decode(badge)
            except Refused:
                raise Badge from None
            if not verify(person, signature, badge_message(badge, made_at)):
                raise Signature
            return item
    raise Bytes


def _is_time(made_at: int) -> bool:
    return keys.TIME_LEAST <= made_at <= keys.TIME_MOST


def _time(made_at: int) -> bytes:
    return made_at.to_bytes(8, "big")
