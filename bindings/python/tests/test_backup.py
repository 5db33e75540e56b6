"""The whole book in one file, and back."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest

import lapel
from lapel import Backup, BackupKey, BackupLock, ErrorCode
from phones import Phone, Vault, failing, shake_hands
from test_threads import Progress

WORDS = "correct horse battery staple"
# Of age's own documentation: a pair that nobody uses.
RECIPIENT = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa"
IDENTITY = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33"


def backed_up(phone: Phone, path: Path) -> Backup:
    """Backs up for the recipient, which is quicker than a passphrase."""
    phone.book.back_up_to(str(path), BackupLock.recipients([RECIPIENT]))
    return Backup.from_bytes(path.read_bytes(), BackupKey.identity(IDENTITY))


def names(phone: Phone) -> typing.List[str]:
    people = [phone.contact(person).badge.name for person in phone.people()]
    return sorted(name.split()[0] for name in people)


def test_restores_a_lost_phone(ada: Phone, grace: Phone, alan: Phone, tmp_path: Path) -> None:
    shake_hands(ada, grace)
    ada.begin()
    shake_hands(ada, alan)
    ada.book.note(grace.person, "plays the theremin")
    out = tmp_path / "out"
    out.mkdir()
    path = out / "book.age"
    path.write_text("an older one")
    with failing(ErrorCode.NO_PASSPHRASE):
        BackupLock.passphrase("")
    with failing(ErrorCode.NOT_A_LOCK):
        BackupLock.recipients(["age1grace"])
    lock = BackupLock.passphrase(WORDS)
    assert "horse" not in repr(lock)
    done = ada.book.back_up_to(str(path), lock)
    assert (done.entries, done.lost, done.bytes) == (3, 0, len(path.read_bytes()))
    assert list(out.iterdir()) == [path]
    ada.book.suspend()

    home = tmp_path / "new"
    key = BackupKey.passphrase(WORDS)
    bent = bytearray(path.read_bytes())
    bent[-1] ^= 1
    wrong = BackupKey.passphrase("incorrect horse")
    for backup, why in [
        (Backup.from_file(str(path), wrong), ErrorCode.WRONG_PASSPHRASE),
        (Backup.from_file(str(path), BackupKey.identity(IDENTITY)), ErrorCode.OTHER_LOCK),
        (Backup.from_bytes(bytes(bent), key), ErrorCode.BACKUP_ALTERED),
        (Backup.from_bytes(b"BEGIN:VCARD", key), ErrorCode.NOT_A_BACKUP),
        (Backup.from_file(f"{path}.txt", key), ErrorCode.SYSTEM_FAILED),
    ]:
        with failing(why):
            Phone("Ada Lovelace", home, backup=backup)
        with pytest.raises(lapel.LapelError) as caught:
            backup.would_restore()
        assert "horse" not in repr(caught.value) + str(caught.value)
        assert not home.exists()

    backup = Backup.from_file(str(path), key)
    assert backup.about().person == ada.person
    would = backup.would_restore()
    vault = Vault()
    new = Phone("Ada Lovelace", home, vault=vault, backup=backup)
    assert new.book.restored() == would and ada.book.restored() is None
    assert (would.people, would.encounters, would.others, would.known) == (2, 2, 1, 0)
    assert would.changes and not would.refused
    assert new.person == ada.person and names(new) == ["Alan", "Grace"]
    contact = new.contact(grace.person)
    assert contact.state is lapel.MeetingState.CONFIRMED
    assert [note.texts for note in contact.notes] == [["plays the theremin"]]

    # The same again brings nothing, and is nothing to restore over a book.
    for merged in [new.book.would_merge(backup), new.book.merge(backup)]:
        assert not merged.changes and merged.known > 0
    with new.book:
        pass
    with failing(ErrorCode.BOOK_NOT_EMPTY):
        Phone("Ada Lovelace", home, vault=vault, backup=backup)
    new.book.resume()
    standing = new.book.standing(grace.person)
    assert isinstance(standing, lapel.Standing.MET) and standing.encounters == 1
    new.begin()
    grace.begin()
    ours, theirs = shake_hands(new, grace)
    assert ours.met_again() and theirs.met_again()


def test_merges_two_phones(ada: Phone, grace: Phone, alan: Phone, tmp_path: Path) -> None:
    shake_hands(ada, grace)
    progress = Progress()
    backup = backed_up(ada, tmp_path / "before.age")
    new = Phone("Ada Lovelace", tmp_path / "new", progress=progress, backup=backup)
    assert any(told.work == "taking_in" for told in progress.told)
    ada.begin()
    shake_hands(ada, alan)
    shake_hands(new, Phone("Edsger Dijkstra", tmp_path / "edsger"))
    ours, theirs = backed_up(ada, tmp_path / "ours.age"), backed_up(new, tmp_path / "theirs.age")

    # Ended in the middle, neither book nor file is another one.
    path = tmp_path / "book.age"
    path.write_text("as it was")
    progress.told.clear()
    progress.goes = lambda: False
    with failing(ErrorCode.CANCELLED):
        new.book.back_up_to(str(path), BackupLock.passphrase(WORDS))
    assert progress.told[0].work == "backing_up"
    with failing(ErrorCode.CANCELLED):
        new.book.merge(ours)
    progress.goes = lambda: True
    assert path.read_text() == "as it was" and names(new) == ["Edsger", "Grace"]

    assert new.book.would_merge(ours).people == 1 and names(new) == ["Edsger", "Grace"]
    merged = new.book.merge(ours)
    assert (merged.people, merged.encounters) == (1, 1)
    assert merged.both_went_on
    assert not (merged.moved or merged.older or merged.old_key_remains)
    merged = ada.book.merge(theirs)
    assert merged.both_went_on and merged.moved and merged.changes
    assert names(ada) == names(new) == ["Alan", "Edsger", "Grace"]

    # Whoever is forgotten on one phone is on the other, and comes back with no backup.
    ada.book.forget([grace.person])
    merged = ada.book.merge(ours)
    assert not merged.changes and merged.left_out > 0
    assert new.book.merge(backed_up(ada, tmp_path / "after.age")).forgotten == 1
    assert new.book.contact(grace.person) is None
    with failing(ErrorCode.ANOTHER_OWNER):
        new.book.merge(backed_up(alan, tmp_path / "alan.age"))
