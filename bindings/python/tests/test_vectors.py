"""The committed test vectors, of which nothing is left to chance."""

from __future__ import annotations

import json
import typing
from pathlib import Path

import pytest

import lapel
from lapel import Scanned

VECTORS = Path(__file__).resolve().parents[3] / "tests" / "vectors"
# What the vectors call one thing.
PROGRESSED = {"noticed", "answered", "confirmed_early"}


def test_runs_the_vectors() -> None:
    ran = {
        "receipt": sum(shows(case) for case in cases("receipt")),
        "fail_receipt": sum(is_refused(case) for case in cases("fail_receipt")),
        "scan": sum(scans(case) for case in cases("scan")),
        "fail_scan": sum(scans(case) for case in cases("fail_scan")),
    }
    assert ran == {name: len(cases(name)) for name in ran} and all(ran.values())


def cases(family: str) -> typing.List[typing.Any]:
    read: typing.List[typing.Any] = json.loads((VECTORS / f"{family}.json").read_text("utf-8"))
    return read


def shows(case: typing.Any) -> bool:
    shown = lapel.verify_receipt(bytes.fromhex(case["hex"]))
    told: typing.Dict[str, typing.Any] = {
        "transcript": shown.transcript,
        "holder": side(shown.holder),
        "peer": side(shown.peer),
        "comparison": shown.comparison.name.lower(),
    }
    if shown.event is not None:
        told["event"] = shown.event
    assert told == case["shown"], case["name"]
    return True


def side(shown: lapel.ShownSide) -> typing.Dict[str, typing.Any]:
    told: typing.Dict[str, typing.Any] = {
        "person": shown.person,
        "state": shown.state.name.lower(),
        "claimed_time": shown.claimed_at,
        "claimed_event": shown.claimed_event,
    }
    if shown.badge is not None:
        told["badge"] = {name: value for name, value in vars(shown.badge).items() if value}
    return told


def is_refused(case: typing.Any) -> bool:
    codes = {
        "bytes": "RECEIPT_ALTERED",
        "newer_version": "NEWER_RECEIPT",
        "one_sided": "RECEIPT_ONE_SIDED",
        "ephemeral_key": "RECEIPT_KEY",
        "commitment": "RECEIPT_COMMITMENT",
        "signature": "RECEIPT_SIGNATURE",
    }
    error, _, half = case["error"].partition(" of ")
    with pytest.raises(lapel.LapelError) as caught:
        lapel.verify_receipt(bytes.fromhex(case["hex"]))
    assert caught.value.code.name == codes[error], case["why"]
    assert caught.value.values.get("half", "") == half, case["why"]
    return True


def scans(case: typing.Any) -> bool:
    start = case["start"]
    rehearsed = lapel.RehearsedSession(
        lapel.Start(
            identity_secret=bytes.fromhex(start["identity_secret"]),
            random=bytes.fromhex(start["random"]),
            met_at=start["met_at"],
            monotonic_ms=start["monotonic_ms"],
            counter=start["counter"],
            badge=bytes.fromhex(start["badge"]),
            options=lapel.SessionOptions(
                event=start["event"],
                reveal=lapel.Reveal[start["reveal"].upper()],
                compare=start["compare"],
                attestation=bytes.fromhex(start["attestation"]) or None,
            ),
        )
    )
    session = rehearsed.session()
    for at, step in enumerate(case["steps"]):
        rehearsed.set_time(start["monotonic_ms"] + step["at_ms"])
        if "scan" in step:
            scanned = session.scan(step["scan"]).result
            assert told(scanned) == {
                name: step[name] for name in ("expect", "flaw", "th") if name in step
            }, (case["name"], at)
        if "accept" in step:
            assert session.accept(step["accept"]).transcript() == step["accept"]
        if "then" in step:
            {"start_again": session.start_again, "end": session.end}[step["then"]]()
    return True


def told(scanned: Scanned) -> typing.Dict[str, str]:
    name = type(scanned).__name__.split(".")[-1].lower()
    step = {"expect": "progressed" if name in PROGRESSED else name}
    if isinstance(scanned, Scanned.DAMAGED):
        step["flaw"] = scanned.flaw.name.lower()
    if isinstance(scanned, Scanned.VERIFIED):
        step["th"] = scanned.who.transcript
    return step
