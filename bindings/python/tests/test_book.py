"""The book: people, what the owner wrote, what came of it."""

from __future__ import annotations

import typing
from pathlib import Path

import pytest

import lapel
from lapel import ErrorCode, FollowUp, LapelError, LookbackStop, MeetingState, OutcomeLink
from phones import EVENT, Phone, failing, open_book, query, shake_hands


def test_tells_every_error() -> None:
    assert len(lapel.ErrorCode) > 70
    for code in lapel.ErrorCode:
        with pytest.raises(LapelError) as caught:
            lapel.rehearse_error(code)
        error = caught.value
        assert error.code is code
        # The library writes a code's name without underscores.
        assert str(error) == error.reason
        assert error.reason.lower() == f"rehearsed: {code.name.replace('_', '').lower()}"
        assert error.values == {"field": "name"}


def test_refuses_bad_input(ada: Phone) -> None:
    (who,) = ada.meets(1)
    before = ada.contact(who)
    ada.book.set_badge("work", ada.badge)
    with failing(ErrorCode.TEXT_TOO_LONG) as values:
        ada.book.set_badge("work", lapel.Badge(name="n" * 65))
    assert values == {"field": "name", "bytes": "65", "max": "64"}

    def outcome(date: str, amount: str) -> lapel.OutcomeFields:
        return lapel.OutcomeFields(kind="deal", title="Engines", date=date, amount=amount)

    wrong: typing.List[typing.Tuple[ErrorCode, typing.Callable[[], object]]] = [
        (ErrorCode.NOT_A_PERSON, lambda: ada.book.tag("Grace", "engines")),
        (ErrorCode.NOT_A_TRANSCRIPT, lambda: ada.book.receipt("1", True, True)),
        (ErrorCode.NOT_A_NOTE, lambda: ada.book.rewrite_note(who, "1", "met")),
        (ErrorCode.NOT_AN_OUTCOME, lambda: ada.book.remove_outcome("1")),
        (ErrorCode.NOT_A_DATE, lambda: ada.book.follow_up(who, "2026-02-30")),
        (ErrorCode.NOT_A_RATING, lambda: ada.book.rate(who, 6)),
        (ErrorCode.NOT_AN_AMOUNT, lambda: ada.book.add_outcome(outcome("2026-11-26", "much"), [])),
        (ErrorCode.STILL_TO_COME, lambda: ada.book.add_outcome(outcome("2099-01-01", "1 EUR"), [])),
        (ErrorCode.CARRIER_FORM, lambda: ada.begin(carrier="http://example.org/b#")),
    ]
    for code, call in wrong:
        with failing(code):
            call()
    assert ada.contact(who) == before
    assert ada.book.outcomes() == []
    assert ada.book.badges() == [lapel.LabelledBadge(label="work", badge=ada.badge)]


def test_keeps_badges(ada: Phone) -> None:
    book, private = ada.book, lapel.Badge(name="Ada", handles=["@ada"])
    assert book.badges() == [] and book.badge_on_show() is None
    book.set_badge("work", ada.badge)
    book.set_badge("private", private)
    assert book.badge_on_show() == lapel.LabelledBadge(label="work", badge=ada.badge)
    book.show_badge("private")
    assert book.badge_on_show() == lapel.LabelledBadge(label="private", badge=private)
    with failing(ErrorCode.BADGE_ON_SHOW) as values:
        book.remove_badge("private")
    assert values == {"label": "private"}
    book.remove_badge("work")
    assert [badge.label for badge in book.badges()] == ["private"]


def test_writes_down(ada: Phone) -> None:
    book, (who, by, _) = ada.book, ada.meets(3)
    note = book.note(who, "builds looms")
    gone = book.note(who, "to be removed")
    book.rewrite_note(who, note, "builds analytical engines")
    book.remove_note(who, gone)
    book.tag(who, "engines")
    book.rate(who, 4)
    book.follow_up(who, "2026-12-01")
    book.set_place(who, "by the coffee")
    book.set_introducer(who, by)

    contact = ada.contact(who)
    assert contact.notes == [lapel.Note(id=note, texts=["builds analytical engines"])]
    assert (contact.tags, contact.rating, contact.place) == (["engines"], 4, "by the coffee")
    assert contact.follow_up == FollowUp(on="2026-12-01", done=False)
    assert contact.introduction == lapel.Introduction(forgotten=0, by=by)
    with failing(ErrorCode.CIRCLE):
        book.set_introducer(by, who)
    assert ada.contact(by).introduction is None

    assert ada.people(text="analytical") == [who]
    assert ada.people(text="looms") == []
    assert ada.people(tag="Engines") == [who]
    assert ada.people(introduced_by=by) == [who]
    assert ada.people(due_by="2026-12-01") == [who]
    assert ada.people(due_by="2026-11-30") == []
    book.followed_up(who)
    assert ada.contact(who).follow_up == FollowUp(on="2026-12-01", done=True)
    assert ada.people(due_by="2026-12-01") == []


