"""Frames: hello, sealed messages and their parts (section "Messages")."""

from dataclasses import dataclass, field
from hashlib import sha256
from itertools import product

from .curve import good_ephemeral
from .errors import Damaged, OtherVersion

VERSION = 1
HELLO, OFFER, CONFIRM, PART = range(4)
HELLO_SIZE = 66
CLASSES = (261, 307, 364)  # Sizes of a padded plaintext.
OVERHEAD = 50  # Version, kind, E and tag.
SEALED_SIZES = tuple(size + OVERHEAD for size in CLASSES)
PART_HEAD, CHUNK_MOST = 12, 171
SETS, RIVALS = 8, 4


@dataclass(frozen=True)
class Frame:
    """A hello or a sealed message, whole."""

    data: bytes

    @property
    def kind(self) -> int:
        return self.data[1]

    @property
    def ephemeral(self) -> bytes:
        return self.data[2:34]

    @property
    def ciphertext(self) -> bytes:
        return self.data[34:]


@dataclass(frozen=True)
class Part:
    """A chunk of a sealed message."""

    index: int
    total: int
    digest: bytes
    chunk: bytes


def hello(ephemeral: bytes, commitment: bytes) -> bytes:
    """A whole hello."""
    return bytes([VERSION, HELLO]) + ephemeral + commitment


def parse(data: bytes) -> Frame | Part:
    """What a scanned code's bytes are, by version, kind, length and E."""
    if data[0] != VERSION:
        raise OtherVersion(str(data[0]))
    kind = data[1] if len(data) > 1 else None
    if kind == PART and PART_HEAD < len(data) <= PART_HEAD + CHUNK_MOST:
        part = Part(data[2], data[3], data[4:12], data[12:])
        if part.total in (2, 3) and part.index < part.total:
            return part
    sizes = {HELLO: (HELLO_SIZE,), OFFER: SEALED_SIZES, CONFIRM: SEALED_SIZES}
    if len(data) in sizes.get(kind, ()):
        if not good_ephemeral(data[2:34]):
            raise Damaged("ephemeral_key")
        return Frame(data)
    raise Damaged("shape")


def parse_completed(message: bytes) -> Frame:
    """What parts completed: a sealed message of version 1, or damaged."""
    if message[0] != VERSION or message[1] not in (OFFER, CONFIRM):
        raise Damaged("shape")
    return parse(message)


def split(message: bytes) -> list[bytes]:
    """A sealed message cut into parts of nearly one length."""
    total = -(-len(message) // CHUNK_MOST)
    size = -(-len(message) // total)
    digest = sha256(message).digest()[:8]
    chunks = (message[index * size : (index + 1) * size] for index in range(total))
    return [bytes([VERSION, PART, index, total]) + digest + chunk for index, chunk in enumerate(chunks)]


@dataclass
class Parts:
    """Parts seen so far. Nothing about them is authenticated, so conflicting ones are kept side by side."""

    sets: dict[tuple[bytes, int], list[list[bytes]]] = field(default_factory=dict)

    def add(self, part: Part) -> bytes | None | bool:
        """The message that a part completes, else True for a new part and False for one that is here."""
        key = part.digest, part.total
        places = self.sets.setdefault(key, [[] for _ in range(part.total)])
        if len(self.sets) > SETS:
            del self.sets[next(iter(self.sets))]
        rivals = places[part.index]
        if part.chunk in rivals:
            return False
        rivals.append(part.chunk)
        del rivals[:-RIVALS]
        for choice in product(*(places[: part.index] + [[part.chunk]] + places[part.index + 1 :])):
            message = b"".join(choice)
            if len(message) in SEALED_SIZES and sha256(message).digest()[:8] == part.digest:
                del self.sets[key]
                return message
        return True
