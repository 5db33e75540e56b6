"""Messages that must not make anybody a contact. Each gets an honest session and the hello it is told.

``LIES`` says what a scan of each comes to, and its flaw (section "A session", the table).
"""

from dataclasses import replace
from hashlib import sha512
from secrets import token_bytes

from lapel_peer import cbor, keys, wire
from lapel_peer.contents import Contents
from lapel_peer.curve import L
from lapel_peer.session import Session

IDENTITY = b"\1" + bytes(31)  # The point of order one.


def honest(session: Session, hello: bytes, kind: int = wire.OFFER, other: bytes = b"") -> bytes:
    return session.seal(kind, hello, other)


def wrong_signature(session: Session, hello: bytes) -> bytes:
    said = session.sign(wire.OFFER, hello)
    return _seal(session, hello, replace(said, signature=said.signature[:-33] + b"\0" + said.signature[-32:]))


def signature_for_another_session(session: Session, hello: bytes) -> bytes:
    another = wire.hello(keys.public_key(token_bytes(32)), token_bytes(32))
    return _seal(session, hello, session.sign(wire.OFFER, another))


def another_time_than_committed(session: Session, hello: bytes) -> bytes:
    said = session.sign(wire.OFFER, hello)
    return _seal(session, hello, replace(said, met_at=said.met_at - 3600))


def another_badge_than_committed(session: Session, hello: bytes) -> bytes:
    said = session.sign(wire.OFFER, hello)
    return _seal(session, hello, replace(said, badge=bytes.fromhex("a10063457665")))


def signature_with_s_beyond_the_order(session: Session, hello: bytes) -> bytes:
    said = session.sign(wire.OFFER, hello)
    s = int.from_bytes(said.signature[32:], "little") + L
    return _seal(session, hello, replace(said, signature=said.signature[:32] + s.to_bytes(32, "little")))


def by_nobody(session: Session) -> bytes:
    """A signature by the identity point over every message, since S·B = R + k·0."""
    start = session.start
    return start.person + (_scalar(start.identity_secret) % L).to_bytes(32, "little")


def with_small_r(session: Session, said: bytes) -> bytes:
    """A signature with the identity point as R, which holds with S = k·a."""
    start = session.start
    k = int.from_bytes(sha512(IDENTITY + start.person + said).digest(), "little")
    return IDENTITY + (k * _scalar(start.identity_secret) % L).to_bytes(32, "little")


def person_of_small_order(session: Session, hello: bytes) -> bytes:
    return _seal(session, hello, replace(session.own, person=IDENTITY, signature=by_nobody(session)))


def signature_with_r_of_small_order(session: Session, hello: bytes) -> bytes:
    said = keys.statement(wire.OFFER, keys.transcript(session.hello, hello), session.ephemeral, b"")
    return _seal(session, hello, replace(session.own, signature=with_small_r(session, said)))


def confirmation_signed_as_an_offer(session: Session, hello: bytes) -> bytes:
    return _seal(session, hello, session.sign(wire.OFFER, hello), wire.CONFIRM)


def confirmation_for_another_person(session: Session, hello: bytes) -> bytes:
    return _seal(session, hello, session.sign(wire.CONFIRM, hello, session.own.person), wire.CONFIRM)


def padding_that_is_not_zero(session: Session, hello: bytes) -> bytes:
    plaintext = session.sign(wire.OFFER, hello).encode()
    return _seal_bytes(session, hello, plaintext[:-1] + b"\1")


def key_not_bound_to_the_commitment(session: Session, hello: bytes) -> bytes:
    forged = hello[:34] + token_bytes(32)
    return _seal_bytes(session, forged, session.sign(wire.OFFER, hello).encode())


def another_version(session: Session, hello: bytes) -> bytes:
    return b"\2" + honest(session, hello)[1:]


def another_ephemeral_in_front(session: Session, hello: bytes) -> bytes:
    message = honest(session, hello)
    return message[:2] + keys.public_key(token_bytes(32)) + message[34:]


SIGNATURE, CONTENTS, SHAPE = (("damaged", flaw) for flaw in ("signature", "contents", "shape"))
NOT_FOR_US = "not_for_us", None
LIES = {
    wrong_signature: SIGNATURE,
    signature_for_another_session: SIGNATURE,
    another_time_than_committed: SIGNATURE,
    another_badge_than_committed: SIGNATURE,
    signature_with_s_beyond_the_order: SIGNATURE,
    person_of_small_order: SIGNATURE,
    signature_with_r_of_small_order: SIGNATURE,
    confirmation_signed_as_an_offer: SIGNATURE,
    confirmation_for_another_person: SIGNATURE,
    padding_that_is_not_zero: CONTENTS,
    key_not_bound_to_the_commitment: NOT_FOR_US,
    another_ephemeral_in_front: NOT_FOR_US,
    another_version: ("other_version", "2"),
}

# What a person who was accepted may not say under another hello without being accepted anew.
OTHER_WORDS = {
    "badge": bytes.fromhex("a10063426f62"),
    "event": "Elsewhere",
    "attestation": cbor.encode([bytes(32), bytes(64)]),
    "ext": b"more",
}


def other_words(session: Session, hello: bytes, word: str) -> bytes:
    """A second hello of the same person, committed to something else, and an offer over it that holds."""
    another = second_session(session)
    another.own = replace(another.own, **{word: OTHER_WORDS[word]})
    another.hello = another.own.hello(another.ephemeral)
    return honest(another, hello)


def second_session(session: Session) -> Session:
    """Another session of the same person, who says the same."""
    return Session(replace(session.start, random=token_bytes(32)))


def somebody_else(session: Session, hello: bytes, person: bytes) -> bytes:
    """Claims to be somebody whose key isn't here."""
    own = replace(session.own, person=person)
    th = keys.transcript(own.hello(session.ephemeral), hello)
    signature = session.start.identity.sign(keys.statement(wire.OFFER, th, session.ephemeral, b""))
    return _seal(session, hello, replace(own, signature=signature))


def parts_of_another_version(session: Session, hello: bytes) -> list[bytes]:
    return wire.split(another_version(session, hello))


def _scalar(secret: bytes) -> int:
    """The scalar of an Ed25519 private key (RFC 8032 §5.1.5)."""
    scalar = bytearray(sha512(secret).digest()[:32])
    scalar[0] &= 248
    scalar[31] = scalar[31] & 63 | 64
    return int.from_bytes(scalar, "little")


def _seal(session: Session, hello: bytes, said: Contents, kind: int = wire.OFFER) -> bytes:
    return _seal_bytes(session, hello, said.encode(), kind)


def _seal_bytes(session: Session, hello: bytes, plaintext: bytes, kind: int = wire.OFFER) -> bytes:
    return keys.Pair.agree(session.secret, hello[2:34]).seal(kind, hello, plaintext)
