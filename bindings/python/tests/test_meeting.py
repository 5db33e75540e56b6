"""Sessions: what is shown, what is read, who is accepted."""

from __future__ import annotations

import struct
import typing

import lapel
from lapel import Comparison, ErrorCode, MeetingState, Scanned, Shows, Standing
from phones import Phone, failing, shake_hands


def test_version() -> None:
    assert lapel.version() == "0.1.0"


def test_shakes_hands_by_turns(ada: Phone, grace: Phone) -> None:
    assert ada.frame().shows is Shows.HELLO
    assert grace.scan(ada.shows()).is_answered()
    offer = grace.frame()
    assert offer.shows is Shows.OFFER

    who = ada.verifies(offer.text)
    assert (who.person, who.badge, who.confirmed) == (grace.person, grace.badge, False)
    ada.keeps(who)
    confirm = ada.frame()
    assert confirm.shows is Shows.CONFIRM

    who = grace.verifies(confirm.text)
    assert (who.person, who.badge, who.confirmed) == (ada.person, ada.badge, True)
    grace.keeps(who)
    assert ada.contact(grace.person).state is MeetingState.OFFERED
    ada.confirms(grace.shows())

    for me, them in [(ada, grace), (grace, ada)]:
        assert me.people() == [them.person]
        contact = me.contact(them.person)
        assert (contact.badge, contact.state) == (them.badge, MeetingState.CONFIRMED)
        (meeting,) = contact.meetings
        assert (meeting.event, meeting.claimed_event) == (me.event, them.event)
        assert meeting.transcript == who.transcript


def test_shakes_hands_face_to_face(ada: Phone, grace: Phone) -> None:
    on_screen = {phone.person: [phone.frame()] for phone in (ada, grace)}
    confirmed = set()
    for _ in range(4):
        # Each reads what the other showed before either of them moved on.
        read = {person: frames[-1].text for person, frames in on_screen.items()}
        for me, them in [(ada, grace), (grace, ada)]:
            scanned = me.scan(read[them.person])
            if isinstance(scanned, Scanned.VERIFIED):
                me.keeps(scanned.who)
                if scanned.who.confirmed:
                    confirmed.add(me.person)
            elif isinstance(scanned, Scanned.CONFIRMED):
                me.book.confirm(scanned.confirmation)
                confirmed.add(me.person)
            on_screen[me.person].append(me.frame())
    assert confirmed == {ada.person, grace.person}
    for me, them in [(ada, grace), (grace, ada)]:
        shown = list(dict.fromkeys(frame.shows for frame in on_screen[me.person]))
        assert shown == [Shows.HELLO, Shows.OFFER, Shows.CONFIRM]
        assert me.contact(them.person).state is MeetingState.CONFIRMED


def test_meets_again(ada: Phone, grace: Phone) -> None:
    assert ada.book.standing(grace.person).is_new()
    first, _ = shake_hands(ada, grace)
    assert (first.encounters(), first.met_again()) == (1, False)
    once = Standing.MET(1, MeetingState.CONFIRMED)
    assert ada.book.standing(grace.person) == once == grace.book.standing(ada.person)

    ada.begin()
    grace.begin()
    for recorded in shake_hands(ada, grace):
        assert (recorded.encounters(), recorded.met_again()) == (2, True)
    assert ada.people() == [grace.person]
    assert len(ada.contact(grace.person).meetings) == 2


def test_compares_check_codes(ada: Phone, grace: Phone, alan: Phone) -> None:
    ada.begin(compare=True)
    grace.begin(compare=True)
    hello = ada.shows()
    assert grace.scan(hello).is_noticed()
    lapel.rehearse_time_passes(2)
    assert grace.scan(hello).is_answered()
    by_ada = ada.verifies(grace.shows())
    by_grace = grace.verifies(ada.shows())
    code = by_ada.check_code
    assert code is not None and code == by_grace.check_code
    assert len(code.replace(" ", "")) == 6 and code.replace(" ", "").isdigit()

    ada.session.compared(by_ada.transcript, Comparison.AGREES)
    ada.keeps(by_ada)
    assert ada.contact(grace.person).meetings[0].comparison is Comparison.AGREES
    receipt = ada.book.receipt(by_ada.transcript, False, False)
    assert lapel.verify_receipt(receipt).comparison is Comparison.AGREES

    # Whoever comes second could have chosen their code so that it fits.
    ada.begin()
    grace.begin()
    hello = ada.shows()
    assert ada.scan(grace.shows()).is_answered()
    assert alan.scan(hello).is_answered()
    late = ada.verifies(alan.shows())
    assert late.check_code is None
    with failing(ErrorCode.NO_CHECK_CODE):
        ada.session.compared(late.transcript, Comparison.AGREES)


def test_names_wrong_scans(ada: Phone, grace: Phone, alan: Phone) -> None:
    own, hello = ada.shows(), grace.shows()
    assert alan.scan(hello).is_answered()
    to_grace = alan.shows()
    assert ada.scan(hello).is_answered()
    wrong = [
        ("WIFI:S:hall;;", "NOT_OURS()"),
        ("LAPEL:/002", "OTHER_VERSION(version=2)"),
        (own, "OWN_CODE()"),
        ("LAPEL:/none", "DAMAGED(flaw=Flaw.DIGITS)"),
        ("LAPEL:/001", "DAMAGED(flaw=Flaw.SHAPE)"),
        (to_grace, "NOT_FOR_US()"),
        (hello, "NOTHING_NEW()"),
    ]
    sentences = set()
    for text, named in wrong:
        scan = ada.session.scan(text)
        assert str(scan.result) == f"Scanned.{named}", text
        assert scan.says.endswith("."), scan.says
        sentences.add(scan.says)
    assert len(sentences) == len(wrong)

    # What was shown to Grace before still counts.
    grace.keeps(grace.verifies(shows(ada, Shows.OFFER)))
    ada.keeps(ada.verifies(grace.shows()))
    grace.confirms(ada.shows())
    assert ada.people() == [grace.person] and grace.people() == [ada.person]


