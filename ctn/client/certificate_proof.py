"""The proof of a certificate as a file: what it holds, and what it shows without a network.

`.proof.json` holds records of one height, their paths to the state root, the header with that
root, and the maker's seal or, under CometBFT, the commit and the set that signed it. Whether maker
or set are the right ones the file cannot say: that is pinned by whoever reads it. Source:
registry.md 8.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import msgspec

from ctn.client.light import comet
from ctn.client.light.comet import CometHeader, Commit, LightBlock, Validator
from ctn.client.light.failures import LightVerifyFailed
from ctn.client.light.verify import check_block
from ctn.client.proofs import read_header
from ctn.kernel.block import Header, block_hash
from ctn.kernel.codec import decode_json, encode
from ctn.kernel.commitment import Step
from ctn.kernel.proof import ProofInvalid, verify_membership

FORMAT = "ctn-proof/1"
PARTS_PROVED = 16
GRAMS_PER_TONNE = 1_000_000
SEALED_KEYS = ["chain", "format", "header", "height", "records", "seal"]
COMMITTED_KEYS = ["chain", "commit", "format", "header", "height", "records", "validators"]
RECORD_KEYS = ["id", "path", "table", "value"]
DAMAGED = (ValueError, TypeError, KeyError, IndexError, AttributeError)

T = TypeVar("T")
Keys = list[tuple[str, str]]
Values = dict[tuple[str, str], Any]


class Pin(NamedTuple):
    """What a reader trusts from elsewhere: a maker, a block by height and hash, or a set.

    `maker` and `validators` (the hash of the set, `comet.validators_hash`) are 64 hex. A block of
    CometBFT is named by CometBFT's own height.
    """

    maker: str | None = None
    block: tuple[int, str] | None = None
    validators: str | None = None

    @property
    def is_set(self) -> bool:
        """Whether anything is trusted."""
        return self != Pin()


class CommittedHeader(NamedTuple):
    """What makes a header of CometBFT believed: its commit, and the set that signed it."""

    header: CometHeader
    commit: Commit
    validators: list[Validator]


class Proven(NamedTuple):
    """The header of a file: root of the state, height of the state, time in ms, and who signed.

    `block` is the header's hash and `place` its own height, which under CometBFT is another one
    than that of the state. One of `maker` and `validators` (hash of the set) is a text.
    """

    state: bytes
    chain: str
    height: int
    time: int
    place: int
    block: str
    maker: str | None
    validators: str | None

    @property
    def signer(self) -> str:
        """Who signed, in words."""
        return f"maker {self.maker}" if self.maker else f"validators {self.validators}"


class Shown(NamedTuple):
    """What a proof shows: the certificate's value, its header, and the grams proved one by one."""

    certificate: dict[str, Any]
    header: Proven
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


def proof_bytes(answer: dict[str, Any], committed: CommittedHeader | None = None) -> bytes:
    """The content of a `.proof.json` from the door's answer about the records of `keys_of`.

    `committed` is the header of CometBFT that holds the root of the answer.
    """
    records = [{name: row[name] for name in RECORD_KEYS} for row in answer["records"]]
    file = {name: answer[name] for name in ("chain", "height")}
    file |= {"format": FORMAT, "records": records}
    if committed is None:
        return encode(file | {"header": answer["header"], "seal": answer["seal"]})
    return encode(file | committed._asdict())


def check_proof(data: bytes, pin: Pin) -> Shown:
    """What the bytes of a proof file show, against what the reader trusts.

    Raises ProofInvalid, whose text begins with the step that fails: format, header, value, path,
    root, seal, validators, commit, pin or parts. Without a pin the signers that the file names are
    taken as they are.
    """
    answer = _step("format", lambda: _read_file(data))
    header = _step("header", lambda: _header(answer))
    values = _step("value", lambda: _values(answer))
    _check_paths(answer, header.state)
    _check_signed(answer, header)
    _check_pin(header, pin)
    certificate = next(iter(values.values()))
    proved_g = _step("parts", lambda: proved_grams(certificate, values))
    return Shown(certificate, header, proved_g)


def _step(name: str, work: Callable[[], T]) -> T:
    """The result of a step; whatever its data lack or have wrong is told under its name."""
    try:
        return work()
    except LightVerifyFailed as failure:
        raise ProofInvalid(f"{name}: {failure.reason}") from None
    except DAMAGED as error:
        raise ProofInvalid(f"{name}: {error}") from None


def _read_file(data: bytes) -> dict[str, Any]:
    answer: Any = decode_json(data)
    if not isinstance(answer, dict) or answer.get("format") != FORMAT:
        raise ProofInvalid(f"the file is no {FORMAT}")
    if sorted(answer) not in (SEALED_KEYS, COMMITTED_KEYS):
        raise ProofInvalid("the file has other fields")
    if any(sorted(row) != RECORD_KEYS for row in answer["records"]):
        raise ProofInvalid("a record has other fields")
    return answer


def _header(answer: dict[str, Any]) -> Proven:
    if "commit" in answer:
        return _committed_header(answer)
    data = answer["header"].encode()
    header = msgspec.convert(decode_json(data), Header)
    if (header.chain, header.height) != (answer["chain"], answer["height"]):
        raise ProofInvalid("it is of another chain or height than the file")
    return Proven(
        bytes.fromhex(header.state), header.chain, header.height, header.time, header.height,
        block_hash(data).hex(), header.maker, None,
    )  # fmt: skip


def _committed_header(answer: dict[str, Any]) -> Proven:
    """The header of CometBFT; its height is one above that of the state, counted from 1."""
    header = msgspec.convert(answer["header"], CometHeader)
    chain, height = answer["chain"], answer["height"]
    if chain.rpartition(":")[0] != header.chain_id:
        raise ProofInvalid("it is of another chain than the file")
    if type(height) is not int or not 1 <= int(header.height) <= height + 1:
        raise ProofInvalid("it is of another height than the file")
    time = comet.moment_ns(header.time) // comet.NS_PER_MS  # down, as the ledger does
    return Proven(
        bytes.fromhex(header.app_hash), chain, height, time, int(header.height),
        comet.header_hash(header).hex(), None, header.validators_hash.lower(),
    )  # fmt: skip


def _check_signed(answer: dict[str, Any], header: Proven) -> None:
    if header.maker is not None:
        maker = header.maker
        _step("seal", lambda: read_header(answer["header"], _hex(answer["seal"]), maker))
        return
    block = _step("commit", lambda: LightBlock(
        msgspec.convert(answer["header"], CometHeader),
        msgspec.convert(answer["commit"], Commit),
        msgspec.convert(answer["validators"], list[Validator]),
    ))  # fmt: skip
    check_block(block, block.header.chain_id)


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


def _check_pin(header: Proven, pin: Pin) -> None:
    if pin.maker not in (None, header.maker):
        raise ProofInvalid(f"pin: signed by {header.signer}, not the trusted one")
    if pin.validators not in (None, header.validators):
        raise ProofInvalid(f"pin: signed by {header.signer}, not the trusted one")
    if pin.block not in (None, (header.place, header.block)):
        raise ProofInvalid(f"pin: block {header.place}:{header.block} is not the trusted one")


def proved_grams(certificate: dict[str, Any], values: Values) -> int:
    """The grams of the parts that ended for this certificate; all of the first 16 must have.

    `values` are those of `keys_of` by table and id. Raises ProofInvalid.
    """
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
