"""Two people and their phones, each in a directory of its own."""

from __future__ import annotations

import contextlib
import typing
from pathlib import Path

import pytest

import lapel

EVENT = "Rust Week"


class Vault(lapel.KeyVault):
    """Keys in memory. `before` is called before every question."""

    def __init__(self, before: typing.Callable[[], None] = lambda: None) -> None:
        self.before = before
        self.keys: typing.Dict[str, bytes] = {}
        self.heads: typing.Dict[str, typing.Optional[bytes]] = {}

    def store(self, id: str, key: bytes) -> None:
        self.before()
        self.keys[id] = key

    def load(self, id: str) -> bytes:
        self.before()
        if id not in self.keys:
            raise lapel.VaultError.Missing()
        return self.keys[id]

    def destroy(self, id: str) -> None:
        self.before()
        self.keys.pop(id, None)

    def keep_head(self, store: str, head: typing.Optional[bytes]) -> None:
        self.before()
        self.heads[store] = head

    def head(self, store: str) -> typing.Optional[bytes]:
        self.before()
        return self.heads.get(store)


class Phone:
    """A person, their book, and the session on the screen."""

    def __init__(
        self,
        name: str,
        home: Path,
        event: str = EVENT,
        vault: typing.Optional[lapel.KeyVault] = None,
        progress: typing.Optional[lapel.ProgressListener] = None,
        log: typing.Optional[lapel.LogSink] = None,
        backup: typing.Optional[lapel.Backup] = None,
    ) -> None:
        self.badge = lapel.Badge(name=name)
        self.event = event
        self.home = home
        self.vault = vault or Vault()
        self.book = open_book(home, self.vault, progress=progress, log=log, backup=backup)
        self.person = self.book.person()
        self.session = self.begin()

    def begin(
        self, compare: bool = False, carrier: typing.Optional[str] = None
    ) -> lapel.Session:
        """Another session takes the screen."""
        options = lapel.SessionOptions(
            event=self.event, reveal=lapel.Reveal.FIRST, compare=compare, carrier=carrier
        )
        self.session = self.book.begin(self.badge, options)
        return self.session

    def frame(self) -> lapel.Frame:
        frame = self.session.frame()
        assert frame is not None, "the session has ended"
        return frame

    def shows(self) -> str:
        """The code on the screen. After a change that is the newest, however late it is."""
        return self.frame().text

    def scan(self, text: str) -> lapel.Scanned:
        return self.session.scan(text).result

    def verifies(self, text: str) -> lapel.Verified:
        scanned = self.scan(text)
        assert isinstance(scanned, lapel.Scanned.VERIFIED), scanned
        return scanned.who

    def records(self, who: lapel.Verified) -> lapel.Recorded:
        return self.book.record(self.session.accept(who.transcript))

    def keeps(self, who: lapel.Verified) -> lapel.Recorded:
        """Accepts, records, acknowledges."""
        recorded = self.records(who)
        self.session.acknowledge(recorded)
        return recorded

    def confirms(self, text: str) -> None:
        scanned = self.scan(text)
        assert isinstance(scanned, lapel.Scanned.CONFIRMED), scanned
        self.book.confirm(scanned.confirmation)

    def contact(self, person: str) -> lapel.Contact:
        contact = self.book.contact(person)
        assert contact is not None, "nobody of that id"
        return contact

    def people(self, **asked: typing.Any) -> typing.List[str]:
        """Whom a query finds, by id."""
        page = self.book.list(query(**asked), None, 100)
        assert page.next is None
        return [line.person for line in page.people]

    def meets(self, people: int, event: str = EVENT) -> typing.List[str]:
        """Meets so many others, `Person 0` and so on, and says who they are, in that order."""
        lapel.rehearse_meetings(self.book, people, event)
        page = self.book.list(query(text="Person"), None, people)
        return [line.person for line in sorted(page.people, key=lambda line: number(line.name))]


def number(name: str) -> int:
    return int(name.split()[1])


def open_book(
    home: Path,
    vault: lapel.KeyVault,
    mode: lapel.OpenMode = lapel.OpenMode.CREATE,
    progress: typing.Optional[lapel.ProgressListener] = None,
    log: typing.Optional[lapel.LogSink] = None,
    backup: typing.Optional[lapel.Backup] = None,
) -> lapel.Book:
    config = lapel.BookConfig(home=str(home), vault=vault, mode=mode, progress=progress, log=log)
    return lapel.Book.open(config) if backup is None else lapel.Book.restore(config, backup)


def query(order: lapel.ListOrder = lapel.ListOrder.NAME, **asked: typing.Any) -> lapel.ContactQuery:
    return lapel.ContactQuery(order=order, **asked)


def shake_hands(one: Phone, other: Phone) -> typing.Tuple[lapel.Recorded, lapel.Recorded]:
    """By turns, in the sessions on their screens, until both are done."""
    assert other.scan(one.shows()).is_answered()
    first = one.keeps(one.verifies(other.shows()))
    second = other.keeps(other.verifies(one.shows()))
    one.confirms(other.shows())
    return first, second


@contextlib.contextmanager
def failing(code: lapel.ErrorCode) -> typing.Iterator[typing.Dict[str, str]]:
    """What is within fails with this code. Gives the values that come with it."""
    values: typing.Dict[str, str] = {}
    with pytest.raises(lapel.LapelError) as caught:
        yield values
    assert caught.value.code is code, caught.value
    values.update(caught.value.values)
