"""Nothing that runs: what a type checker has to know, and what it has to refuse, of the package as installed."""

from __future__ import annotations

import typing

import lapel


def knows_an_error(error: lapel.LapelError) -> typing.Tuple[lapel.ErrorCode, typing.Dict[str, str]]:
    return error.code, error.values


def knows_who_was_scanned(scan: lapel.Scan) -> typing.Optional[str]:
    if isinstance(scan.result, lapel.Scanned.VERIFIED):
        return scan.result.who.badge.name
    return None


def knows_a_book(config: lapel.BookConfig) -> typing.List[lapel.LabelledBadge]:
    with lapel.Book.open(config) as book:
        return book.badges()


def knows_a_restored_book(
    config: lapel.BookConfig, backup: lapel.Backup
) -> typing.Optional[lapel.Merged]:
    with lapel.Book.restore(config, backup) as book:
        return book.restored()


def refuses(book: lapel.Book, session: lapel.Session, error: lapel.LapelError) -> None:
    book.note(1, "a number is nobody")  # type: ignore[arg-type]
    session.frame().text  # type: ignore[union-attr]
    error.message  # type: ignore[attr-defined]
    lapel.Badge()  # type: ignore[call-arg]
    raise lapel.VaultError.Failed()  # type: ignore[call-arg]


class LateVault(lapel.KeyVault):
    def load(self, id: str) -> str:  # type: ignore[override]
        return id
