"""The book, which `with` closes."""

from __future__ import annotations

import typing

from . import _ffi


class Book(_ffi.Book):
    __doc__ = _ffi.Book.__doc__

    @classmethod
    def open(cls, config: _ffi.BookConfig) -> Book:
        """Opens the book, or makes one, with a new identity, where the directory is missing or empty."""
        return typing.cast(Book, super().open(config))

    @classmethod
    def restore(cls, config: _ffi.BookConfig, backup: _ffi.Backup) -> Book:
        """Makes a book out of a backup, with its identity, where the directory is missing or empty, or holds a
        book in which nothing is yet. `restored` says what came in.

        Whoever goes on from here has to stop using the identity on the old phone.
        """
        return typing.cast(Book, super().restore(config, backup))

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        """Suspends it: sessions end and every file is let go of."""
        self.suspend()
