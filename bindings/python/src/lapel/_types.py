"""Errors, which read as sentences; and of the generated module what type checkers don't see."""

from __future__ import annotations

import typing

from . import _ffi

if typing.TYPE_CHECKING:
    # The generated classes are put together when they are loaded, where no checker looks.

    class LapelError(Exception):
        """Why a call did nothing. `str()` of it is a sentence in English."""

        code: _ffi.ErrorCode
        """What went wrong, for programs and translations."""
        reason: str
        """The sentence."""
        values: typing.Dict[str, str]
        """What stands in the sentence, by names that stay, such as `field`, `bytes` and `max`."""

    class VaultError(Exception):
        """Why a vault gave no key: what a vault raises."""

        class Locked(VaultError):
            """It can't be opened now, for instance before the first unlock after a restart."""

        class Missing(VaultError):
            """It is open and has no such key."""

        class Exposed(VaultError):
            """Other users of this machine can read the key."""

        class Failed(VaultError):
            """Anything else, in the vault's words."""

            reason: str

            def __init__(self, reason: str) -> None: ...

    class ListenerError(Exception):
        """A listener failed: what a listener may raise, like anything else."""

        class Failed(ListenerError):
            reason: str

            def __init__(self, reason: str) -> None: ...

    class OutcomeLink(_ffi.OutcomeLink):
        """What led to an outcome."""

        class CONTACT(_ffi.OutcomeLink):
            """A person who was met."""

            person: str

            def __init__(self, person: str) -> None: ...

        class ENCOUNTER(_ffi.OutcomeLink):
            """One encounter."""

            transcript: str

            def __init__(self, transcript: str) -> None: ...

        class OUTCOME(_ffi.OutcomeLink):
            """An earlier outcome."""

            id: str

            def __init__(self, id: str) -> None: ...

        class FORGOTTEN(_ffi.OutcomeLink):
            """Someone whom the owner chose to forget, and who had introduced them."""

            introduction: _ffi.Introduction

            def __init__(self, introduction: _ffi.Introduction) -> None: ...

else:
    from ._ffi import LapelError, ListenerError, OutcomeLink, VaultError

    for _error in (LapelError.Failed, ListenerError.Failed, VaultError.Failed):
        _error.__str__ = lambda self: self.reason
