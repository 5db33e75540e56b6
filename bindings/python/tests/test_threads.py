"""Listeners, long work, threads, and the ends of things."""

from __future__ import annotations

import asyncio
import gc
import threading
import typing
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import lapel
from lapel import BookChange, ErrorCode
from lapel.tasks import EndsWithTask, on_thread
from phones import EVENT, Phone, failing, open_book, shake_hands


class Changes(lapel.ChangeListener):
    """Keeps what it is told, then does something."""

    def __init__(self, then: typing.Callable[[BookChange], object] = lambda change: None) -> None:
        self.told: typing.List[BookChange] = []
        self.then = then

    def changed(self, change: BookChange) -> None:
        self.told.append(change)
        self.then(change)


class Log(lapel.LogSink):
    def __init__(self) -> None:
        self.lines: typing.List[str] = []

    def log(self, line: str) -> None:
        self.lines.append(line)


class Progress(lapel.ProgressListener):
    """Keeps how far the work is. `goes` says whether it goes on."""

    def __init__(self, goes: typing.Callable[[], bool] = lambda: True) -> None:
        self.told: typing.List[lapel.WorkProgress] = []
        self.goes = goes

    def goes_on(self, progress: lapel.WorkProgress) -> bool:
        self.told.append(progress)
        return self.goes()


def test_listens(ada: Phone, grace: Phone) -> None:
    listener = Changes()
    subscription = ada.book.listen(listener)
    shake_hands(ada, grace)
    assert listener.told and set(map(str, listener.told)) == {str(BookChange.PERSON(grace.person))}
    listener.told.clear()
    ada.book.note(grace.person, "compilers")
    assert listener.told == [BookChange.PERSON(grace.person)]
    subscription.cancel()
    ada.book.note(grace.person, "and nanoseconds")
    assert len(listener.told) == 1


def test_listens_badly(tmp_path: Path) -> None:
    log = Log()
    ada = Phone("Ada Lovelace", tmp_path / "ada", log=log)
    (who,) = ada.meets(1)

    def stumbles(change: BookChange) -> None:
        raise RuntimeError("stumbled")

    bad, good = Changes(stumbles), Changes()
    ada.book.listen(bad)
    ada.book.listen(good)
    ada.book.tag(who, "engines")
    assert ada.contact(who).tags == ["engines"]
    assert bad.told == good.told == [BookChange.PERSON(who)]
    assert "a change listener failed" in log.lines


def test_calls_back_from_a_listener(ada: Phone) -> None:
    (who,) = ada.meets(1)
    listed = []

    def uses_the_book(change: BookChange) -> None:
        listed.append(ada.people())
        if len(listed) == 1:
            ada.book.tag(who, "noticed")

    ada.book.listen(Changes(uses_the_book))
    ada.book.note(who, "looms")
    assert ada.contact(who).tags == ["noticed"]
    # Told of the note, and from within of the tag.
    assert listed == [[who], [who]]


def test_watches_long_work(tmp_path: Path) -> None:
    progress = Progress()
    ada = Phone("Ada Lovelace", tmp_path / "ada", progress=progress)
    lapel.rehearse_meetings(ada.book, 200, EVENT)
    progress.told.clear()
    entries = ada.book.check().entries
    assert entries >= 200
    checking = [told for told in progress.told if told.work == "checking"]
    # It goes through the whole more than once, and is told each time.
    assert len({told.done for told in checking}) > 1
    assert all(0 < told.done <= told.total for told in checking)
    assert checking[-1].done == checking[-1].total

    progress.goes = lambda: False
    with failing(ErrorCode.CANCELLED):
        ada.book.check()
    progress.goes = lambda: True
    assert ada.book.check().entries == entries


def test_cancels_a_task(tmp_path: Path) -> None:
    causes: typing.List[typing.Optional[BaseException]] = []

    async def checks() -> None:
        try:
            await on_thread(ada.book.check)
        except asyncio.CancelledError as ended:
            causes.append(ended.__cause__)
            raise

    async def cancels_in_the_middle() -> None:
        loop, begun, cancelled = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

        def goes() -> bool:
            loop.call_soon_threadsafe(begun.set)
            assert cancelled.wait(60)
            return True

        progress.goes = goes
        task = asyncio.ensure_future(checks())
        await begun.wait()
        task.cancel()
        # The task is told before this is; the work finds out when it asks next.
        loop.call_soon(cancelled.set)
        with pytest.raises(asyncio.CancelledError):
            await task

    progress = Progress()
    ada = Phone("Ada Lovelace", tmp_path / "ada", progress=EndsWithTask(progress))
    lapel.rehearse_meetings(ada.book, 200, EVENT)
    asyncio.run(cancels_in_the_middle())
    (cause,) = causes
    assert isinstance(cause, lapel.LapelError) and cause.code is ErrorCode.CANCELLED

    progress.goes = lambda: True
    assert asyncio.run(on_thread(ada.book.check)).entries >= 200

    # Cancelled twice, and whatever the work ends in, the task waits for its end and is cancelled.
    async def cancels_twice() -> None:
        begun, let_go = asyncio.Event(), threading.Event()
        loop, ended = asyncio.get_running_loop(), threading.Event()

        def fails() -> None:
            loop.call_soon_threadsafe(begun.set)
            assert let_go.wait(60)
            ended.set()
            raise ValueError("the work's own")

        task = asyncio.ensure_future(on_thread(fails))
        await begun.wait()
        for _ in range(2):
            task.cancel()
            await asyncio.sleep(0)
        assert not task.done()
        let_go.set()
        with pytest.raises(asyncio.CancelledError) as caught:
            await task
        assert ended.is_set() and isinstance(caught.value.__cause__, ValueError)

    asyncio.run(cancels_twice())


