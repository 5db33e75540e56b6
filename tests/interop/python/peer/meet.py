"""Meets ``lapel`` through picture files, honestly and not, and checks what both keep.

    python meet.py LAPEL [NAME …]        all checks, or the groups and checks whose names are given
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import lies
from lapel_peer import digits, generate, receipt
from lapel_peer.book import Book, replace_file
from lapel_peer.errors import Refused
from lapel_peer.peer import begin, clock
from lapel_peer.pictures import Camera, Screen
from lapel_peer.session import Exchange, Session

SECONDS = 30
LIE_SECONDS = 4
CONFIRMED, UNCONFIRMED, NOTHING = 0, 3, 4
ADA = {"name": "Ada Lovelace", "title": "Analyst", "email": "ada@example.org"}
GRACE = {"name": "Grace Hopper", "organisation": "Navy", "url": "https://example.org/grace"}
FULL = {"name": "n" * 64, "title": "t" * 64, "line": "l" * 96}  # 235 bytes of badge: the largest class.

EVENTS = "", "Zürich"

# What lapel tells a person about a scan that comes to nothing.
SAID = {
    "damaged": "That code is damaged",
    "not_for_us": "That code is for someone else",
    "other_version": "That code speaks version 2 of Lapel",
    "own_code": "That is your own code",
    "session_taken": "You have accepted someone already",
}


class Table:
    """Two programs and the pictures between them."""

    def __init__(self, lapel: str, folder: Path, ada: dict = ADA):
        self.lapel, self.folder = lapel, folder
        self.home, self.peer_home = folder / "lapel", folder / "peer"
        self.theirs, self.ours = folder / "lapel.png", folder / "peer.png"
        self.ask("init", *_flags(ada))

    def command(self, *arguments) -> list:
        return [self.lapel, arguments[0], "--home", self.home, "--json", *arguments[1:]]

    def ask(self, *arguments) -> dict:
        """A command of ``lapel`` that must succeed, and its document."""
        ran = subprocess.run(self.command(*arguments), capture_output=True, check=True)
        return json.loads(ran.stdout or b"{}")

    def start_lapel(self, *arguments, answers: str = "", timeout: float = SECONDS,
                    said=subprocess.PIPE) -> subprocess.Popen:
        shown = "--show", self.theirs, "--watch", self.ours, "--timeout", str(timeout)
        return _popen(self.command("shake", *shown, *arguments), answers, said)

    def start_peer(self, *arguments, answers: str = "", fields: dict = GRACE) -> subprocess.Popen:
        shown = "--show", self.ours, "--watch", self.theirs, "--timeout", str(SECONDS)
        program = sys.executable, "-m", "lapel_peer.peer", "--home", self.peer_home
        return _popen([*program, *shown, *_flags(fields), *arguments], answers)

    def clear(self):
        for picture in (self.theirs, self.ours):
            picture.unlink(missing_ok=True)

    def meet(self, lapel=("--yes",), peer=("--yes",), *, lapel_first=True, fields=GRACE, answers=("", ""),
             codes=(CONFIRMED, CONFIRMED)) -> tuple[dict, dict]:
        """A whole meeting in one order; both exit codes, and both documents."""
        self.clear()
        begins = [lambda: self.start_lapel(*lapel, answers=answers[0]),
                  lambda: self.start_peer(*peer, answers=answers[1], fields=fields)]
        first = begins[0 if lapel_first else 1]()
        time.sleep(0.7)
        second = begins[1 if lapel_first else 0]()
        ends = _end(first), _end(second)
        (lapel_code, theirs), (peer_code, ours) = ends if lapel_first else ends[::-1]
        check((lapel_code, peer_code) == codes, f"exit codes {lapel_code} and {peer_code}, not {codes}")
        return theirs, ours

    def check_both_have(self, theirs: dict, ours: dict, times: int, ada=ADA, grace=GRACE):
        """Both hold the other's badge, of one transcript, so many times."""
        check(theirs["encounter"] == ours["encounter"], "two transcripts")
        check(theirs["badge"] == _fields(grace) and ours["badge"] == _fields(ada), "badges")
        check(theirs["encounters"] == ours["encounters"] == times, f"not met {times} times")
        check(theirs["met_again"] == ours["met_again"] == (times > 1), "met again")
        own, known = self.ask("whoami"), ours["person"]
        check((own["id"], own["fingerprint"]) == (known["id"], known["fingerprint"]), "who it is")
        contact, = self.ask("contacts")["contacts"]
        check(contact["state"] == "confirmed" and len(contact["encounters"]) == times, "contact")

    def check_reads(self, path: Path, ours: receipt.Receipt, whose: str):
        """Lapel reads the receipt in this file exactly as the peer does."""
        theirs = _without_none(self.ask("verify", path))
        check(theirs == _with_dates(ours.shown()), f"{whose} reads {theirs}")

    def honest_session(self) -> Session:
        """A session of the peer's, as it stands before anything is told."""
        return Session(begin(Book(self.peer_home), {"name": GRACE["name"]}))

    def lie(self, codes) -> tuple[int, str]:
        """Shows lapel codes made of an honest session and lapel's hello; its exit code and what it said.

        The first round waits at each code for lapel to say something, so that they are seen in this order.
        """
        self.clear()
        heard = self.folder / "heard"
        with open(heard, "w") as file:
            running = self.start_lapel("--yes", timeout=LIE_SECONDS, said=file)
        camera, screen = Camera(self.theirs), Screen(self.ours)
        while not (seen := camera.look()):
            time.sleep(0.05)
        session = self.honest_session()
        shown = codes(session, digits.read(seen[0]))
        first_round = len(shown)
        while running.poll() is None:
            before, until = heard.stat().st_size, time.monotonic() + (1.5 if first_round > 0 else 0.3)
            screen.show(shown[0])
            while running.poll() is None and time.monotonic() < until:
                time.sleep(0.05)
                if first_round > 0 and heard.stat().st_size > before:
                    break
            first_round -= 1
            shown = shown[1:] + shown[:1]
        return running.returncode, heard.read_text()

    def check_nothing(self, code: int, said: str, result: str):
        """Lapel recorded nothing, and told why."""
        check(code == NOTHING, f"exit code {code}: {said}")
        check(SAID[result] in said, f"not {result}: {said}")
        check(self.ask("contacts")["contacts"] == [], "a liar is a contact")

    def check_offered(self, code: int, said: str):
        """Lapel recorded one offer by the honest one, and nothing else."""
        check(code == UNCONFIRMED, f"exit code {code}: {said}")
        contact, = self.ask("contacts")["contacts"]
        check(contact["badge"] == {"name": GRACE["name"]} and contact["state"] == "offered", f"{contact}")
        check(len(contact["encounters"]) == 1, f"{contact}")

    def receipts(self, theirs: dict, disclosed: str | None) -> bytes:
        """The receipt that ``lapel`` writes of its latest encounter."""
        out = self.folder / "receipt"
        out.unlink(missing_ok=True)
        badges = ("--with-badge", disclosed) if disclosed else ()
        self.ask("receipt", theirs["person"]["id"], "--out", out, *badges)
        return out.read_bytes()


