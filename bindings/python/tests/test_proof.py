"""Many meetings in one file, for somebody who has nothing but that file."""

from __future__ import annotations

from pathlib import Path

import pytest

import lapel
from lapel import ErrorCode, ExportSelection, MeetingState, Proof, ProofRequest
from phones import EVENT, Phone, failing, shake_hands
from test_threads import Progress


def test_proves_many_meetings(ada: Phone, tmp_path: Path) -> None:
    grace = Phone("Grace Hopper", tmp_path / "grace")
    offered, _ = ada.meets(2)
    ada.begin()
    shake_hands(ada, grace)
    ada.book.note(grace.person, "plays the theremin")
    chosen = ExportSelection.PEOPLE([offered, grace.person])
    request = ProofRequest(selection=chosen, to="The grant office", purpose="travel")

    path = tmp_path / "met.proof"
    counted = ada.book.prove_count(request)
    assert (counted.contacts, counted.confirmed, counted.encounters) == (2, 1, 2)
    assert ada.book.prove_to(request, str(path)) == counted
    data = path.read_bytes()
    assert len(data) == counted.bytes
    assert b"Grace" in data and b"Person 0" in data
    assert b"Person 1" not in data and b"theremin" not in data

    # From here on somebody else, who has the file and no book.
    progress = Progress()
    verified = Proof.from_file(str(path)).verify(9, progress)
    assert (verified.holder, verified.to) == (ada.person, "The grant office")
    assert (verified.purpose, verified.receipts) == ("travel", 2)
    assert (verified.contacts, verified.confirmed) == (2, 1)
    for shown in verified.shown:
        confirmed = shown.peer.person == grace.person
        assert shown.peer.badge is not None and shown.holder.badge is None
        assert shown.peer.badge.name == ("Grace Hopper" if confirmed else "Person 0")
        assert shown.peer.state is (MeetingState.CONFIRMED if confirmed else MeetingState.OFFERED)
        assert shown.event == EVENT
    told = [(told.work, told.done, told.total) for told in progress.told]
    assert told == [("verifying", 1, 2), ("verifying", 2, 2)]
    proof = Proof.from_bytes(data)
    progress.goes = lambda: False
    with failing(ErrorCode.CANCELLED):
        proof.verify(9, progress)
    first = proof.verify(1)
    assert (len(first.shown), first.receipts) == (1, 2)
    assert first.digest == verified.digest and first.digest in proof.report()

    for at in [len(data) * tenth // 10 for tenth in range(10)]:
        altered = bytearray(data)
        altered[at] ^= 1
        with pytest.raises(lapel.LapelError) as caught:
            Proof.from_bytes(bytes(altered)).verify(9)
        name = caught.value.code.name
        assert "PROOF" in name or "RECEIPT" in name, (at, name)
    foreign = Proof.from_bytes(b"BEGIN:VCARD")
    with failing(ErrorCode.NOT_A_PROOF):
        foreign.verify(9)
    with failing(ErrorCode.NOT_A_PROOF):
        foreign.report()

    # With both badges, with none, to nobody in particular.
    for both in [True, False]:
        asked = ProofRequest(selection=chosen, to="", with_own_badge=both, with_their_badges=both)
        held = Proof.from_bytes(ada.book.prove(asked)).verify(9)
        badges = [side.badge for shown in held.shown for side in (shown.holder, shown.peer)]
        assert held.to == "" and all((badge is not None) is both for badge in badges)
    with failing(ErrorCode.TEXT_TOO_LONG):
        ada.book.prove(ProofRequest(selection=chosen, to="o" * 97))
    with failing(ErrorCode.NOT_MET):
        oneself = ExportSelection.PEOPLE([ada.person])
        ada.book.prove_count(ProofRequest(selection=oneself, to=""))