def test_comes_too_late(ada: Phone, grace: Phone) -> None:
    assert grace.scan(ada.shows()).is_answered()
    offer = grace.shows()
    lapel.rehearse_time_passes(121)
    assert ada.scan(offer).is_expired()
    assert ada.session.waiting() == []


def test_renews_its_code(ada: Phone) -> None:
    frame = ada.frame()
    assert frame.for_millis is not None
    assert ada.shows() == frame.text
    lapel.rehearse_time_passes(-(-frame.for_millis // 1000))
    assert ada.shows() != frame.text


def test_shows_small_symbols(ada: Phone, grace: Phone) -> None:
    assert grace.scan(ada.shows()).is_answered()
    whole = grace.shows()
    grace.session.use_small_symbols(True)
    counted = []
    for part in film(grace, Shows.OFFER):
        assert len(part) < len(whole)
        scanned = ada.scan(part)
        if isinstance(scanned, Scanned.PART_RECEIVED):
            counted.append((scanned.have, scanned.total))
    assert counted == [(have, counted[0][1]) for have in range(1, counted[0][1])]
    assert counted[0][1] >= 2
    (who,) = ada.session.waiting()
    assert who.person == grace.person


def test_refuses_somebody(ada: Phone, grace: Phone) -> None:
    assert grace.scan(ada.shows()).is_answered()
    who = ada.verifies(grace.shows())
    assert ada.session.waiting() == [who]
    assert ada.book.contact(grace.person) is None and ada.people() == []
    assert ada.book.standing(grace.person).is_new()
    ada.session.start_again()
    assert ada.session.waiting() == []
    with failing(ErrorCode.NOT_VERIFIED):
        ada.session.accept(who.transcript)


def test_takes_one_person(ada: Phone, grace: Phone, alan: Phone) -> None:
    hello = ada.shows()
    assert grace.scan(hello).is_answered() and alan.scan(hello).is_answered()
    recorded = ada.keeps(ada.verifies(grace.shows()))
    assert ada.scan(alan.shows()).is_session_taken()
    with failing(ErrorCode.NOT_VERIFIED):
        ada.session.accept("00" * 32)
    ada.begin()
    with failing(ErrorCode.ANOTHER_SESSION):
        ada.session.acknowledge(recorded)
    assert ada.frame().shows is Shows.HELLO
    assert ada.people() == [grace.person]


def test_is_confirmed_early(ada: Phone, grace: Phone) -> None:
    adas, graces = ada.shows(), grace.shows()
    assert ada.scan(graces).is_answered() and grace.scan(adas).is_answered()
    adas, graces = ada.shows(), grace.shows()
    grace.keeps(grace.verifies(adas))
    ada.session.accept(ada.verifies(graces).transcript)
    confirm = grace.shows()
    assert ada.scan(confirm).is_confirmed_early()
    # An app that lost the encounter asks who is waiting, and accepts again.
    (lost,) = ada.session.waiting()
    assert lost.accepted_before
    encounter = ada.session.accept(lost.transcript)
    ada.session.acknowledge(ada.book.record(encounter))
    assert ada.session.waiting() == []
    ada.confirms(confirm)
    assert ada.contact(grace.person).state is MeetingState.CONFIRMED


def test_keeps_somebody_out(ada: Phone, grace: Phone) -> None:
    ada.book.block(grace.person)
    assert grace.scan(ada.shows()).is_answered()
    who = ada.verifies(grace.shows())
    assert ada.book.standing(who.person).is_blocked()
    assert ada.book.blocked() == [grace.person]
    encounter = ada.session.accept(who.transcript)
    with failing(ErrorCode.BLOCKED):
        ada.book.record(encounter)
    assert ada.people() == []
    ada.book.unblock(grace.person)
    ada.session.acknowledge(ada.book.record(encounter))
    assert ada.people() == [grace.person]


def test_shows_a_symbol(ada: Phone, grace: Phone) -> None:
    symbol = lapel.Symbol(ada.shows())
    width, matrix = symbol.width(), symbol.matrix()
    assert width == 17 + 4 * symbol.version()
    assert len(matrix) == width * width and set(matrix) == {0, 1}
    # The upper edge of the first finder: seven dark modules and a light one.
    assert matrix[:8] == bytes([1, 1, 1, 1, 1, 1, 1, 0])

    png = symbol.png(3)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (3 * (width + 8), 3 * (width + 8))
    assert "<svg" in symbol.svg() and f'viewBox="0 0 {width + 8} {width + 8}"' in symbol.svg()

    again, another = lapel.Symbol(ada.shows()), lapel.Symbol(grace.shows())
    assert symbol.hints() == again.hints()
    assert symbol.hints().id != another.hints().id
    with failing(ErrorCode.SYMBOL_TEXT):
        lapel.Symbol("")


def film(phone: Phone, of: Shows) -> typing.List[str]:
    """Each text of one kind that takes its turn on the screen within ten seconds."""
    texts = []
    for _ in range(10):
        frame = phone.frame()
        if frame.shows is of and frame.text not in texts:
            texts.append(frame.text)
        lapel.rehearse_time_passes(1)
    return texts


def shows(phone: Phone, what: Shows) -> str:
    """The one text of this kind that takes its turn."""
    (text,) = film(phone, what)
    return text
