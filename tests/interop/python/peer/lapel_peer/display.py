"""What stands on the screen, and for how long (section "A session", Display)."""

import secrets

from . import wire

SLOT_MS, SPREAD_MS = 320, 64


class Display:
    """Draws slots from what is on display. The order is drawn anew each round."""

    def __init__(self, small: bool = False):
        self.small = small
        self._shown: tuple[list[bytes], bytes | None] = ([], None)
        self._slots: list[bytes] = []

    def slot(self, sealed: list[bytes], hello: bytes | None) -> tuple[bytes, float]:
        """The next code and its seconds. Every change begins anew with the newest sealed message."""
        if (sealed, hello) != self._shown:
            self._shown = sealed, hello
            self._slots = self._codes(sealed[0])[::-1] if sealed else []
        if not self._slots:
            self._slots = self._round(sealed, hello)
        spread = secrets.randbelow(2 * SPREAD_MS + 1) - SPREAD_MS
        return self._slots.pop(), (SLOT_MS + spread) / 1000

    def _round(self, sealed: list[bytes], hello: bytes | None) -> list[bytes]:
        """Two slots of sealed messages at least for one of the bare hello."""
        codes = [code for message in sealed for code in self._codes(message)]
        if len(codes) == 1 and hello:
            codes *= 2
        codes += [hello] if hello else []
        secrets.SystemRandom().shuffle(codes)
        return codes

    def _codes(self, message: bytes) -> list[bytes]:
        return wire.split(message) if self.small else [message]