def test_outlives_its_handle(ada: Phone, grace: Phone) -> None:
    book = ada.book
    name, gone = weakref.proxy(book), weakref.ref(book)
    del book, ada.book
    gc.collect()
    # Whatever still names it is refused by Python itself.
    assert gone() is None
    with pytest.raises(ReferenceError):
        name.size()

    # The session goes on, and the directory was let go of.
    ada.book = open_book(ada.home, ada.vault, lapel.OpenMode.EXISTING)
    assert ada.book.person() == ada.person
    shake_hands(ada, grace)
    assert ada.people() == [grace.person]

    # `with` lets go of it earlier, and the handle says so.
    with ada.book as book:
        assert book.count(lapel.ContactQuery(order=lapel.ListOrder.NAME)) == 1
    with failing(ErrorCode.SUSPENDED):
        book.size()
    with open_book(ada.home, ada.vault, lapel.OpenMode.EXISTING) as again:
        assert again.person() == ada.person


def test_serves_ten_threads(ada: Phone) -> None:
    (who,) = ada.meets(1)
    together = threading.Barrier(10)

    def writes(thread: int) -> typing.List[str]:
        together.wait(60)
        notes = []
        for note in range(20):
            notes.append(ada.book.note(who, f"note {note} of thread {thread}"))
            assert ada.people() == [who]
        return notes

    with ThreadPoolExecutor(10) as threads:
        written = [note for notes in threads.map(writes, range(10)) for note in notes]
    there = ada.contact(who).notes
    assert len(there) == 200 and {note.id for note in there} == set(written)
    texts = {f"note {note} of thread {thread}" for note in range(20) for thread in range(10)}
    assert {text for note in there for text in note.texts} == texts


def test_is_told_on_the_thread_that_wrote(ada: Phone) -> None:
    people = ada.meets(4)
    told: typing.List[typing.Tuple[str, int]] = []
    ada.book.listen(Changes(lambda change: told.append((str(change), threading.get_ident()))))
    together = threading.Barrier(4)

    def writes(who: str) -> None:
        together.wait(60)
        for note in range(50):
            before = len([one for one in told if one == mine(who)])
            ada.book.note(who, f"note {note}")
            # Before the call returns, too.
            assert len([one for one in told if one == mine(who)]) == before + 1

    def mine(who: str) -> typing.Tuple[str, int]:
        return str(BookChange.PERSON(who)), threading.get_ident()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(writes, people))
    assert len(told) == 200


def test_suspends_in_the_middle(ada: Phone, grace: Phone) -> None:
    assert grace.scan(ada.shows()).is_answered()
    who = ada.verifies(grace.shows())
    ada.book.suspend()
    assert ada.session.frame() is None
    assert ada.scan(grace.shows()).is_ended()
    with failing(ErrorCode.SESSION_ENDED):
        ada.session.accept(who.transcript)
    with failing(ErrorCode.SUSPENDED):
        ada.people()
    with failing(ErrorCode.SUSPENDED):
        ada.begin()
    ada.book.resume()
    assert ada.people() == []
    ada.begin()
    grace.begin()
    shake_hands(ada, grace)
    assert ada.people() == [grace.person]


def test_opens_once(ada: Phone) -> None:
    with failing(ErrorCode.IN_USE) as values:
        open_book(ada.home, ada.vault)
    assert values["path"].startswith(str(ada.home))
    ada.book.suspend()
    assert open_book(ada.home, ada.vault).person() == ada.person


def test_logs_nothing_personal(tmp_path: Path, grace: Phone) -> None:
    log = Log()
    ada = Phone("Ada Lovelace", tmp_path / "ada", log=log)
    recorded, _ = shake_hands(ada, grace)
    note = ada.book.note(grace.person, "compilers and nanoseconds")
    with failing(ErrorCode.IN_USE):
        open_book(ada.home, ada.vault, log=log)
    with failing(ErrorCode.NO_SUCH_NOTE):
        ada.book.remove_note(grace.person, note[:-1] + ("1" if note[-1] == "0" else "0"))
    ada.book.suspend()

    said = "\n".join(log.lines)
    for expected in ["opened: ", "failed: NoSuchNote", "suspended"]:
        assert expected in said
    secrets = [
        *"Ada Lovelace Grace Hopper compilers nanoseconds".split(),
        *(EVENT, str(tmp_path), ada.home.name, ada.person, grace.person, note, recorded.transcript()),
        *(ada.book.fingerprint(), grace.book.fingerprint()),
    ]
    assert not [secret for secret in secrets if secret.lower() in said.lower()]


def test_survives_a_panic(ada: Phone, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(lapel.InternalError, match="as rehearsed"):
        lapel.rehearse_panic()
    with pytest.raises(lapel.InternalError, match="as rehearsed"):
        lapel.rehearse_panic_in(ada.book)
    assert lapel.version() == "0.1.0" and ada.people() == []
    assert len(ada.meets(1)) == 1
