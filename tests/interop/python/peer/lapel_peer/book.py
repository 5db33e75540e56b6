"""Identity and encounters in files: what is kept, and when it is durable (sections "A session", "Receipt").

A record is a CBOR array of the receipt, both badges in it, the confirm message, and the transcript that was
accepted first in that exchange, which stands for the meeting. It has blinds and salts and never a seed.
"""

import os
import secrets
from pathlib import Path

from . import cbor, receipt
from .receipt import Receipt
from .session import Encounter


class Book:
    """A directory with the identity's secret and one file for every encounter."""

    def __init__(self, home: Path):
        self.records = home / "records"
        self.records.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._identity = home / "identity"

    def identity(self) -> bytes:
        """The Ed25519 seed, drawn when it is first asked for."""
        if not self._identity.exists():
            replace_file(self._identity, secrets.token_bytes(32))
        return self._identity.read_bytes()

    def record(self, encounter: Encounter, comparison: int, meeting: bytes) -> Receipt:
        """Keeps an encounter, or more of the same; durable when this returns."""
        kept = Receipt(comparison, encounter.own, encounter.peer)
        document = [kept.encode(), encounter.confirm, meeting]
        replace_file(self.records / encounter.th.hex(), cbor.encode(document))
        return kept

    def receipts(self) -> list[Receipt]:
        """The receipts of all encounters, each verified anew."""
        return [kept for kept, _ in self._records()]

    def encounters(self, person: bytes) -> int:
        """How often this person was met; two transcripts of one exchange are one meeting."""
        return len({meeting for kept, meeting in self._records() if kept.peer.person == person})

    def _records(self) -> list[tuple[Receipt, bytes]]:
        whole = (path for path in sorted(self.records.iterdir()) if not path.name.startswith("."))
        documents = (cbor.decode(path.read_bytes()) for path in whole)
        return [(receipt.read(kept), meeting) for kept, _, meeting in documents]


def replace_file(path: Path, data: bytes, durable: bool = True):
    """Writes a file so that its name always stands for a whole one; durable, if asked for, on return."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        if durable:
            os.fsync(file.fileno())
    os.replace(beside, path)
    if durable:
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
