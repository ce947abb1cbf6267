"""What the page's wallet must do byte for byte as this one does: bodies, envelopes, keystores.

`python -m tests.wallet.page_vectors` writes the vectors that the unit tests of web/ read.
"""

import json
from pathlib import Path
from typing import Any

from ctn.cli.fields import find_kind, make_op
from ctn.client.building import Place, build, envelope_id, sign
from ctn.crypto import ed25519
from ctn.crypto.schemes import ED25519
from ctn.kernel.account import key_address
from ctn.kernel.codec import encode, to_base64
from ctn.kernel.op import Op
from ctn.kernel.refusal import Refusal, refusal_code
from ctn.kernel.tx import SCHEME_LENGTHS, Reader, Signature, pack, sign_bytes
from ctn.modules import AnyBody
from ctn.modules.registry.records import Beneficiary, Opening
from ctn.modules.registry.retirement import commitment_of
from ctn.wallet import keystore

FILE = Path(__file__).parents[2] / "web" / "src" / "wallet" / "vectors" / "bodies.json"
KEYSTORE = FILE.with_name("keystore.json")
CHAIN = "ctn-dev:00c0ffee00c0ffee"
SEED = b"engine.md example seed, 32 bytes"
TO = "ctn1kjv764gkxxzvksk6n5dn0var27e3858wmjtehp"
PASSWORD = "correct horse 电池 staple"
BATCH = "vcs-01987-2023-001"
HASH = "ab" * 32

OPS: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"op": "assets.transfer", "asset": "cny", "amount": 2_500_000, "to": TO},),
    ({"op": "assets.transfer", "asset": "cny", "amount": 2**63 - 1, "to": "fund:treasury"},),
    (
        {
            "op": "market.place_order", "instrument": "vcs1987.23-cny", "side": "buy",
            "kind": "limit", "qty": 12_000_000, "price": 92_100, "trigger": None,
            "protect_bp": None, "tif": "ioc", "expires": None, "post_only": False,
            "display": None, "stp": "cancel_taker", "fills_max": 40, "client_id": None,
            "via": None,
        },
        {
            "op": "registry.retire", "batch": BATCH, "source": "market", "parts": [],
            "grams": 12_000_000,
            "beneficiary": {"name": "河源\"二\"厂", "lei": None, "account": None, "country": "CN"},
            "on_behalf_of": "", "use": "voluntary", "purpose": "travel",
            "message": "往返 a\\b 🌱 éè", "country": "CN", "period_start": "2026-01-01",
            "period_end": "2026-12-31", "privacy": "public", "commitment": None,
            "envelope": None,
        },
    ),
    (
        {
            "op": "registry.transfer", "batch": BATCH, "parts": [[1, 20], [31, 40]], "to": TO,
        },
        {"op": "market.cancel_orders", "instrument": None, "side": None},
    ),
    ({"op": "registry.cancel", "batch": BATCH, "source": "market", "parts": [], "grams": 1_000_000,
      "reason": "voluntary", "scheme": None, "statement": None},),
)  # fmt: skip

# The schemes of those who sign for an account of several; the last has the most that it may have.
SCHEMES = ((1, 1), (2, 1), (1, 2, 1, 2, 2), (1,) * 8 + (2,) * 8)

REFUSED = (
    '{"a":1,"a":1}',
    "[1.0]",
    "[1e3]",
    "[01]",
    "[-0]",
    " []",
    "[]\n",
    '{"b":1,"a":1}',
    '["\\u0041"]',
    '["\\/"]',
    '["\\u001F"]',
    "[1,]",
    "[NaN]",
    "[true false]",
    '["\t"]',
    "",
)
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 2**63 - 1, "", 'q"\\/\b\f\n\r\t\x00\x1f\x7f é 碳 🌱 ', [], {},
    {"b": [1, {"z": None, "a": "x"}], "a": False, "A": 1, "_": 2, "a1": 3},
)  # fmt: skip


def example_key() -> keystore.Key:
    """The key of the example of engine.md 4.1."""
    address = key_address(ED25519, ed25519.public_key(SEED))
    return keystore.Key(index=0, scheme=ED25519, address=address, seed=SEED)


def op_of(fields: dict[str, Any]) -> Op:
    """An operation from its fields, checked as the ledger checks it."""
    rest = {name: value for name, value in fields.items() if name != "op"}
    return make_op(find_kind(fields["op"]), rest)


def vectors() -> dict[str, Any]:
    """Bodies with all that follows from them, bodies that are refused, and JSON."""
    return {
        "seed": SEED.hex(),
        "bodies": [_body(number, ops) for number, ops in enumerate(OPS)],
        "shared": [_shared(schemes) for schemes in SCHEMES],
        "not_bodies": [_refused(text) for text in _spoiled()],
        "openings": [_opening(privacy) for privacy in ("name_hidden", "sealed")],
        "values": [encode(value).decode() for value in VALUES],
        "not_canonical": list(REFUSED),
    }


