"""Refusals. Each class is named as the text or the vectors name the result."""

import re


class Refused(Exception):
    """Something was refused; ``name`` is the result's name, ``flaw`` says more where there is more."""

    name = "refused"

    def __init_subclass__(cls):
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, flaw: str | None = None):
        super().__init__(f"{self.name}: {flaw}" if flaw else self.name)
        self.flaw = flaw


# What a scan comes to (section "A session").
class NotOurs(Refused):
    """No carrier of ours."""


class OtherVersion(Refused):
    """Begins with a version other than 1; the flaw is its number."""


class Damaged(Refused):
    """The flaw is one of ``digits``, ``shape``, ``ephemeral_key``, ``contents``, ``badge``, ``signature``."""


class OwnCode(Refused):
    """An E or a person of our own."""


class NotForUs(Refused):
    """Opens in no session."""


class Expired(Refused):
    """Comes too late."""


class StartAgain(Refused):
    """All places are taken."""


class SessionTaken(Refused):
    """Another person was accepted already."""


class Ended(Refused):
    """The exchange has ended."""


# What is wrong with a badge (section "Encodings").
class Encoding(Refused):
    """Not the one encoding."""


class Text(Refused):
    """A text that may not stand where it does."""


class Form(Refused):
    """An email, phone number or URL without its form."""


# What is wrong with a receipt (section "Receipt"); the flaw is the side, where it is one side's.
class Bytes(Refused):
    """Not a receipt's encoding, or its checksum doesn't hold."""


class NewerVersion(Refused):
    """A receipt, a proof or a statement of a later version."""


class OneSided(Refused):
    """One key on both sides."""


class EphemeralKey(Refused):
    """An E that must be refused."""


class Commitment(Refused):
    """A badge or an attestation that the opening doesn't cover."""


class Signature(Refused):
    """A signature that doesn't hold."""


# What is wrong with a proof beside what is wrong with a receipt; the flaw is the receipt's number.
class NotAProof(Refused):
    """Doesn't begin as a proof."""


class Header(Refused):
    """A header that no proof has."""


class Receipt(Refused):
    """A receipt in it is refused; the flaw says which one, and by what name."""


class AnotherHolder(Refused):
    """A receipt that somebody else holds."""


class Repeated(Refused):
    """The receipt before once more."""


class Order(Refused):
    """A receipt lower than the one before."""


class Trailing(Refused):
    """More behind the signature."""


class Truncated(Refused):
    """Ends too early."""


# What is wrong with a statement beside ``bytes``, ``newer_version`` and ``signature``.
class Foreign(Refused):
    """No text of ours."""


class Another(Refused):
    """Of a kind that is known and wasn't wanted."""


class Badge(Refused):
    """A badge against its rules."""


class OnePerson(Refused):
    """A link of a key with itself."""


# What a person asked for and can't have.
class UnknownTranscript(Refused):
    """No verified candidate has this transcript."""
