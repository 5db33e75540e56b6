"""Hashes, keys and seals (sections "Messages", "Keys and seals" and "A session")."""

from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from . import cbor, wire

KIND_NAMES = {wire.OFFER: "offer", wire.CONFIRM: "confirm"}
TIME_LEAST, TIME_MOST = 65536, 2**32 - 1
_NONCE = bytes(12)
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def tuple_of(label: str, *items: bytes) -> bytes:
    """The array that ``H``, the info of HKDF and signed statements are laid out as."""
    return cbor.encode([label, *items])


def H(label: str, *items: bytes) -> bytes:
    """SHA-256 over the label and the items."""
    return sha256(tuple_of(label, *items)).digest()


def extract(salt: bytes, secret: bytes) -> bytes:
    """HKDF-Extract with SHA-256."""
    return HKDF.extract(SHA256(), salt, secret)


def expand(prk: bytes, info: bytes, size: int = 32) -> bytes:
    """HKDF-Expand with SHA-256."""
    return HKDFExpand(SHA256(), size, info).derive(prk)


@dataclass(frozen=True)
class Start:
    """What a session draws on."""

    identity_secret: bytes
    random: bytes
    met_at: int
    monotonic_ms: int
    counter: int
    badge: bytes
    event: str = ""
    attestation: bytes = b""

    @property
    def identity(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.identity_secret)

    @property
    def person(self) -> bytes:
        return self.identity.public_key().public_bytes_raw()

    @property
    def hedge(self) -> bytes:
        return H("lapel/1 hedge", self.identity_secret)

    @property
    def prk0(self) -> bytes:
        return extract(self.hedge, self.random)

    def info(self, purpose: str) -> bytes:
        """The info that ``draw`` expands with."""
        numbers = self.monotonic_ms.to_bytes(8, "big"), self.counter.to_bytes(8, "big")
        claims = self.met_at.to_bytes(4, "big"), self.event.encode(), self.badge, self.attestation
        return tuple_of(f"lapel/1 {purpose}", self.person, *claims, *numbers)

    def draw(self, purpose: str, size: int = 32) -> bytes:
        """A secret of a session: ephemeral, seed, jitter or next."""
        return expand(self.prk0, self.info(purpose), size)


@dataclass(frozen=True)
class Openings:
    """What ``seed`` opens: the commitment's blind and both salts."""

    seed: bytes

    @property
    def blind(self) -> bytes:
        return H("lapel/1 blind", self.seed)

    @property
    def salt(self) -> bytes:
        return H("lapel/1 badge salt", self.seed)

    @property
    def salt2(self) -> bytes:
        return H("lapel/1 attestation salt", self.seed)


def badge_hash(salt: bytes, badge: bytes) -> bytes:
    return H("lapel/1 badge", salt, badge)


def attestation_hash(salt2: bytes, attestation: bytes) -> bytes:
    return H("lapel/1 attestation", salt2, attestation)


def commitment(blind: bytes, opening: list) -> bytes:
    """``com``; the opening enters it as the byte string of its encoding."""
    return H("lapel/1 commitment", blind, cbor.encode(opening))


def transcript(one: bytes, other: bytes) -> bytes:
    """``th`` of two whole hellos, in either order."""
    return H("lapel/1 transcript", *sorted((one, other)))


def statement(kind: int, th: bytes, ephemeral: bytes, other: bytes) -> bytes:
    """What a side signs; only a confirmation names the other person."""
    named = [other] if kind == wire.CONFIRM else []
    return tuple_of(f"lapel/1 {KIND_NAMES[kind]}", th, ephemeral, *named)


def check_code(th: bytes, blinds: dict[bytes, bytes]) -> str:
    """Six digits in two groups, from both blinds, which are given by their hellos."""
    ordered = [blinds[hello] for hello in sorted(blinds)]
    number = int.from_bytes(H("lapel/1 check", th, *ordered)[:8], "big") % 10**6
    return f"{number // 1000:03} {number % 1000:03}"


def fingerprint(person: bytes) -> str:
    """Eighty bits of a hash in Crockford's base 32 (section "Encodings")."""
    number = int.from_bytes(H("lapel/1 fingerprint", person)[:10], "big")
    letters = "".join(_CROCKFORD[number >> shift & 31] for shift in range(75, -5, -5))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def public_key(ephemeral_secret: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(ephemeral_secret).public_key().public_bytes_raw()


@dataclass(frozen=True)
class Pair:
    """The keys of one ephemeral secret and another's E. The same on both sides."""

    own: bytes
    other: bytes
    shared_secret: bytes

    @classmethod
    def agree(cls, ephemeral_secret: bytes, other: bytes) -> "Pair":
        secret = X25519PrivateKey.from_private_bytes(ephemeral_secret)
        shared = secret.exchange(X25519PublicKey.from_public_bytes(other))
        return cls(secret.public_key().public_bytes_raw(), other, shared)

    @property
    def prk(self) -> bytes:
        return extract(b"".join(sorted((self.own, self.other))), self.shared_secret)

    def key(self, kind: int, sender: bytes, receivers_hello: bytes) -> bytes:
        """The key of one kind in one direction, bound to the receiver's whole hello."""
        bound = H("lapel/1 hello", receivers_hello)
        return expand(self.prk, tuple_of(f"lapel/1 {KIND_NAMES[kind]} key", sender, bound))

    def exporter(self, th: bytes, purpose: bytes) -> bytes:
        return expand(self.prk, tuple_of("lapel/1 exporter", th, purpose))

    def seal(self, kind: int, receivers_hello: bytes, plaintext: bytes) -> bytes:
        """A sealed message of ours. To be made once of a kind and a hello, and kept."""
        head = bytes([wire.VERSION, kind]) + self.own
        key = self.key(kind, self.own, receivers_hello)
        return head + ChaCha20Poly1305(key).encrypt(_NONCE, plaintext, head)

    def open(self, frame: wire.Frame, own_hello: bytes) -> bytes | None:
        """The plaintext of a sealed message, or None if it isn't for this hello."""
        key = self.key(frame.kind, self.other, own_hello)
        try:
            return ChaCha20Poly1305(key).decrypt(_NONCE, frame.ciphertext, frame.data[:34])
        except InvalidTag:
            return None