def orders(table: Table):
    """Lapel first, the peer first, and the peer scanning before it shows; each meeting counts."""
    begins = (True, "show"), (False, "show"), (True, "scan"), (False, "scan")
    for times, (lapel_first, order) in enumerate(begins, 1):
        documents = table.meet(peer=("--yes", "--order", order), lapel_first=lapel_first)
        table.check_both_have(*documents, times)


def events(table: Table):
    """One event, two events, and one of none."""
    for ours, theirs in (("RustConf", "RustConf"), ("RustConf", "Zürich"), ("", "RustConf")):
        flags = [("--yes", *(("--event", event) if event else ())) for event in (theirs, ours)]
        one, other = table.meet(*flags)
        check((one["claimed_event"], other["claimed_event"]) == (ours or None, theirs or None), "events")
        shown = receipt.read(table.receipts(one, None)).shown()
        check(shown.get("event") == (ours if ours == theirs else None), "event of the receipt")


def parts(table: Table):
    for times, flags in enumerate(((["--small"], []), ([], ["--small"]), (["--small"], ["--small"])), 1):
        documents = table.meet(["--yes", *flags[0]], ["--yes", *flags[1]])
        table.check_both_have(*documents, times)


def full_badges(table: Table):
    for times, small in enumerate(([], ["--small"]), 1):
        documents = table.meet(["--yes", *small], ["--yes", *small], fields=FULL)
        table.check_both_have(*documents, times, grace=FULL)