def test_looks_back(ada: Phone) -> None:
    book, (introducer, introduced) = ada.book, ada.meets(2)
    book.set_introducer(introduced, introducer)
    fields = lapel.OutcomeFields(
        kind="job", title="Chief Engineer", date="2026-11-26", amount="1200.50 EUR"
    )
    outcome = book.add_outcome(fields, [OutcomeLink.CONTACT(introduced)])

    back = book.lookback(lapel.LookbackFocus())
    (traced,) = back.outcomes
    assert (traced.outcome.id, traced.outcome.fields) == (outcome, fields)
    assert traced.roots == [introducer]
    assert [(step.depth, step.to) for step in traced.steps] == [
        (1, LookbackStop.PERSON(introduced)),
        (2, LookbackStop.ROOT(introducer)),
    ]
    page = book.lookback_page(lapel.LookbackFocus())
    assert page.lower().startswith("<!doctype html>")
    assert "Chief Engineer" in page and "Person 0" in page

    assert book.lookback(lapel.LookbackFocus(event=EVENT)).outcomes == back.outcomes
    assert book.lookback(lapel.LookbackFocus(event="Elsewhere")).outcomes == []


def test_merges_people(ada: Phone) -> None:
    one, other = ada.meets(2)
    ada.book.merge_people(one, other)
    (line,) = ada.people()
    same = ada.book.same_person(one)
    assert same[0] == line and sorted(same) == sorted([one, other])
    assert ada.book.same_person(other) == same
    ada.book.split_person(other)
    assert sorted(ada.people()) == sorted([one, other])
    assert ada.book.same_person(one) == [one]


def test_takes_a_signed_badge(ada: Phone, grace: Phone) -> None:
    shake_hands(ada, grace)

    def signed(name: str) -> str:
        lapel.rehearse_time_passes(2)
        grace.book.set_badge("work", lapel.Badge(name=name))
        return grace.book.sign_badge(None)

    older, newer = signed("Grace B. Hopper"), signed("Rear Admiral Hopper")
    assert ada.book.apply_badge(newer) == grace.person
    with failing(ErrorCode.OLDER_BADGE):
        ada.book.apply_badge(older)
    with failing(ErrorCode.OWN_KEY):
        grace.book.apply_badge(newer)
    contact = ada.contact(grace.person)
    (meeting,), (update,) = contact.meetings, contact.badge_updates
    assert contact.badge == update.badge == lapel.Badge(name="Rear Admiral Hopper")
    assert meeting.badge == grace.badge


def test_links_two_keys(ada: Phone, grace: Phone, alan: Phone, tmp_path: Path) -> None:
    new = Phone("Grace Hopper", tmp_path / "new")
    shake_hands(ada, grace)
    link = new.book.sign_link(grace.book)
    assert ada.book.apply_link(link) == new.person
    assert ada.book.known_as(new.person) == grace.person
    assert ada.people() == [grace.person]
    ada.begin()
    shake_hands(ada, new)
    assert ada.book.same_person(grace.person) == [new.person, grace.person]
    assert ada.people() == [new.person]
    with failing(ErrorCode.LINK_CONFLICT):
        ada.book.apply_link(alan.book.sign_link(grace.book))
    with failing(ErrorCode.OTHER_STATEMENT):
        ada.book.apply_badge(link)


def test_forgets_and_wipes(ada: Phone) -> None:
    gone, stays = ada.meets(2)
    assert ada.book.forget([gone]).people == 1
    assert ada.people() == [stays] and ada.people(text="Person 0") == []
    assert ada.book.contact(gone) is None
    assert ada.book.standing(gone).is_new()

    assert ada.book.wipe().generations >= 1
    assert not [file for file in ada.home.rglob("*") if file.is_file()]
    with failing(ErrorCode.NO_BOOK):
        open_book(ada.home, ada.vault, lapel.OpenMode.EXISTING)


def test_proves_a_meeting(ada: Phone, grace: Phone) -> None:
    assert grace.scan(ada.shows()).is_answered()
    who = ada.verifies(grace.shows())
    ada.keeps(who)
    grace.keeps(grace.verifies(ada.shows()))

    # Ada has lost her screen and scans what Grace's book kept.
    [again] = grace.book.confirm_codes(who.transcript, None)
    ada.confirms(again)
    assert ada.contact(grace.person).state is MeetingState.CONFIRMED

    bare = ada.book.receipt(who.transcript, False, False)
    with_badges = ada.book.receipt(who.transcript, True, True)
    for receipt, badges in [(bare, (None, None)), (with_badges, (ada.badge, grace.badge))]:
        shown = lapel.verify_receipt(receipt)
        assert shown.transcript == who.transcript
        assert (shown.holder.person, shown.peer.person) == (ada.person, grace.person)
        assert (shown.holder.badge, shown.peer.badge) == badges
        assert shown.peer.state is MeetingState.CONFIRMED
        assert shown.peer.claimed_event == grace.event and shown.event is None

    for at in [len(with_badges) * tenth // 10 for tenth in range(10)]:
        altered = bytearray(with_badges)
        altered[at] ^= 1
        with pytest.raises(LapelError) as caught:
            lapel.verify_receipt(bytes(altered))
        assert "RECEIPT" in caught.value.code.name, at


def test_lists_ten_thousand(ada: Phone) -> None:
    lapel.rehearse_meetings(ada.book, 10_000, EVENT)
    names: typing.List[str] = []
    people: typing.Set[str] = set()
    page = ada.book.list(query(), None, 500)
    while True:
        assert len(page.people) == 500
        names += [line.name for line in page.people]
        people |= {line.person for line in page.people}
        if page.next is None:
            break
        page = ada.book.list(query(), page.next, 500)
    # In the order of names, and numbers aren't padded.
    assert names == sorted(f"Person {number}" for number in range(10_000))
    assert len(people) == 10_000
    assert ada.book.count(query()) == 10_000
    (found,) = ada.book.list(query(text="Person 7777"), None, 500).people
    assert found.name == "Person 7777"
