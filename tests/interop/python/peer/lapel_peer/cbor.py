"""Deterministic CBOR (section "Encodings"; RFC 8949 §4.2.1), as much of it as the protocol uses."""

from .errors import Encoding

DEEPEST = 8  # The deepest thing in the protocol is a badge's text in a side in a receipt, four levels.
UINT, BYTES, TEXT, ARRAY, MAP = 0, 2, 3, 4, 5
NULL, INDEFINITE_ARRAY = b"\xf6", b"\x9f"


def encode(item) -> bytes:
    """The one encoding of an item made of int, bytes, str, list, dict and None."""
    match item:
        case None:
            return NULL
        case int():
            return _head(UINT, item)
        case bytes():
            return _head(BYTES, len(item)) + item
        case str():
            raw = item.encode()
            return _head(TEXT, len(raw)) + raw
        case list():
            return _head(ARRAY, len(item)) + b"".join(map(encode, item))
        case dict():
            pairs = sorted((encode(key), encode(value)) for key, value in item.items())
            return _head(MAP, len(pairs)) + b"".join(key + value for key, value in pairs)
    raise TypeError(f"no encoding for {type(item).__name__}")


def decode(data: bytes):
    """The item that all of ``data`` is the one encoding of; anything else is refused."""
    item, end = decode_first(data)
    if end != len(data):
        raise Encoding
    return item


def decode_first(data: bytes) -> tuple[object, int]:
    """The item that ``data`` begins with, and where it ends."""
    item, end = _item(data, 0, DEEPEST)
    if encode(item) != data[:end]:
        raise Encoding
    return item, end


def decode_array_start(data: bytes, count: int) -> list:
    """The first items of the array that ``data`` begins with, in any encoding, whatever follows them."""
    if data[:1] == INDEFINITE_ARRAY:
        at = 1
    else:
        major, number, at = _read_head(data, 0)
        if major != ARRAY or number < count:
            raise Encoding
    items = []
    for _ in range(count):
        item, at = _item(data, at, DEEPEST)
        items.append(item)
    return items


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | code]) + number.to_bytes(size, "big")
    raise OverflowError(number)


def _item(data: bytes, at: int, depth: int):
    if depth == 0:
        raise Encoding
    if data[at : at + 1] == NULL:
        return None, at + 1
    major, number, at = _read_head(data, at)
    match major:
        case 0:
            return number, at
        case 2 | 3:
            raw, at = _take(data, at, number)
            return (raw if major == BYTES else _utf8(raw)), at
        case 4:
            items = []
            for _ in range(number):
                item, at = _item(data, at, depth - 1)
                items.append(item)
            return items, at
        case 5:
            pairs = {}
            for _ in range(number):
                key, at = _item(data, at, depth - 1)
                if not isinstance(key, int | str | bytes):
                    raise Encoding
                pairs[key], at = _item(data, at, depth - 1)
            return pairs, at
    raise Encoding


def _read_head(data: bytes, at: int) -> tuple[int, int, int]:
    first, at = _take(data, at, 1)
    major, code = first[0] >> 5, first[0] & 31
    if code < 24:
        return major, code, at
    if code > 27:
        raise Encoding
    number, at = _take(data, at, 1 << code - 24)
    return major, int.from_bytes(number, "big"), at


def _take(data: bytes, at: int, size: int) -> tuple[bytes, int]:
    if size > len(data) - at:
        raise Encoding
    return data[at : at + size], at + size


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Encoding from None
