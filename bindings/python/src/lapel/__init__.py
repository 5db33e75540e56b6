"""Two people shake hands; each keeps the other's badge, signed, in an encrypted book.

Nearly everything is generated from the library, with its documentation, into a module of its own, and stands here.
Written by hand is what Python would miss: errors that read as sentences, `with` for a book, and
:mod:`lapel.tasks` for asyncio.
"""

from __future__ import annotations

# First, because type checkers keep what they meet first.
from ._book import Book as Book
from ._types import LapelError as LapelError, ListenerError as ListenerError
from ._types import OutcomeLink as OutcomeLink, VaultError as VaultError

from ._ffi import *  # type: ignore[assignment]

# Again, because Python keeps what it meets last. The types are the same classes.
from ._book import Book as Book
