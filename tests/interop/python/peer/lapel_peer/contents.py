"""What a sealed message holds: plaintext, opening and the hello that follows (section "Messages")."""

from dataclasses import dataclass

from . import badge as badges
from . import cbor, keys, wire
from .errors import Damaged, Encoding, Refused


@dataclass(frozen=True)
class Contents:
    """A plaintext's parts. All but the signature are what a hello commits to."""

    seed: bytes
    person: bytes
    met_at: int
    event: str
    badge: bytes
    attestation: bytes
    ext: bytes
    signature: bytes

    @property
    def openings(self) -> keys.Openings:
        return keys.Openings(self.seed)

    @property
    def opening(self) -> list:
        salts = self.openings
        hashes = keys.badge_hash(salts.salt, self.badge), keys.attestation_hash(salts.salt2, self.attestation)
        return [self.person, self.met_at, self.event, *hashes, self.ext]

    def hello(self, ephemeral: bytes) -> bytes:
        """The whole hello that these contents were committed to with."""
        return wire.hello(ephemeral, keys.commitment(self.openings.blind, self.opening))

    def encode(self) -> bytes:
        """The plaintext, padded to its size class; what fits in none is a caller's mistake."""
        data = cbor.encode([self.seed, self.person, self.met_at, self.event, self.badge, self.attestation,
                            self.ext, self.signature])
        fitting = [size for size in wire.CLASSES if len(data) <= size]
        if not fitting:
            raise ValueError("badge, event and attestation don't fit together")
        return data.ljust(fitting[0], b"\0")


def decode(plaintext: bytes) -> Contents:
    """The contents of a plaintext: one encoding, then zeros, and every part of it valid."""
    try:
        item, end = cbor.decode_first(plaintext)
    except Encoding:
        raise Damaged("contents") from None
    match item:
        case [bytes(seed), bytes(person), int(), str(event), bytes(badge), bytes(attestation), bytes(),
              bytes(signature)] if (len(seed), len(person), len(signature)) == (16, 32, 64):
            contents = Contents(*item)
        case _:
            raise Damaged("contents")
    if any(plaintext[end:]) or not keys.TIME_LEAST <= contents.met_at <= keys.TIME_MOST:
        raise Damaged("contents")
    try:
        badges.check_event(event)
        if attestation:
            badges.check_attestation(attestation)
    except Refused:
        raise Damaged("contents") from None
    try:
        badges.decode(badge)
    except Refused:
        raise Damaged("badge") from None
    return contents
