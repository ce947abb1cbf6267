"""The proof of a certificate as a file: what it holds, and what it shows without a network.

`.proof.json` holds records of one height, their paths to the state root, the header with that
root, and the maker's seal. Whether the maker is the right one the file cannot say: that is pinned
by whoever reads it. Source: registry.md 8.
"""

import hashlib
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import msgspec

from ctn.client.proofs import read_header
from ctn.crypto import domains
from ctn.kernel.block import Header
from ctn.kernel.codec import decode_json, encode
from ctn.kernel.commitment import Step
from ctn.kernel.proof import ProofInvalid, verify_membership

FORMAT = "ctn-proof/1"
PARTS_PROVED = 16
GRAMS_PER_TONNE = 1_000_000
FILE_KEYS = ["chain", "format", "header", "height", "records", "seal"]
RECORD_KEYS = ["id", "path", "table", "value"]
DAMAGED = (ValueError, TypeError, KeyError, IndexError, AttributeError)

T = TypeVar("T")
Keys = list[tuple[str, str]]
Values = dict[tuple[str, str], Any]


class Pin(NamedTuple):
    """What a reader trusts from elsewhere: a maker's key, or a block by height and hash."""

    maker: str | None
    block: tuple[int, str] | None

    @property
    def is_set(self) -> bool:
        """Whether anything is trusted."""
        return self.maker is not None or self.block is not None


class Shown(NamedTuple):
    """What a proof shows: the certificate's value, its block, and the grams proved one by one."""

    certificate: dict[str, Any]
    header: Header
    block: str
    proved_g: int

    @property
    def unproved_g(self) -> int:
        """The grams of the parts after the sixteenth, which no record of the file shows."""
        grams: int = self.certificate["grams"]
        return grams - self.proved_g


def keys_of(certificate: dict[str, Any]) -> Keys:
    """What is proved: certificate, batch, project, and where its first 16 parts lie."""
    batch: str = certificate["batch"]
    keys = [
        ("certificate", certificate["id"]),
        ("batch", batch),
        ("project", batch.rsplit("-", 2)[0]),
    ]
    proved = certificate["parts"][:PARTS_PROVED]
    return keys + [(_table(part), f"{batch}/{part['start']:020d}") for part in proved]


def proof_bytes(answer: dict[str, Any]) -> bytes:
    """The content of a `.proof.json` from the door's answer about the records of `keys_of`."""
    records = [{name: row[name] for name in RECORD_KEYS} for row in answer["records"]]
    names = ("chain", "header", "height", "seal")
    return encode({name: answer[name] for name in names} | {"format": FORMAT, "records": records})


def check_proof(data: bytes, pin: Pin) -> Shown:
    """What the bytes of a proof file show, against what the reader trusts.

    Raises ProofInvalid, whose text begins with the step that fails: format, header, value, path,
    root, seal, pin or parts. Without a pin the maker that the file names is taken as it is.
    """
    answer = _step("format", lambda: _read_file(data))
    header = _step("header", lambda: _header(answer))
    values = _step("value", lambda: _values(answer))
    _check_paths(answer, bytes.fromhex(header.state))
    _step("seal", lambda: read_header(answer["header"], _hex(answer["seal"]), header.maker))
    block = hashlib.sha256(domains.BLOCK + answer["header"].encode()).hexdigest()
    _check_pin(header, block, pin)
    certificate = next(iter(values.values()))
    proved_g = _step("parts", lambda: _proved_g(certificate, values))
    return Shown(certificate, header, block, proved_g)


def _step(name: str, work: Callable[[], T]) -> T:
    """The result of a step; whatever its data lack or have wrong is told under its name."""
    try:
        return work()
    except DAMAGED as error:
        raise ProofInvalid(f"{name}: {error}") from None