def attestation(table: Table):
    attested = "825820" + "07" * 32 + "5840" + "09" * 64
    documents = table.meet(peer=("--yes", "--attestation", attested))
    table.check_both_have(*documents, 1)
    kept = receipt.read(table.receipts(documents[0], "both")).peer.attestation
    check(kept[0].hex() == attested, "attestation")


def comparison(table: Table):
    """Both compare and both say yes; then only one compares; then both say that the codes differ."""
    compare = "--compare", "--yes"
    for lapel, peer, answers in ((compare, compare, ("y\n", "y\n")), (compare, ("--yes",), ("y\n", "")),
                                 (("--yes",), compare, ("", "y\n"))):
        theirs, ours = table.meet(lapel, peer, answers=answers)
        check(theirs["code"] == ours["code"], "check codes")
        expected = tuple("agrees" if "--compare" in flags else "not_compared" for flags in (lapel, peer))
        check((theirs["check_code"], ours["check_code"]) == expected, "comparisons")
    theirs, ours = table.meet(compare, compare, answers=("n\ny\n", "n\ny\n"))
    check(theirs["check_code"] == ours["check_code"] == "differs", "a comparison that failed")
    shown = receipt.read(table.receipts(theirs, None)).shown()
    check(shown["comparison"] == "differs", "comparison of the receipt")


def reveal(table: Table):
    """Either may wait with their badge, but not both."""
    waiting = "--yes", "--reveal", "after-accept"
    table.check_both_have(*table.meet(waiting), 1)
    table.check_both_have(*table.meet(peer=waiting), 2)
    table.clear()
    both = table.start_lapel(*waiting, timeout=8), table.start_peer(*waiting, "--timeout", "8")
    check([_end(one)[0] for one in both] == [NOTHING, NOTHING], "two that wait can't meet")


def receipts(table: Table):
    """Receipts verify on either side, say the same, and with any byte altered on neither."""
    theirs, _ = table.meet()
    for disclosed in (None, "peer", "own", "both"):
        data = table.receipts(theirs, disclosed)
        shown = receipt.read(data).shown()
        check(("badge" in shown["peer"]) == (disclosed in ("peer", "both")), "the peer's badge")
        check(("badge" in shown["holder"]) == (disclosed in ("own", "both")), "the holder's badge")
    for at in range(len(data)):  # The last one shows everything.
        for bit in (1, 128):
            altered = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            check(_refused(altered), f"byte {at} altered")
            anew = _refused(_with_checksum(altered)) or _nobodys(at, data)
            check(anew, f"byte {at} altered, checksum anew")
    kept, = Book(table.peer_home).receipts()
    for ours in (kept, receipt.Receipt(2, kept.holder.bare(), kept.peer)):
        path = table.folder / "ours"
        replace_file(path, ours.encode())
        table.check_reads(path, ours, "ours")
        for at in range(0, len(ours.encode()), 29):
            altered = bytearray(ours.encode())
            altered[at] ^= 1
            replace_file(path, _with_checksum(bytes(altered)))
            ran = subprocess.run(table.command("verify", path), capture_output=True)
            check(ran.returncode == 8 or _nobodys(at, altered), f"byte {at} of ours altered")


