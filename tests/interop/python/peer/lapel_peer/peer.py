"""Meets one person through picture files.

    python -m lapel_peer.peer --home DIR --name NAME --show OUT.png --watch IN.png [options]

Ends with 0 once the other is recorded and has confirmed, with 3 if they didn't confirm in time, with 4 if
nothing was recorded, and with 2 for a wrong command line.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from . import badge, keys, receipt
from .book import Book
from .display import Display
from .errors import Refused
from .pictures import Camera, Screen
from .session import Candidate, Exchange

CONFIRMED, UNCONFIRMED, NOTHING = 0, 3, 4
LOOK_SECONDS = 0.05
NOT_COMPARED, AGREES, DIFFERS = range(3)


class Meeting:
    """One exchange between a screen, a camera, a book and a person."""

    def __init__(self, exchange: Exchange, book: Book, screen: Screen, camera: Camera, options):
        self.exchange, self.book, self.screen, self.camera = exchange, book, screen, camera
        self.options = options
        self.display = Display(options.small)
        self.met: list[Candidate] = []
        self.comparisons: dict[bytes, int] = {}
        self.code: str | None = None
        self._last: str | None = None

    def run(self) -> int:
        """Shows and looks until the other has confirmed, or there is no more time."""
        deadline = time.monotonic() + self.options.timeout
        next_slot = float("inf") if self.options.order == "scan" else 0.0
        while time.monotonic() < deadline and not self._confirmed:
            for text in self.camera.look():
                self._scan(text)
                next_slot = min(next_slot, time.monotonic())
            if time.monotonic() >= next_slot:
                code, seconds = self.display.slot(*self.exchange.shown(clock()))
                self.screen.show(code)
                next_slot = time.monotonic() + seconds
            time.sleep(LOOK_SECONDS)
        for message in self.exchange.shown(clock())[0][:1] if self.met else []:
            self.screen.show(message)
        return CONFIRMED if self._confirmed else UNCONFIRMED if self.met else NOTHING

    def document(self) -> dict:
        """What came of it, with the keys that ``lapel shake --json`` uses."""
        document = {"recorded": bool(self.met), "confirmed": self._confirmed}
        if not self.met:
            return document
        one = self.met[-1]
        count = self.book.encounters(one.person)
        return document | {
            "person": {"id": one.person.hex(), "fingerprint": keys.fingerprint(one.person)},
            "badge": badge.decode(one.contents.badge),
            "encounter": one.th.hex(),
            "encounters": count,
            "met_again": count > 1,
            "event": self.options.event or None,
            "claimed_event": one.contents.event or None,
            "code": self.code,
            "check_code": receipt.COMPARISONS[self._comparison(one)],
        }

    @property
    def _confirmed(self) -> bool:
        return any(one.confirmed for one in self.met)

    def _scan(self, text: str):
        found = self.exchange.scan(text, clock())
        if found.result != self._last:
            self._last = found.result
            print(f"{found.result} {found.flaw or ''}".strip(), file=sys.stderr, flush=True)
        if found.th and self._accepts(self.exchange.candidate(found.th)):
            self._record(self.exchange.candidate(found.th))
        elif found.result == "confirmed":
            for one in self.met:
                self._keep(one)

    def _accepts(self, one: Candidate) -> bool:
        """Whether the person accepts. Who is verified after that says the same, and nobody is asked again."""
        if self.met:
            return True
        self.code = self.exchange.check_code(one.th)
        if self.options.compare and not self._compared(one):
            return False
        name = badge.decode(one.contents.badge)["name"]
        return self.options.yes or ask(f"Accept {name}, {keys.fingerprint(one.person)}?")

    def _compared(self, one: Candidate) -> bool:
        """Compares where a code is offered. Where none is, the person starts again or goes without."""
        if self.code is None:
            return ask("No code can be compared any more. Go on without?")
        agrees = ask(f"Does the other screen show {self.code}?")
        self.comparisons[one.th] = AGREES if agrees else DIFFERS
        return agrees or ask("Accept all the same?")

    def _comparison(self, one: Candidate) -> int:
        """What was compared is one transcript's codes, and no other's."""
        return self.comparisons.get(one.th, NOT_COMPARED)

    def _record(self, one: Candidate):
        self._keep(one)
        self.exchange.acknowledge(one.th, clock())
        self.met.append(one)

    def _keep(self, one: Candidate):
        """Records an encounter, under the meeting's name: all transcripts of one exchange count once."""
        meeting = (self.met or [one])[0].th
        self.book.record(self.exchange.accept(one.th, clock()), self._comparison(one), meeting)


def clock() -> int:
    """Milliseconds of the clock that goes on while the machine sleeps."""
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 10**6


def ask(question: str) -> bool:
    print(question, "[y/n]", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() == "y"


def begin(book: Book, fields: dict, event: str = "", attestation: bytes = b"") -> keys.Start:
    """What a first session draws on, now; refused where a receiver would refuse it."""
    badge.check_event(event)
    if attestation:
        badge.check_attestation(attestation)
    met_at = min(max(int(time.time()), keys.TIME_LEAST), keys.TIME_MOST)
    data = badge.encode(fields)
    return keys.Start(book.identity(), os.urandom(32), met_at, clock(), 0, data, event, attestation)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="lapel_peer.peer", description=__doc__.partition("\n")[0])
    made.add_argument("--home", type=Path, required=True, help="directory of the identity and the encounters")
    made.add_argument("--show", type=Path, required=True, help="picture file to draw")
    made.add_argument("--watch", type=Path, required=True, help="picture file to read")
    made.add_argument("--name", required=True)
    for field in ("title", "organisation", "pronouns", "line"):
        made.add_argument(f"--{field}")
    for field in ("email", "phone", "url", "handle"):
        made.add_argument(f"--{field}", action="append", dest=f"{field}s")
    made.add_argument("--event", default="")
    made.add_argument("--attestation", type=bytes.fromhex, default=b"", help="in hexadecimal digits")
    made.add_argument("--timeout", type=float, default=60)
    made.add_argument("--order", choices=("show", "scan"), default="show", help="what is done first")
    made.add_argument("--reveal", choices=("first", "after-accept"), default="first")
    made.add_argument("--compare", action="store_true", help="compare check codes before accepting")
    made.add_argument("--small", action="store_true", help="show sealed messages in parts")
    made.add_argument("--yes", action="store_true", help="accept whoever comes")
    return made


def main() -> int:
    made = parser()
    options = made.parse_args()
    names = ("name", "title", "organisation", "emails", "phones", "urls", "handles", "pronouns", "line")
    fields = {name: getattr(options, name) for name in names if getattr(options, name)}
    book = Book(options.home)
    try:
        start = begin(book, fields, options.event, options.attestation)
        exchange = Exchange(start, options.reveal == "first", options.compare)
    except (Refused, ValueError) as refused:
        made.error(str(refused))
    meeting = Meeting(exchange, book, Screen(options.show), Camera(options.watch), options)
    code = meeting.run()
    print(json.dumps(meeting.document(), ensure_ascii=False, indent=2))
    exchange.end()
    return code


if __name__ == "__main__":
    sys.exit(main())
