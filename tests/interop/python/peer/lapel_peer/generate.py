"""Session vectors from starts: fresh ones, or those of a file again.

    python -m lapel_peer.generate [--cases N]       fresh cases on standard output, as in session.json
    python -m lapel_peer.generate --against DIR     every value of DIR/session.json made again and compared
"""

import argparse
import json
import secrets
import sys
import time
from pathlib import Path

from . import badge, cbor, digits, keys, wire
from .receipt import Receipt, Side
from .session import Session

EVENTS = ("", "rustconf-2026", "Zürich", "山" * 7)
BADGES = (
    {"name": "Ada"},
    {"name": "José", "pronouns": "he/him", "emails": ["jose@example.org"]},
    {"name": "می‌خواهم", "phones": ["+1 (555) 0100", "1"]},
    {"name": "n" * 64, "title": "t" * 64, "line": "l" * 60},
)
ATTESTED = ({"name": "Grace"}, {"name": "👩‍💻", "handles": ["@grace"]})


def start(document: dict) -> keys.Start:
    """A start as the vectors write it."""
    byte_strings = "identity_secret", "random", "badge", "attestation"
    drawn = {name: bytes.fromhex(document[name]) for name in byte_strings}
    plain = {name: document[name] for name in ("met_at", "monotonic_ms", "counter", "event")}
    return keys.Start(**drawn, **plain)


def fresh_start(event: str) -> dict:
    """A start that nobody drew before."""
    attested = secrets.choice((True, False))
    attestation = cbor.encode([secrets.token_bytes(32), secrets.token_bytes(64)]) if attested else b""
    return {
        "identity_secret": secrets.token_hex(32),
        "random": secrets.token_hex(32),
        "met_at": secrets.choice((keys.TIME_LEAST, int(time.time()), keys.TIME_MOST)),
        "monotonic_ms": secrets.randbelow(2**40),
        "counter": secrets.randbelow(2**16),
        "badge": badge.encode(secrets.choice(ATTESTED if attested else BADGES)).hex(),
        "event": event,
        "attestation": attestation.hex(),
        "reveal": "first",
        "compare": False,
    }


def case(name: str, starts: dict[str, dict]) -> dict:
    """Every value of a handshake, named as in the text, from the starts of ada and grace."""
    sides = {who: Session(start(document)) for who, document in starts.items()}
    ada, grace = sides.values()
    pair = keys.Pair.agree(ada.secret, grace.ephemeral)
    th = keys.transcript(ada.hello, grace.hello)
    code = keys.check_code(th, {side.hello: side.own.openings.blind for side in sides.values()})
    ways = {"ada": (ada, grace), "grace": (grace, ada)}
    confirmed = [Side.of(own.ephemeral, own.sign(wire.CONFIRM, other.hello, other.own.person), wire.CONFIRM)
                 for own, other in ways.values()]
    return {"name": name} | {who: _side(starts[who], session) for who, session in sides.items()} | {
        "th": th.hex(),
        "shared_secret": pair.shared_secret.hex(),
        "prk": pair.prk.hex(),
        "check_code": code,
        "exporter_ble": pair.exporter(th, b"ble").hex(),
        "sealed": [{"from": who} | _sealed(kind, *way, pair)
                   for kind in keys.KIND_NAMES for who, way in ways.items()],
        "adas_receipt": Receipt(0, *confirmed).encode().hex(),
        "graces_bare_receipt": Receipt(0, *(side.bare() for side in reversed(confirmed))).encode().hex(),
    }


def _side(document: dict, session: Session) -> dict:
    begun, own, salts = session.start, session.own, session.own.openings
    return {
        "start": document,
        "person": begun.person.hex(),
        "fingerprint": keys.fingerprint(begun.person),
        "hedge": begun.hedge.hex(),
        "prk0": begun.prk0.hex(),
        "ephemeral_info": begun.info("ephemeral").hex(),
        "ephemeral_secret": session.secret.hex(),
        "ephemeral": session.ephemeral.hex(),
        "seed": own.seed.hex(),
        "blind": salts.blind.hex(),
        "salt": salts.salt.hex(),
        "salt2": salts.salt2.hex(),
        "opening": cbor.encode(own.opening).hex(),
        "commitment": session.hello[34:].hex(),
        "hello": session.hello.hex(),
        "hello_text": digits.write(session.hello),
    }


def _sealed(kind: int, own: Session, other: Session, pair: keys.Pair) -> dict:
    """A sealed message and what it is made of; an offer names nobody."""
    named = other.own.person if kind == wire.CONFIRM else b""
    said = own.sign(kind, other.hello, named)
    message = own.seal(kind, other.hello, named)
    th = keys.transcript(own.hello, other.hello)
    return {
        "kind": keys.KIND_NAMES[kind],
        "signed": keys.statement(kind, th, own.ephemeral, named).hex(),
        "signature": said.signature.hex(),
        "plaintext": said.encode().hex(),
        "key": pair.key(kind, own.ephemeral, other.hello).hex(),
        "message": message.hex(),
        "text": digits.write(message),
        "part_texts": [digits.write(part) for part in wire.split(message)],
    }


def differences(expected, found, where: str):
    """The paths of all values in which two documents differ."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in expected.keys() | found.keys():
            yield from differences(expected.get(key), found.get(key), f"{where}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, pair in enumerate(zip(expected, found)):
            yield from differences(*pair, f"{where}[{index}]")
    elif expected != found:
        yield f"{where}: expected {expected!r}, found {found!r}"


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--cases", type=int, default=4)
    arguments.add_argument("--against", type=Path, metavar="DIR")
    options = arguments.parse_args()
    if options.against is None:
        events = [secrets.choice(EVENTS) for _ in range(options.cases)]
        made = [case(f"fresh {number}", {who: fresh_start(event) for who in ("ada", "grace")})
                for number, event in enumerate(events)]
        json.dump(made, sys.stdout, indent=2, ensure_ascii=False)
        print()
        return 0
    different = 0
    for expected in json.loads((options.against / "session.json").read_text()):
        found = case(expected["name"], {who: expected[who]["start"] for who in ("ada", "grace")})
        for line in differences(expected, found, f"session.json: {expected['name']}: "):
            print(line, file=sys.stderr)
            different += 1
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
