"""Vaults that don't do what they should."""

from __future__ import annotations

import typing
from pathlib import Path

import lapel
import pytest
from lapel import ErrorCode, LapelError
from phones import Phone, Vault, failing, open_book


def test_locks_the_vault(ada: Phone) -> None:
    vault = typing.cast(Vault, ada.vault)

    def locked() -> None:
        raise lapel.VaultError.Locked()

    ada.book.suspend()
    vault.before = locked
    with failing(ErrorCode.KEY_LOCKED):
        open_book(ada.home, vault)
    vault.before = lambda: None
    assert open_book(ada.home, vault).person() == ada.person


def test_loses_the_key(ada: Phone) -> None:
    vault = typing.cast(Vault, ada.vault)
    ada.meets(1)
    ada.book.suspend()
    before = files(ada.home)
    kept = dict(vault.keys)
    vault.keys.clear()
    with failing(ErrorCode.KEY_LOST):
        open_book(ada.home, vault)
    assert files(ada.home) == before
    vault.keys.update(kept)
    assert open_book(ada.home, vault).person() == ada.person


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_breaks_the_vault(ada: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = typing.cast(Vault, ada.vault)

    def broken() -> None:
        raise OSError("the drawer is stuck")

    vault.before = broken
    with failing(ErrorCode.VAULT_FAILED) as values:
        ada.book.rotate()
    assert "the drawer is stuck" in values["detail"]
    # What isn't an `Exception` isn't passed on by what is generated, and the key wasn't kept.
    vault.before = lambda: None

    def interrupted(id: str, key: bytes) -> None:
        raise KeyboardInterrupt("in the middle")

    with monkeypatch.context() as patch:
        patch.setattr(vault, "store", interrupted)
        with failing(ErrorCode.VAULT_FAILED):
            ada.book.rotate()
    ada.book.suspend()
    ada.book.resume()
    ada.meets(1)
    ada.book.rotate()
    assert len(ada.people()) == 1


def test_calls_back_from_the_vault(ada: Phone) -> None:
    vault = typing.cast(Vault, ada.vault)
    answers: typing.List[ErrorCode] = []

    def uses_the_book() -> None:
        try:
            ada.book.size()
        except LapelError as error:
            answers.append(error.code)

    ada.meets(1)
    vault.before = uses_the_book
    ada.book.rotate()
    ada.book.suspend()
    ada.book.resume()
    assert set(answers) == {ErrorCode.BUSY}
    assert len(ada.people()) == 1


def files(home: Path) -> typing.Dict[str, bytes]:
    return {str(file): file.read_bytes() for file in home.rglob("*") if file.is_file()}
