"""Two people shake hands; each keeps the other's badge, signed, in an encrypted book.

Nearly everything is generated from the library, with its documentation, into a module of its own, and stands here.
Written by hand is what Python would miss: errors that read as sentences, `with` for a book, and
:mod:`lapel.tasks` for asyncio.
"""

from __future__ import annotations

# First, so that type checkers take these for the errors. They are the same classes.
from ._errors import LapelError as LapelError, ListenerError as ListenerError, VaultError as VaultError

from ._ffi import *  # type: ignore[assignment]
from ._book import Book as Book
