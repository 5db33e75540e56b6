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

    def __enter__(self) -> Book:
        return self

    def __exit__(self, *_: object) -> None:
        """Suspends it: sessions end and every file is let go of."""
        self.suspend()