def _read_file(data: bytes) -> dict[str, Any]:
    answer: Any = decode_json(data)
    if not isinstance(answer, dict) or answer.get("format") != FORMAT:
        raise ProofInvalid(f"the file is no {FORMAT}")
    if sorted(answer) != FILE_KEYS:
        raise ProofInvalid("the file has other fields")
    if any(sorted(row) != RECORD_KEYS for row in answer["records"]):
        raise ProofInvalid("a record has other fields")
    return answer


def _header(answer: dict[str, Any]) -> Header:
    header = msgspec.convert(decode_json(answer["header"].encode()), Header)
    if (header.chain, header.height) != (answer["chain"], answer["height"]):
        raise ProofInvalid("it is of another chain or height than the file")
    return header


def _values(answer: dict[str, Any]) -> Values:
    """The values by table and id: of a certificate, and of what belongs to it in its order."""
    rows = answer["records"]
    values = {(row["table"], row["id"]): decode_json(row["value"].encode()) for row in rows}
    certificate: Any = decode_json(rows[0]["value"].encode())
    if list(values) != keys_of(certificate) or len(values) != len(rows):
        raise ProofInvalid("the records are not those of one certificate")
    return values


def _check_paths(answer: dict[str, Any], root: bytes) -> None:
    failed: list[str] = []
    for row in answer["records"]:
        key = f"{row['table']}\0{row['id']}".encode()
        try:
            verify_membership(root, key, row["value"].encode(), _steps(row["path"]))
        except DAMAGED:
            failed.append(f"{row['table']} {row['id']}")
    if len(failed) == len(answer["records"]):
        raise ProofInvalid("root: no path leads to the root in the header")
    if failed:
        raise ProofInvalid(f"path: {failed[0]} does not lead to the root in the header")


def _check_pin(header: Header, block: str, pin: Pin) -> None:
    if pin.maker not in (None, header.maker):
        raise ProofInvalid(f"pin: sealed by maker {header.maker}, not the trusted one")
    if pin.block not in (None, (header.height, block)):
        raise ProofInvalid(f"pin: block {header.height}:{block} is not the trusted one")


def _proved_g(certificate: dict[str, Any], values: Values) -> int:
    """The grams of the parts that ended for this certificate; all of the first 16 must have."""
    parts: list[dict[str, Any]] = certificate["parts"]
    last = 0
    for part in parts:
        if not last < part["start"] <= part["end"]:
            raise ProofInvalid("the parts overlap or are out of order")
        last = part["end"]
    if sum([part["grams"] for part in parts]) != certificate["grams"]:
        raise ProofInvalid("they do not add up to the grams of the certificate")
    proved = parts[:PARTS_PROVED]
    for part in proved:
        _check_part(certificate, part, values)
    return sum([part["grams"] for part in proved])


def _check_part(certificate: dict[str, Any], part: dict[str, Any], values: Values) -> None:
    where = f"serials {part['start']}-{part['end']}"
    found = values[(_table(part), f"{certificate['batch']}/{part['start']:020d}")]
    if _table(part) == "interval":
        ended = (found["status"], found["cause"], found["end"])
        if ended != ("retired", certificate["id"], part["end"]):
            raise ProofInvalid(f"{where} did not retire for this certificate")
    elif part["start"] != part["end"] or (
        [certificate["id"], part["grams"]] not in found["shares"]
    ):
        raise ProofInvalid(f"{where}: the shares of the serial do not list this certificate")


def _table(part: dict[str, Any]) -> str:
    """Where a part is found: whole serials in intervals, grams of one serial in a fraction."""
    whole_g = (part["end"] - part["start"] + 1) * GRAMS_PER_TONNE
    return "interval" if part["grams"] == whole_g else "fraction"


def _steps(path: list[list[str]]) -> list[Step]:
    texts = [(_hex(prefix), _hex(suffix)) for prefix, suffix in path]
    return [Step(bytes.fromhex(prefix), bytes.fromhex(suffix)) for prefix, suffix in texts]


def _hex(text: str) -> str:
    """A text that is lower-case hex, so that bytes have one spelling."""
    if bytes.fromhex(text).hex() != text:
        raise ProofInvalid("hex that is not lower case")
    return text
