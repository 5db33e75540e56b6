"""Calls that block, from asyncio: on a thread, and ended when their task is cancelled."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import typing

from ._ffi import ProgressListener, WorkProgress

_T = typing.TypeVar("_T")
_ended: contextvars.ContextVar[typing.Optional[threading.Event]] = contextvars.ContextVar("lapel.ended", default=None)


class EndsWithTask(ProgressListener):
    """A progress listener to open a book with: work that was begun by `on_thread` ends when its task is cancelled.

    `then` is told how far the work is, and may end it too.
    """

    def __init__(self, then: typing.Optional[ProgressListener] = None) -> None:
        self._then = then

    def goes_on(self, progress: WorkProgress) -> bool:
        ended = _ended.get()
        if ended is not None and ended.is_set():
            return False
        return self._then is None or self._then.goes_on(progress)


async def on_thread(call: typing.Callable[..., _T], *arguments: typing.Any) -> _T:
    """Makes a call that blocks, such as `await on_thread(book.check)`, on a thread.

    If the task is cancelled meanwhile, it waits until the call has ended, early where the book was opened with
    `EndsWithTask`, so that nothing goes on behind its back. What the call failed with then is the cause of the
    `CancelledError`.
    """
    ended = threading.Event()
    context = contextvars.copy_context()
    # The listener is asked on the thread that works, and so in this context.
    context.run(_ended.set, ended)
    working = asyncio.get_running_loop().run_in_executor(None, lambda: context.run(call, *arguments))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError as cancelled:
        ended.set()
        while not working.done():
            try:
                await asyncio.wait({working})
            except asyncio.CancelledError:
                pass  # It is cancelled already, and waits for the end all the same.
        raise cancelled from working.exception()