def fresh(table: Table):
    """Receipts of handshakes that were never held, from fresh starts, as lapel reads them."""
    for number in range(12):
        starts = {who: generate.fresh_start(EVENTS[number % 2]) for who in ("ada", "grace")}
        made = generate.case("fresh", starts)
        for name in ("adas_receipt", "graces_bare_receipt"):
            data = bytes.fromhex(made[name])
            path = table.folder / name
            replace_file(path, data)
            table.check_reads(path, receipt.read(data), f"{name} of {starts}")


def liar(lie):
    """A lie is refused by its name, in lapel and in the peer, and nothing is recorded."""

    def told(table: Table):
        result, flaw = lies.LIES[lie]
        code, said = table.lie(lambda session, hello: [lie(session, hello)])
        table.check_nothing(code, said, result)
        ours = Exchange(begin(Book(table.folder / "another"), {"name": ADA["name"]}))
        message = lie(table.honest_session(), ours.display.hello)
        found = ours.scan(digits.write(message), clock())
        check((found.result, found.flaw) == (result, flaw), f"our own peer says {found}")

    return told


def mirror(table: Table):
    """Lapel is shown its own code."""
    code, said = table.lie(lambda session, hello: [hello])
    table.check_nothing(code, said, "own_code")


def impostor(table: Table):
    """Somebody who claims to be whom they meet."""
    me = bytes.fromhex(table.ask("whoami")["id"])
    code, said = table.lie(lambda session, hello: [lies.somebody_else(session, hello, me)])
    table.check_nothing(code, said, "damaged")


def parts_of_another_version(table: Table):
    code, said = table.lie(lies.parts_of_another_version)
    table.check_nothing(code, said, "damaged")


def other_words(word: str):
    """One tap is for one badge: who was accepted can't put another one under that key into the book."""

    def told(table: Table):
        code, said = table.lie(lambda session, hello: [lies.honest(session, hello),
                                                       lies.other_words(session, hello, word)])
        table.check_offered(code, said)
        check(SAID["session_taken"] in said, f"another {word}: {said}")

    return told


def second_transcript(table: Table):
    """The same words under a second hello are recorded without asking, and count as the same meeting."""
    code, said = table.lie(lambda session, hello: [lies.honest(session, hello),
                                                   lies.honest(lies.second_session(session), hello)])
    table.check_offered(code, said)
    check(said.count("is in your book") == 2, f"two transcripts: {said}")
    check(SAID["session_taken"] not in said, f"two transcripts: {said}")


def replays(table: Table):
    """Messages of an earlier meeting by the same person don't make another encounter."""
    shown = []

    def honest_offer(session, hello):
        shown.extend((session.hello, lies.honest(session, hello)))
        return shown

    table.check_offered(*table.lie(honest_offer))
    code, said = table.lie(lambda session, hello: shown)
    check(code == NOTHING and SAID["not_for_us"] in said, f"replay: {code}: {said}")
    contact, = table.ask("contacts")["contacts"]
    check(len(contact["encounters"]) == 1, "a replay was counted")


def false_confirmation(lie):
    """After an honest offer a confirmation for somebody else, or signed as an offer, confirms nothing."""

    def told(table: Table):
        code, said = table.lie(lambda session, hello: [lies.honest(session, hello), lie(session, hello)])
        table.check_offered(code, said)
        check(SAID["damaged"] in said, said)

    return told


def _named(*checks) -> dict:
    return {one.__name__: one for one in checks}


