"""The errors, which read as sentences and are known to type checkers."""

from __future__ import annotations

import typing

from . import _ffi

if typing.TYPE_CHECKING:
    # The generated classes are put together while they run, where no checker looks.

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

else:
    from ._ffi import LapelError, ListenerError, VaultError

    for _error in (LapelError.Failed, ListenerError.Failed, VaultError.Failed):
        _error.__str__ = lambda self: self.reason
