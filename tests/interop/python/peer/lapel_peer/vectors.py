"""Runs every case of every family of test vectors.

    python -m lapel_peer.vectors DIR
"""

import json
import sys
from io import BytesIO
from pathlib import Path

from . import badge, digits, proof, receipt, statement, wire
from .contents import decode as decode_contents
from .errors import Refused
from .generate import case as session_case
from .generate import differences, start
from .session import Exchange


def digits_case(case: dict) -> dict:
    data = bytes.fromhex(case["bytes"])
    return {"bytes": digits.read(case["text"]).hex(), "text": digits.write(data)}


def fail_digits_case(case: dict) -> dict:
    return case | {"expect": refusal(lambda: wire.parse(digits.read(case["text"])))}


def badge_case(case: dict) -> dict:
    return {"fields": badge.decode(bytes.fromhex(case["hex"])), "hex": badge.encode(case["fields"]).hex()}


def fail_badge_case(case: dict) -> dict:
    return case | {"error": refusal(lambda: badge.decode(bytes.fromhex(case["hex"])))}


def whole_session_case(case: dict) -> dict:
    """All values again from the starts; what was sealed is also opened, and the receipts verified."""
    made = session_case(case["name"], {who: case[who]["start"] for who in ("ada", "grace")})
    for sealed in case["sealed"]:
        decode_contents(bytes.fromhex(sealed["plaintext"]))
    for name in ("adas_receipt", "graces_bare_receipt"):
        receipt.read(bytes.fromhex(case[name]))
    return made


def receipt_case(case: dict) -> dict:
    read = receipt.read(bytes.fromhex(case["hex"]))
    return case | {"hex": read.encode().hex(), "shown": read.shown()}


def fail_receipt_case(case: dict) -> dict:
    return case | {"error": refusal(lambda: receipt.read(bytes.fromhex(case["hex"])))}


def proof_case(case: dict) -> dict:
    shown = []
    told = proof.read(BytesIO(bytes.fromhex(case["hex"])), shown.append)
    words = {"to": told["to"] or "", "purpose": told["purpose"] or ""}
    return {key: (told | words).get(key, value) for key, value in case.items()} | {"receipts": shown}


def fail_proof_case(case: dict) -> dict:
    return case | {"error": refusal(lambda: proof.read(BytesIO(bytes.fromhex(case["hex"])), lambda _: None))}


def statement_case(case: dict) -> dict:
    """What it says, and the same text again from that."""
    item = statement.read(case["text"], case["kind"])
    data = statement.encode(case["kind"], item)
    again = {"kind": case["kind"], "text": digits.write(data), "hex": data.hex()}
    if case["kind"] == "link":
        old, new, made_at, *_ = item
        return again | {"people": [old.hex(), new.hex()], "made_at": made_at}
    person, made_at, _, encoded = item
    return again | {"people": [person.hex()], "made_at": made_at, "badge": badge.decode(encoded)}


def fail_statement_case(case: dict) -> dict:
    return case | {"error": refusal(lambda: statement.read(case["text"], case["wanted"]))}


def scan_case(case: dict) -> dict:
    """One session, its steps in order."""
    document = case["start"]
    begun = start(document)
    exchange = Exchange(begun, document["reveal"] == "first", document["compare"])
    steps = [_step(exchange, step, begun.monotonic_ms + step["at_ms"]) for step in case["steps"]]
    return case | {"steps": steps}


def refusal(attempt) -> str | None:
    """The name under which an attempt is refused, with the side or the number for what is in a receipt or a proof;
    None if it isn't."""
    try:
        attempt()
    except Refused as refused:
        if refused.flaw in receipt.SIDES:
            return f"{refused.name} of {refused.flaw}"
        return f"{refused.name} {refused.flaw}" if isinstance(refused, proof.NUMBERED) else refused.name
    return None


def _step(exchange: Exchange, step: dict, now: int) -> dict:
    match step:
        case {"scan": text}:
            found = exchange.scan(text, now)
            step = step | {"expect": found.result}
            if found.result == "damaged":
                step["flaw"] = found.flaw
            if "th" in step or found.result == "verified":
                step["th"] = found.th and found.th.hex()
        case {"accept": th}:
            exchange.accept(bytes.fromhex(th), now)
        case {"then": "start_again"}:
            exchange.start_again(now)
        case {"then": "end"}:
            exchange.end()
    return step


FAMILIES = {
    "digits": digits_case,
    "fail_digits": fail_digits_case,
    "badge": badge_case,
    "fail_badge": fail_badge_case,
    "session": whole_session_case,
    "scan": scan_case,
    "fail_scan": scan_case,
    "receipt": receipt_case,
    "fail_receipt": fail_receipt_case,
    "proof": proof_case,
    "fail_proof": fail_proof_case,
    "statement": statement_case,
    "fail_statement": fail_statement_case,
}


def run(directory: Path) -> list[str]:
    """Every difference, as a line that names file, case and field."""
    found = []
    for family, again in FAMILIES.items():
        cases = json.loads((directory / f"{family}.json").read_text())
        print(f"{family}: {len(cases)} cases")
        for number, case in enumerate(cases):
            where = f"{family}.json: case {number} ({case.get('name', case.get('why', '-'))}): "
            try:
                found += differences(case, again(case), where)
            except Refused as refused:
                found.append(f"{where}refused as {refused}")
    missing = {path.stem for path in directory.glob("*.json")} - FAMILIES.keys()
    return found + [f"{family}.json: no such family" for family in sorted(missing)]


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    lines = run(Path(sys.argv[1]))
    for line in lines:
        print(line, file=sys.stderr)
    return int(bool(lines))


if __name__ == "__main__":
    sys.exit(main())
