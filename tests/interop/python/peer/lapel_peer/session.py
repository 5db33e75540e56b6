"""A whole peer without screen, camera and disk (section "A session").

An ``Exchange`` is told what the camera read, what the person did and what the book made durable, each with a
reading of the monotonic clock in milliseconds. It says what every scan comes to and what is to be shown.
Python can't overwrite a secret in memory; erasing one here means that the last reference to it goes.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field, replace

from . import contents, digits, keys, wire
from .curve import verify
from .errors import (Damaged, Ended, Expired, NotForUs, OwnCode, Refused, SessionTaken, StartAgain,
                     UnknownTranscript)
from .receipt import Side

RENEW_MS, RENEW_ENGAGED_MS = 60_000, 105_000
FIRST_MS, ENGAGED_MS = 120_000, 300_000
QUIET_MS, QUIET_MOST_MS, NOBODY_MS = 1_500, 6_000, 5_000
OFFERS, NOTICED, VERIFIED, VERIFIED_OF_ONE = 4, 4, 4, 2
SESSIONS_BEFORE = 3
OWN_CODES, REFUSALS = 32, 32


@dataclass(frozen=True)
class Scan:
    """What a scan comes to, by the name in the text; ``th`` where someone was verified."""

    result: str
    flaw: str | None = None
    th: bytes | None = None


@dataclass
class Candidate:
    """A verified candidate: a hello, what it opened to, and one signature of each kind."""

    session: "Session"
    hello: bytes
    contents: contents.Contents
    signatures: dict[int, bytes] = field(default_factory=dict)
    accepted: bool = False
    recorded: bool = False

    @property
    def th(self) -> bytes:
        return keys.transcript(self.session.hello, self.hello)

    @property
    def person(self) -> bytes:
        return self.contents.person

    @property
    def confirmed(self) -> bool:
        return wire.CONFIRM in self.signatures

    @property
    def words(self) -> tuple:
        """What accepting is for: the person, and all of the opening but its time."""
        said = self.contents
        return said.person, said.badge, said.event, said.attestation, said.ext


@dataclass(frozen=True)
class Encounter:
    """What the book keeps of an accepted candidate, and the confirm message to show once it has it."""

    th: bytes
    own: Side
    peer: Side
    confirm: bytes


class Session:
    """One hello and everything that happens to it."""

    def __init__(self, start: keys.Start):
        self.start = start
        self.made_at = start.monotonic_ms
        self.heard_at = 0  # When a message sealed to it that holds was last seen.
        self.secret = start.draw("ephemeral")
        self.next = start.draw("next")
        ephemeral = keys.public_key(self.secret)
        claims = start.person, start.met_at, start.event, start.badge, start.attestation
        self.own = contents.Contents(start.draw("seed", 16), *claims, b"", bytes(64))
        self.own.encode()  # What doesn't fit is refused before the session begins.
        self.hello = self.own.hello(ephemeral)
        self.ephemeral = ephemeral
        self.sealed: dict[tuple[int, bytes], bytes] = {}
        self.offered: dict[bytes, int] = {}
        self.verified: dict[bytes, Candidate] = {}

    def engaged(self, now: int) -> bool:
        """Whether somebody may still complete an exchange with this session."""
        return bool(self.verified or self.offered and now - self.made_at <= ENGAGED_MS)

    def too_late(self, hello: bytes, now: int) -> bool:
        """Whether a first message of this candidate comes too late."""
        answered = self.offered.get(hello, now) - self.made_at <= FIRST_MS and hello in self.offered
        return now - self.made_at > (ENGAGED_MS if answered else FIRST_MS)

    def sign(self, kind: int, hello: bytes, other: bytes = b"") -> contents.Contents:
        """Our contents with the signature of one kind for the candidate with this hello."""
        said = keys.statement(kind, keys.transcript(self.hello, hello), self.ephemeral, other)
        return replace(self.own, signature=self.start.identity.sign(said))

    def seal(self, kind: int, hello: bytes, other: bytes = b"") -> bytes:
        """The sealed message of one kind for the candidate with this hello, made once and kept."""
        if (kind, hello) not in self.sealed:
            plaintext = self.sign(kind, hello, other).encode()
            self.sealed[kind, hello] = self._pair(hello[2:34]).seal(kind, hello, plaintext)
        return self.sealed[kind, hello]

    def offer(self, hello: bytes, now: int):
        self.seal(wire.OFFER, hello)
        self.offered[hello] = now

    def open(self, frame: wire.Frame) -> bytes | None:
        return self._pair(frame.ephemeral).open(frame, self.hello)

    def comparable(self, hello: bytes) -> bool:
        """Whether nobody could have learnt our blind before choosing this hello."""
        first = next(iter(self.sealed), None)
        return first is None or first[1] == hello

    def exporter(self, hello: bytes, purpose: bytes) -> bytes:
        return self._pair(hello[2:34]).exporter(keys.transcript(self.hello, hello), purpose)

    def check_code(self, candidate: Candidate) -> str:
        blinds = {self.hello: self.own.openings.blind, candidate.hello: candidate.contents.openings.blind}
        return keys.check_code(candidate.th, blinds)

    def _pair(self, other: bytes) -> keys.Pair:
        return keys.Pair.agree(self.secret, other)


@dataclass
class Noticed:
    """A hello scanned bare: when first, and when last."""

    first: int
    last: int


class Exchange:
    """The session on display and the few that it replaced."""

    def __init__(self, start: keys.Start, reveal_first: bool = True, compare: bool = False):
        if compare and not reveal_first:
            raise ValueError("a comparison needs an offer, and after_accept makes none")
        self.reveal_first, self.compare = reveal_first, compare
        self.own_codes: deque[bytes] = deque(maxlen=OWN_CODES)
        self.refused: OrderedDict[bytes, Refused] = OrderedDict()
        self.now = start.monotonic_ms
        self._begin(start)

    # What happens to it.

    def scan(self, text: str, now: int) -> Scan:
        """What the camera read. The result is the first row of the text's table that applies."""
        self._call(now)
        try:
            return self._scan(text)
        except Refused as refusal:
            return Scan(refusal.name, refusal.flaw)

    def accept(self, th: bytes, now: int) -> Encounter:
        """The person accepts what is on the screen under this th; again, with what was said since."""
        self._call(now)
        if self.ended:
            raise Ended
        candidate = self._find(th)
        self._check_taken(candidate)
        self.accepted = self.accepted or candidate
        candidate.accepted = True
        return self._encounter(candidate)

    def acknowledge(self, th: bytes, now: int):
        """The book has the record of this accepted candidate durably."""
        self._call(now)
        candidate = self._find(th)
        if not candidate.accepted:
            raise UnknownTranscript
        candidate.recorded = True

    def start_again(self, now: int):
        """The person starts again: a renewal at once, and nothing that was said before."""
        self._call(now)
        if self.ended:
            raise Ended
        self._begin(self._next_start())

    def end(self):
        """The exchange ends, and its secrets with it."""
        self.sessions, self.ended = [], True
        self._forget()
        self.refused.clear()

    # What it has to say.

    def shown(self, now: int) -> tuple[list[bytes], bytes | None]:
        """Sealed messages on display, newest first, and the bare hello if it is shown beside them."""
        self._call(now)
        if self.ended:
            return [], None
        recorded = [one for one in self._candidates() if one.recorded]
        if recorded:
            return [one.session.seal(wire.CONFIRM, one.hello, one.person) for one in recorded], None
        offers = [session.sealed[wire.OFFER, hello] for session in reversed(self.sessions)
                  for hello in reversed(session.offered)]
        fresh = self.now - self.display.made_at < RENEW_ENGAGED_MS
        return offers, self.display.hello if fresh or not offers else None

    def check_code(self, th: bytes) -> str | None:
        """The six digits to compare, or None where they could have been ground."""
        candidate = self._find(th)
        session = candidate.session
        return session.check_code(candidate) if session.comparable(candidate.hello) else None

    def exporter(self, th: bytes, purpose: bytes) -> bytes:
        candidate = self._find(th)
        return candidate.session.exporter(candidate.hello, purpose)

    def candidate(self, th: bytes) -> Candidate:
        """Who was verified under this transcript."""
        return self._find(th)

    @property
    def display(self) -> Session:
        return self.sessions[-1]

    # Time.

    def _begin(self, start: keys.Start):
        self._forget()
        self.ended = False
        self.sessions = []
        self.now = max(self.now, start.monotonic_ms)
        self._add(start)

    def _add(self, start: keys.Start):
        self.sessions.append(Session(start))
        self.own_codes.append(self.display.ephemeral)

    def _forget(self):
        self.accepted: Candidate | None = None
        self.noticed: dict[bytes, Noticed] = {}
        self.parts = wire.Parts()
        self.taken: dict[bytes, Candidate] = {}

    def _call(self, now: int):
        """Time goes on: a hello is replaced, at most once, and sessions that nobody can use any more go."""
        self.now = max(self.now, now)
        if self.ended:
            return
        age = self.now - self.display.made_at
        due = age >= (RENEW_ENGAGED_MS if self.display.engaged(self.now) else RENEW_MS)
        engaged_before = sum(session.engaged(self.now) for session in self.sessions[:-1])
        if due and self.accepted is None and engaged_before < SESSIONS_BEFORE:
            self._add(self._next_start())
        self._drop()

    def _next_start(self) -> keys.Start:
        """What the next session draws on. Its time is the old one's and what went by, whatever clocks say."""
        old = self.display.start
        met_at = min(old.met_at + (self.now - old.monotonic_ms) // 1000, keys.TIME_MOST)
        return replace(old, random=self.display.next, met_at=met_at, monotonic_ms=self.now)

    def _drop(self):
        """Of the sessions before, the last one and the engaged ones are kept."""
        *before, last = self.sessions[:-1] or [None]
        self.sessions = [session for session in before if session.engaged(self.now)] + [
            session for session in (last, self.display) if session]
        self.taken = {message: one for message, one in self.taken.items() if one.session in self.sessions}

    # Scans.

    def _scan(self, text: str) -> Scan:
        if self.ended:
            raise Ended
        frame = wire.parse(digits.read(text))
        if isinstance(frame, wire.Part):
            completed = self.parts.add(frame)
            if not isinstance(completed, bytes):
                return Scan("part_received" if completed else "nothing_new")
            frame = wire.parse_completed(completed)
        if frame.ephemeral in self.own_codes:
            raise OwnCode
        return self._hello(frame.data) if frame.kind == wire.HELLO else self._sealed(frame)

    def _hello(self, hello: bytes) -> Scan:
        known = next((one for one in self._candidates() if one.hello == hello), None)
        noticed = self.noticed.get(hello)
        if self.accepted is not None:
            if known and known.words == self.accepted.words:
                return Scan("nothing_new")
            raise SessionTaken
        if known or any(hello in session.offered for session in self.sessions):
            return Scan("nothing_new")
        if self.now - self.display.made_at > FIRST_MS:
            raise Expired
        if noticed is None:
            return self._new_hello(hello)
        noticed.last = self.now
        since = self.now - noticed.first
        if not self.reveal_first:
            return Scan("nobody_answers_first" if since >= NOBODY_MS else "nothing_new")
        quiet = self.now - max(noticed.first, self.display.heard_at) >= QUIET_MS
        if not quiet and since < QUIET_MOST_MS:
            return Scan("nothing_new")
        return self._offer(hello)

    def _new_hello(self, hello: bytes) -> Scan:
        if len(self.display.offered) >= OFFERS:
            raise StartAgain
        known = self.noticed or self.display.offered or self.display.verified
        alone = len(self.sessions) == 1 and not known
        if alone and self.reveal_first and not self.compare:
            return self._offer(hello)
        self.noticed[hello] = Noticed(self.now, self.now)
        if len(self.noticed) > NOTICED:
            del self.noticed[min(self.noticed, key=lambda one: self.noticed[one].last)]
        return Scan("progressed")

    def _offer(self, hello: bytes) -> Scan:
        if len(self.display.offered) >= OFFERS:
            raise StartAgain
        self.noticed.pop(hello, None)
        self.display.offer(hello, self.now)
        return Scan("progressed")

    def _sealed(self, frame: wire.Frame) -> Scan:
        if frame.data in self.refused:
            raise self.refused[frame.data]
        if frame.data in self.taken:
            self._check_taken(self.taken[frame.data])
            return self._take_in(self.taken[frame.data], frame)
        try:
            return self._new_sealed(frame)
        except (NotForUs, Damaged, OwnCode) as refusal:
            self.refused[frame.data] = refusal
            if len(self.refused) > REFUSALS:
                self.refused.popitem(last=False)
            raise

    def _new_sealed(self, frame: wire.Frame) -> Scan:
        session, plaintext = self._open(frame)
        said = contents.decode(plaintext)
        own = session.own.person
        hello = said.hello(frame.ephemeral)
        th = keys.transcript(session.hello, hello)
        if not verify(said.person, said.signature, keys.statement(frame.kind, th, frame.ephemeral, own)):
            raise Damaged("signature")
        if said.person == own:
            raise OwnCode
        known = session.verified.get(hello)
        candidate = known or Candidate(session, hello, said)
        self._check_taken(candidate)
        if not known and (refusal := self._refusal(candidate)):
            if self.accepted:
                return Scan("nothing_new")
            raise refusal
        if not known:
            self._admit(candidate)
        return self._take_in(candidate, frame, said.signature)

    def _check_taken(self, candidate: Candidate):
        if self.accepted and self.accepted.words != candidate.words:
            raise SessionTaken

    def _open(self, frame: wire.Frame) -> tuple[Session, bytes]:
        """The first session that opens it, newest first."""
        for session in reversed(self.sessions):
            plaintext = session.open(frame)
            if plaintext is not None:
                return session, plaintext
        raise NotForUs

    def _refusal(self, candidate: Candidate) -> Refused | None:
        """Why a candidate can't be taken in with a first message."""
        session = candidate.session
        if session.too_late(candidate.hello, self.now):
            return Expired()
        persons = [one.person for one in session.verified.values()]
        full = len(persons) >= VERIFIED or persons.count(candidate.person) >= VERIFIED_OF_ONE
        return StartAgain() if full else None

    def _admit(self, candidate: Candidate):
        """With a comparison, our badge is offered at once."""
        session, hello = candidate.session, candidate.hello
        session.verified[hello] = candidate
        self.noticed.pop(hello, None)
        if self.compare and self.accepted is None and len(session.offered) < OFFERS:
            session.offer(hello, self.now)

    def _take_in(self, candidate: Candidate, frame: wire.Frame, signature: bytes = b"") -> Scan:
        """A message that held, now or before. One signature of each kind is kept, the first."""
        candidate.session.heard_at = self.now
        known = max(candidate.signatures, default=0)
        if frame.kind not in candidate.signatures:
            candidate.signatures[frame.kind] = signature
            self.taken[frame.data] = candidate
        if candidate.accepted or frame.kind <= known:
            return self._nothing_more(candidate)
        compares = self.compare and not self.accepted
        ground = compares and not candidate.session.comparable(candidate.hello)
        return Scan("start_again_to_compare" if ground else "verified", th=candidate.th)

    def _nothing_more(self, candidate: Candidate) -> Scan:
        if not (candidate.accepted and candidate.confirmed):
            return Scan("nothing_new")
        return Scan("confirmed" if candidate.recorded else "progressed")

    def _candidates(self) -> list[Candidate]:
        return [one for session in self.sessions for one in session.verified.values()]

    def _find(self, th: bytes) -> Candidate:
        for candidate in self._candidates():
            if candidate.th == th:
                return candidate
        raise UnknownTranscript

    def _encounter(self, candidate: Candidate) -> Encounter:
        session, hello, person = candidate.session, candidate.hello, candidate.person
        confirm = session.seal(wire.CONFIRM, hello, person)
        own = session.sign(wire.CONFIRM, hello, person)
        kind = max(candidate.signatures)
        peer = replace(candidate.contents, signature=candidate.signatures[kind])
        return Encounter(candidate.th, Side.of(session.ephemeral, own, wire.CONFIRM),
                         Side.of(hello[2:34], peer, kind), confirm)
