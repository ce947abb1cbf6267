"""What a reader asks a light client for beyond one record: a certificate, and where serials are."""

from urllib.parse import quote

import msgspec

from ctn.client import talks
from ctn.client.certificate_proof import DAMAGED, GRAMS_PER_TONNE, keys_of, proved_grams
from ctn.client.light.client import LightClient
from ctn.client.light.failures import LightVerifyFailed, step
from ctn.client.talks import Answer, Talk
from ctn.kernel.proof import ProofInvalid
from ctn.modules.registry.serials import MalformedSerial, Serial, parse

PIECES_MAX = 100
HOME = "CTN"


class _Piece(msgspec.Struct, frozen=True):
    """Where a platform says that an interval begins."""

    start: int


def certificate(light: LightClient, identity: str) -> Talk[Answer]:
    """A certificate by its id, and that the tonnes of its first 16 parts ended for it.

    The answer of `LightClient.state` with `proved_g` and `unproved_g`, in grams; both 0 when there
    is no such certificate. Raises LightVerifyFailed (parts). Source: registry.md 8.
    """
    found = yield from light.state("certificate", identity)
    value = found["value"]
    if value is None:
        return found | {"proved_g": 0, "unproved_g": 0}
    values = {}
    try:
        for table, place in keys_of(value)[3:]:
            values[table, place] = (yield from light.state(table, place))["value"]
        with step("parts"):
            proved_g = proved_grams(value, values)
    except ProofInvalid:
        raise
    except DAMAGED as error:
        raise LightVerifyFailed("parts", f"{error!s:.200}") from None
    return found | {"proved_g": proved_g, "unproved_g": value["grams"] - proved_g}


def serial(light: LightClient, text: str) -> Talk[Answer]:
    """Status, owner and cause of serials of this ledger: `CTN-<batch>-<start>-<end>`.

    `value` is the list of the intervals that hold them, in order and without a gap; `height` is
    the lowest at which one of them was proved. The platform only says where they begin. Raises
    ValueError for any other text, LightVerifyFailed (serial) when an interval does not fit.
    """
    named = named_serial(text)
    batch = named.line.removeprefix(f"{HOME}-").lower()
    life = yield from talks.get(f"/serials/{quote(named.text, safe='')}")
    try:
        pieces = msgspec.convert(life.get("pieces"), list[_Piece])
    except msgspec.ValidationError as error:
        raise LightVerifyFailed("format", f"{error!s:.200}") from None
    answer: Answer | None = None
    held = []
    after = named.start
    for piece in sorted(pieces, key=lambda piece: piece.start)[:PIECES_MAX]:
        found = yield from light.state("interval", f"{batch}/{piece.start:020d}")
        after = _next(found["value"], piece.start, after)
        held.append(found["value"])
        if answer is None or found["height"] < answer["height"]:
            answer = found
    if answer is None or after <= named.end:
        raise LightVerifyFailed("serial", f"no interval was given for {after}")
    tonnes_g = (named.end - named.start + 1) * GRAMS_PER_TONNE
    return answer | {"id": text, "value": held, "grams": tonnes_g}


def named_serial(text: str) -> Serial:
    """The serials of this ledger that a text names; raises ValueError for any other text."""
    try:
        named = parse(text, None, None)
    except MalformedSerial as error:
        raise ValueError(f"serial {text!r:.100}: {error}") from None
    if named.registry != HOME:
        raise ValueError(f"serial {text!r:.100}: of another registry; name those of this ledger")
    return named


def _next(interval: Answer | None, start: int, after: int) -> int:
    """The serial after an interval that must begin at or before `after` and reach it."""
    if interval is None or interval["start"] != start:
        raise LightVerifyFailed("serial", f"no interval begins at {start}")
    if not start <= after <= interval["end"]:
        raise LightVerifyFailed("serial", f"{start}-{interval['end']} does not hold {after}")
    end: int = interval["end"]
    return end + 1