def _body(number: int, rows: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    key = example_key()
    place = Place(CHAIN, key.address, 7 + number, 1_200)
    body = build([op_of(row) for row in rows], place, {"fee": 20} if number == 0 else {})
    envelope = sign(body, [key])
    read = Reader(AnyBody, CHAIN).read(envelope)
    return {
        "body": body.decode(),
        "id": envelope_id(envelope),
        "sign_bytes": sign_bytes(body).hex(),
        "key": key.public.hex(),
        "address": key.address,
        "envelope": to_base64(envelope),
        "work": read.work,
        "least_fee": read.fee_min,
        "threshold": read.threshold.name.lower(),
    }


def _shared(schemes: tuple[int, ...]) -> dict[str, Any]:
    """The least fee of a body that keys of these schemes sign, and its envelope."""
    ops = [op_of(row) for row in OPS[1]]
    body = build(ops, Place(CHAIN, TO, 3, 101_200), {"schemes": schemes})
    rows = [
        Signature(scheme, bytes([200 - place]) * lengths[0], bytes([place]) * lengths[1])
        for place, scheme in enumerate(schemes)
        for lengths in (SCHEME_LENGTHS[scheme],)
    ]
    envelope = pack(body, rows)
    read = Reader(AnyBody, CHAIN).read(envelope)
    assert read.body.fee.amount == read.fee_min
    return {
        "body": body.decode(),
        "schemes": list(schemes),
        "signatures": [
            {"scheme": row.scheme, "key": row.key.hex(), "signature": row.signature.hex()}
            for row in rows
        ],
        "envelope": to_base64(envelope),
        "work": read.work,
        "least_fee": read.fee_min,
    }


def _opening(privacy: str) -> dict[str, str]:
    """What a certificate hides, with its salt and the commitment that stands in its place."""
    who = Beneficiary(name="河源 Heyuan", lei=None, account=TO, country="CN")
    opening = Opening(who, "", "travel", "往返 ✈", "2026-01-01", "2026-12-31")
    return {
        "privacy": privacy,
        "salt": HASH,
        "opening": encode(opening).decode(),
        "commitment": commitment_of(opening, privacy, HASH),
    }


def _spoiled() -> list[str]:
    """The first body, spoiled in one place each."""
    body = _body(0, OPS[0])["body"]
    return [
        body.replace(TO, TO[:-1] + "q"),
        body.replace(TO, TO.upper()),
        body.replace('"amount":2500000', '"amount":2500000,"extra":1'),
        body.replace('"amount":2500000', '"amount":"2500000"'),
        body.replace('"amount":2500000', '"amount":9223372036854775808'),
        body.replace('"amount":2500000', '"amount":-1'),
        body.replace('"amount":2500000,', ""),
        body.replace("assets.transfer", "assets.transferr"),
        body.replace('"asset":"cny"', '"asset":"CNY"'),
        body.replace('"asset":"cny"', '"asset":"cny\\n"'),
        body.replace('"memo":""', '"memo":"a\u202eb"'),
        body.replace('"memo":""', '"memo":"' + "é" * 129 + '"'),
        body.replace('"payer":null', '"payer":"ctn1"'),
        body.replace('"expires":1200', '"expires":1200.0'),
        body.replace('"memo":""', '"memo":"","memo":""'),
        body.replace(",", ", "),
        body.replace('"ops":[{', '"ops":[],"x":[{'),
        body[:-1],
    ]


def _refused(text: str) -> dict[str, str]:
    try:
        Reader(AnyBody, CHAIN).decode(text.encode())
    except Refusal as refusal:
        return {"text": text, "refusal": refusal_code(type(refusal))}
    raise AssertionError(f"this body is accepted: {text}")


def keystore_file() -> dict[str, Any]:
    """A keystore of two keys that this wallet wrote, with its password."""
    made = keystore.add_account(keystore.create(PASSWORD), PASSWORD)
    keys = keystore.open_keystore(keystore.file_text(made), PASSWORD)
    return {
        "password": PASSWORD,
        "text": keystore.file_text(made).decode(),
        "keys": [
            {"index": key.index, "seed": key.seed.hex(), "address": key.address} for key in keys
        ],
    }


def write() -> None:
    """Write both files; a keystore is made anew only where there is none."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text_of(vectors()), "utf-8")
    if not KEYSTORE.exists():
        KEYSTORE.write_text(text_of(keystore_file()), "utf-8")


def text_of(value: Any) -> str:
    """JSON as it is committed."""
    return json.dumps(value, ensure_ascii=True, indent=1) + "\n"


if __name__ == "__main__":
    write()
