"""Badges, events, attestations and the texts in them (section "Encodings")."""

import re
import unicodedata

from . import cbor
from .digits import WHITE_SPACE
from .errors import Encoding, Form, Text

BADGE_MOST, EVENT_MOST = 236, 23
LIST_MOST = 4

_UNSEEN = re.compile(
    "[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb\ufdd0-\ufdef]"
)


def encode(fields: dict) -> bytes:
    """A badge of named fields; refused as a receiver would refuse it."""
    data = cbor.encode({_KEYS[field]: value for field, value in fields.items()})
    decode(data)
    return data


def decode(data: bytes) -> dict:
    """The fields of a badge by name, in the order of their keys."""
    if len(data) > BADGE_MOST:
        raise Encoding
    badge = cbor.decode(data)
    if not isinstance(badge, dict) or 0 not in badge or not badge.keys() <= _FIELDS.keys():
        raise Encoding
    fields = {}
    for key, value in badge.items():
        field, check = _FIELDS[key]
        check(value)
        fields[field] = value
    return fields


def check_text(text, most: int):
    """Refuses what is not a text of 1 to ``most`` bytes as section "Encodings" wants it."""
    if not isinstance(text, str):
        raise Encoding
    plain = unicodedata.is_normalized("NFC", text) and text.strip(WHITE_SPACE) == text
    if not plain or not 1 <= len(text.encode()) <= most or _UNSEEN.search(text) or any(map(_unfit, text)):
        raise Text


def check_event(event):
    """Refuses what is neither the empty text nor an event's name."""
    if event != "":
        check_text(event, EVENT_MOST)


def check_attestation(data: bytes):
    """Refuses what hasn't the shape of an attestation; version 1 checks nothing else."""
    match cbor.decode(data):
        case [bytes(issuer), bytes(signature)] if (len(issuer), len(signature)) == (32, 64):
            return
    raise Encoding


def _one(most: int):
    return lambda text: check_text(text, most)


def _few(most: int, form):
    def check(texts):
        if not isinstance(texts, list) or not 1 <= len(texts) <= LIST_MOST:
            raise Encoding
        for text in texts:
            check_text(text, most)
            if not form(text):
                raise Form

    return check


def _is_email(text: str) -> bool:
    before, _, behind = text.rpartition("@")
    return bool(before and behind) and _spaceless(text)


def _is_phone(text: str) -> bool:
    return bool(re.fullmatch(r"(?=.*[0-9])[0-9 +\-().*#/,]+", text))


def _is_url(text: str) -> bool:
    return bool(re.fullmatch(r"(?ai:https?)://[^<>\"\\^`{|}]+", text)) and _spaceless(text)


def _unfit(char: str) -> bool:
    """Control characters, and the noncharacters at the end of each plane."""
    return unicodedata.category(char) == "Cc" or ord(char) & 0xFFFE == 0xFFFE


def _spaceless(text: str) -> bool:
    return not any(char in WHITE_SPACE for char in text)


_FIELDS = {
    0: ("name", _one(64)),
    1: ("title", _one(64)),
    2: ("organisation", _one(64)),
    3: ("emails", _few(64, _is_email)),
    4: ("phones", _few(32, _is_phone)),
    5: ("urls", _few(96, _is_url)),
    6: ("handles", _few(48, lambda _: True)),
    7: ("pronouns", _one(24)),
    8: ("line", _one(96)),
}
_KEYS = {field: key for key, (field, _) in _FIELDS.items()}