# The longest first, so that nothing long is left over at the end.
GROUPS = {
    "meetings": _named(reveal, comparison, orders, parts, events, full_badges, attestation),
    "receipts": _named(receipts, fresh),
    "liars": _named(replays, mirror, impostor, parts_of_another_version, second_transcript)
    | {lie.__name__: liar(lie) for lie in lies.LIES}
    | {f"another_{word}_once_accepted": other_words(word) for word in lies.OTHER_WORDS}
    | {f"{lie.__name__}_after_an_offer": false_confirmation(lie)
       for lie in (lies.confirmation_for_another_person, lies.confirmation_signed_as_an_offer)},
}


def check(holds: bool, otherwise: str):
    if not holds:
        raise AssertionError(otherwise)


def _popen(command: list, answers: str, said=subprocess.PIPE) -> subprocess.Popen:
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=said, text=True)
    process.stdin.write(answers)
    process.stdin.flush()
    return process


def _end(process: subprocess.Popen) -> tuple[int, dict]:
    out, said = process.communicate(timeout=2 * SECONDS)
    if process.returncode not in (CONFIRMED, UNCONFIRMED, NOTHING):
        raise AssertionError(f"exit code {process.returncode}: {said}")
    return process.returncode, json.loads(out)


def _flags(fields: dict) -> list[str]:
    return [part for name, value in fields.items() for part in (f"--{name}", value)]


def _fields(flags: dict) -> dict:
    """A badge's fields from the flags that made it."""
    lists = {"email": "emails", "phone": "phones", "url": "urls", "handle": "handles"}
    return {lists.get(name, name): [value] if name in lists else value for name, value in flags.items()}


def _refused(data: bytes) -> bool:
    try:
        receipt.read(data)
    except Refused:
        return True
    return False


def _with_checksum(data: bytes) -> bytes:
    """The same bytes with a checksum that fits them, since that proves nothing."""
    return data[:-8] + receipt.checksum(data[:-9])


def _nobodys(at: int, data: bytes) -> bool:
    """Whether nobody signed this byte: the holder's comparison, and the checksum that is made anew."""
    return at == 16 or at >= len(data) - 8


def _with_dates(shown: dict) -> dict:
    """What a receipt shows, with times as lapel's JSON has them."""
    dates = {name: _date(shown[name]["claimed_time"]) for name in receipt.SIDES}
    return shown | {name: shown[name] | {"claimed_time": date} for name, date in dates.items()}


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _without_none(document: dict) -> dict:
    return {name: _without_none(value) if isinstance(value, dict) else value
            for name, value in document.items() if value is not None}


def run(lapel: str, name: str, one) -> bool:
    """A check at a table of its own; says how it went."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        try:
            one(Table(lapel, Path(folder)))
            outcome = "ok"
        except Exception as error:  # Whatever goes wrong, the other checks go on.
            outcome = f"FAILED: {error!r}"
    print(f"{name}: {outcome} ({time.monotonic() - begun:.1f} s)", flush=True)
    return outcome == "ok"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("lapel", metavar="LAPEL", help="the program")
    arguments.add_argument("names", metavar="NAME", nargs="*",
                           help=f"{', '.join(GROUPS)}, or single checks; all, if there is none")
    arguments.add_argument("--at-once", type=int, default=4, help="meetings at once: mostly they wait")
    options = arguments.parse_intermixed_args()
    every = {name: one for group in GROUPS.values() for name, one in group.items()}
    chosen = {}
    for name in options.names or GROUPS:
        if name not in GROUPS and name not in every:
            arguments.error(f"no check is called {name}: {', '.join(every)}")
        chosen |= GROUPS.get(name) or {name: every[name]}
    begun = time.monotonic()
    with ThreadPoolExecutor(options.at_once) as pool:
        ended = list(pool.map(lambda one: run(options.lapel, *one), chosen.items()))
    print(f"{sum(ended)} of {len(ended)} checks hold, {time.monotonic() - begun:.0f} s")
    return int(not all(ended))


if __name__ == "__main__":
    sys.exit(main())
