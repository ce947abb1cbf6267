"""Verify the `.proof.json` of a certificate offline, without one line of ctn.

Checked (registry.md 8): each value hashes into its leaf, all paths end in one root, the root is in
the header, the seal is the maker's or more than two thirds of the validators signed (CometBFT),
signers or block are those that you pin (by --maker, --validators or --trust, from a source other
than the file), the tonnes ended for this certificate, and the grams add up. Not shown: whether the
certificate was impaired after the block of the proof.

Exit code: 0 valid, 1 invalid, 2 usage, 3 consistent but nothing pinned. Needs libsodium
(CTN_SODIUM names its file).
"""
import argparse
import base64
import contextlib
import ctypes.util
import hashlib
import json
import os
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

FORMAT = "ctn-proof/1"
PARTS_PROVED = 16
GRAMS_PER_TONNE = 10**6
INTEGER_MAX = 2**63 - 1
ARCHIVAL_MS = 14 * 86_400_000
YEAR_10000_MS = 253_402_300_800_000
HASH = re.compile(r"[0-9a-f]{64}")
HASHES = ("previous", "maker", "transactions", "receipts", "state")
NUMBERS = ("version", "height", "time", "count")
COMET_HASHES = ("last_commit_hash", "data_hash", "validators_hash", "next_validators_hash",
                "consensus_hash", "app_hash", "last_results_hash", "evidence_hash",
                "proposer_address")
MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{0,8}[1-9]))?Z", re.ASCII)
DAMAGED = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


class Failed(Exception):
    """The file does not show what it claims: the step, and why."""


def require(holds: bool, step: str, reason: str) -> None:
    if not holds:
        raise Failed(step, reason)


def refuse_float(text: str) -> None:
    raise ValueError(f"{text} is no integer")


def encode(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def decode(data: bytes) -> Any:
    """The value whose only spelling is `data`: sorted keys, no spaces, integers."""
    value = json.loads(data.decode(), parse_float=refuse_float, parse_constant=refuse_float)
    if encode(value) != data:
        raise ValueError("not canonical JSON")
    return value


def binary(text: str) -> bytes:
    data = bytes.fromhex(text)
    if data.hex() != text:
        raise ValueError("hex that is not lower case")
    return data


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def ed25519(key: bytes, signature: bytes, message: bytes) -> bool:
    if len(key) != 32 or len(signature) != 64:
        return False
    own, found = os.environ.get("CTN_SODIUM"), ctypes.util.find_library("sodium") or "libsodium.so"
    for name in [own] if own else ["libsodium.so.23", "libsodium.so.26", "libsodium.dylib", found]:
        with contextlib.suppress(OSError):
            library = ctypes.CDLL(name)
            library.sodium_init()
            size = ctypes.c_ulonglong(len(message))
            return not library.crypto_sign_verify_detached(signature, message, size, key)
    raise OSError("libsodium not found: install it, or name its file in CTN_SODIUM")


def read_file(data: bytes) -> dict[str, Any]:
    proof = decode(data)
    signed = set(proof) - {"chain", "format", "header", "height", "records"}
    if signed not in ({"seal"}, {"commit", "validators"}) or len(proof) != len(signed) + 5:
        raise ValueError("the file has other fields")
    if proof["format"] != FORMAT:
        raise ValueError(f"the file is no {FORMAT}")
    if any(set(row) != {"id", "path", "table", "value"} for row in proof["records"]):
        raise ValueError("a record has other fields")
    return dict(proof)


def read_header(proof: dict[str, Any]) -> dict[str, Any]:
    """What the header says: of CometBFT, or each field of the type that engine.md 6 states."""
    if "commit" in proof:
        return read_comet_header(proof)
    header = decode(proof["header"].encode())
    if set(header) != {"chain", *HASHES, *NUMBERS}:
        raise ValueError("it has other fields")
    fits = all(HASH.fullmatch(header[name]) for name in HASHES) and header["version"] == 1
    fits = fits and all(type(header[name]) is int for name in NUMBERS)
    if not (fits and all(0 <= header[name] <= INTEGER_MAX for name in NUMBERS)):
        raise ValueError("a field is not what it must be")
    found = (header["chain"], header["height"])
    if type(header["chain"]) is not str or found != (proof["chain"], proof["height"]):
        raise ValueError("it is of another chain or height than the file")
    block = sha256(b"ctn/block/1\n" + proof["header"].encode())
    return header | {"block": block, "place": header["height"], "validators": None}


def read_comet_header(proof: dict[str, Any]) -> dict[str, Any]:
    """Its height is one above that of the state, in CometBFT's count from 1 (engine.md 15)."""
    header = proof["header"]
    if set(header) != {"version", "chain_id", "height", "time", "last_block_id", *COMET_HASHES}:
        raise ValueError("it has other fields")
    place, height = decimal(header["height"]), proof["height"]
    if type(height) is not int or not 1 <= place <= height + 1:
        raise ValueError("it is of another height than the file")
    if proof["chain"].rpartition(":")[0] != header["chain_id"]:
        raise ValueError("it is of another chain than the file")
    return {
        "chain": proof["chain"], "height": height, "place": place, "maker": None,
        "time": nanoseconds(header["time"]) // 10**6, "state": header["app_hash"].lower(),
        "block": comet_hash(header), "validators": header["validators_hash"].lower(),
    }


def decimal(text: str) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,18}", text):
        raise ValueError("a number that is not decimal")
    return int(text)


def upper(text: str) -> bytes:
    data = bytes.fromhex(text)
    if data.hex().upper() != text:
        raise ValueError("hex that is not upper case")
    return data


def base64_of(text: str) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text:
        raise ValueError("not canonical base64")
    return data


def nanoseconds(text: str) -> int:
    found = MOMENT.fullmatch(text)
    if found is None:
        raise ValueError("a time of another spelling")
    passed = datetime.fromisoformat(found[1] + "+00:00") - datetime(1970, 1, 1, tzinfo=UTC)
    seconds = passed.days * 86_400 + passed.seconds
    return seconds * 10**9 + int((found[2] or "").ljust(9, "0"))


def varint(number: int) -> bytes:
    """An integer of protobuf: seven bits at a time, a negative one as 64-bit complement."""
    rest, out = number % 2**64, b""
    while rest > 127:
        out, rest = out + bytes([rest & 127 | 128]), rest >> 7
    return out + bytes([rest])


def numeric(place: int, number: int) -> bytes:
    return varint(place << 3) + varint(number) if number else b""


def fixed(place: int, number: int) -> bytes:
    return varint(place << 3 | 1) + number.to_bytes(8, "little") if number else b""


def message(place: int, data: bytes) -> bytes:
    return varint(place << 3 | 2) + varint(len(data)) + data


def filled(place: int, data: bytes) -> bytes:
    return message(place, data) if data else b""


def timestamp(text: str) -> bytes:
    seconds, rest = divmod(nanoseconds(text), 10**9)
    return numeric(1, seconds) + numeric(2, rest)


def block_id(value: dict[str, Any]) -> bytes:
    parts = numeric(1, value["parts"]["total"]) + filled(2, upper(value["parts"]["hash"]))
    if set(value) != {"hash", "parts"} or set(value["parts"]) != {"total", "hash"}:
        raise ValueError("a block id has other fields")
    return filled(1, upper(value["hash"])) + message(2, parts)


def merkle(leaves: list[bytes]) -> bytes:
    """The RFC 6962 root: an odd last node is carried up."""
    level = [sha256(b"\0" + leaf) for leaf in leaves]
    while len(level) > 1:
        pairs = [level[at:at + 2] for at in range(0, len(level), 2)]
        level = [sha256(b"\1" + b"".join(pair)) if len(pair) == 2 else pair[0] for pair in pairs]
    return level[0]


def comet_hash(header: dict[str, Any]) -> bytes:
    version = header["version"]
    if set(version) - {"block", "app"}:
        raise ValueError("the version has other fields")
    numbers = [decimal(version.get(name, "0")) for name in ("block", "app")]
    hashes = [filled(1, upper(header[name])) for name in COMET_HASHES]
    return merkle([
        numeric(1, numbers[0]) + numeric(2, numbers[1]), filled(1, header["chain_id"].encode()),
        numeric(1, decimal(header["height"])), timestamp(header["time"]),
        block_id(header["last_block_id"]), *hashes,
    ])


def read_set(rows: list[dict[str, Any]]) -> tuple[bytes, list[tuple[str, bytes, int]]]:
    """Hash of a set, and address, key and power of each."""
    found, leaves = [], []
    for row in rows:
        if not {"address", "pub_key", "voting_power"} <= set(row) <= {
            "address", "pub_key", "voting_power", "proposer_priority"
        } or row["pub_key"]["type"] != "tendermint/PubKeyEd25519" or len(row["pub_key"]) != 2:
            raise ValueError("a validator has other fields")
        key, power = base64_of(row["pub_key"]["value"]), decimal(row["voting_power"])
        if len(key) != 32 or power == 0 or sha256(key)[:20].hex().upper() != row["address"]:
            raise ValueError("a validator's key, power or address is not what it must be")
        leaves.append(message(1, message(1, key)) + numeric(2, power))
        found.append((row["address"], key, power))
    if len({address for address, _key, _power in found}) != len(found) or not found:
        raise ValueError("a validator is named twice, or there is none")
    return merkle(leaves), found


def check_commit(proof: dict[str, Any], header: dict[str, Any]) -> None:
    """More than two thirds of the header's own set signed it (engine.md 15.3)."""
    hashed, voters = named("validators", read_set, proof["validators"])
    other = "the set is not the one that the header names"
    require(hashed.hex() == header["validators"], "validators", other)
    commit, signed = proof["commit"], 0
    same = (decimal(commit["height"]), commit["block_id"]["hash"].lower())
    require(same == (header["place"], header["block"].hex()), "commit", "it is of another header")
    for vote, (address, key, power) in zip(commit["signatures"], voters, strict=True):
        if vote["block_id_flag"] not in (1, 2, 3) or type(vote["block_id_flag"]) is not int:
            raise ValueError("a vote of no known kind")
        if vote["block_id_flag"] != 2:
            continue
        require(vote["validator_address"] == address, "commit", "a vote at another's place")
        data = (numeric(1, 2) + fixed(2, header["place"]) + fixed(3, commit["round"])
                + message(4, block_id(commit["block_id"]))
                + message(5, timestamp(vote["timestamp"]))
                + filled(6, proof["header"]["chain_id"].encode()))
        signature = base64.b64decode(vote["signature"] or "")
        signed += power * ed25519(key, signature, varint(len(data)) + data)
    total = sum(power for _address, _key, power in voters)
    require(3 * signed > 2 * total, "commit", f"{signed} of {total} signed")


def check_signed(proof: dict[str, Any], header: dict[str, Any]) -> None:
    if "commit" in proof:
        named("commit", check_commit, proof, header)
        return
    seal = named("seal", binary, proof["seal"])
    sealed = ed25519(binary(header["maker"]), seal, b"ctn/seal/1\n" + header["block"])
    require(sealed, "seal", "it is not the maker's over this header")


def signer(header: dict[str, Any]) -> str:
    if header["maker"] is not None:
        return f"maker {header['maker']}"
    return f"validators {header['validators']}"


def pinned_set(data: bytes) -> str:
    """The hash of a set: the list, or the answer of CometBFT's call `validators`."""
    found = json.loads(data)
    rows = found if isinstance(found, list) else found["result"]["validators"]
    if isinstance(found, dict) and len(rows) != decimal(found["result"]["total"]):
        raise ValueError("the file holds one page of the set only")
    return str(read_set(rows)[0].hex())


def table_of(part: dict[str, Any]) -> str:
    """Whole serials are found in intervals, grams of one serial in a fraction."""
    whole = part["grams"] == (part["end"] - part["start"] + 1) * GRAMS_PER_TONNE
    return "interval" if whole else "fraction"


def place_of(certificate: dict[str, Any], part: dict[str, Any]) -> tuple[str, str]:
    return table_of(part), f"{certificate['batch']}/{part['start']:020d}"


def read_values(proof: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """The values by table and id: the certificate first, then what belongs to it, and no more."""
    rows = proof["records"]
    values = {(row["table"], row["id"]): decode(row["value"].encode()) for row in rows}
    certificate = decode(rows[0]["value"].encode())
    batch = certificate["batch"]
    due = [("certificate", certificate["id"]), ("batch", batch),
           ("project", batch.rsplit("-", 2)[0])]
    due += [place_of(certificate, part) for part in certificate["parts"][:PARTS_PROVED]]
    if list(values) != due or len(rows) != len(due):
        raise ValueError("the records are not those of one certificate")
    return values


def root_of(row: dict[str, Any]) -> bytes | None:
    """The root that a record's path leads to (engine.md 9); None for steps of another form."""
    try:
        path = [(binary(prefix), binary(suffix)) for prefix, suffix in row["path"]]
    except DAMAGED:
        return None
    key = sha256(f"{row['table']}\0{row['id']}".encode())
    node = sha256(b"\0" + key + sha256(row["value"].encode()))
    for prefix, suffix in path:
        if prefix[:1] != b"\1" or (len(prefix), len(suffix)) not in ((1, 32), (33, 0)):
            return None
        node = sha256(prefix + node + suffix)
    return node if len(path) <= 256 else None


def check_paths(proof: dict[str, Any], state: bytes) -> None:
    bad = [row for row in proof["records"] if root_of(row) != state]
    require(len(bad) < len(proof["records"]), "root", "no path leads to the root in the header")
    for row in bad:
        raise Failed("path", f"{row['table']} {row['id']} does not lead to the root in the header")


def check_part(
    certificate: dict[str, Any], part: dict[str, Any], values: dict[tuple[str, str], Any]
) -> None:
    found, where = values[place_of(certificate, part)], f"serials {part['start']}-{part['end']}"
    if table_of(part) == "interval":
        ended = [found["status"], found["cause"], found["end"]]
        holds = ended == ["retired", certificate["id"], part["end"]]
        require(holds, "parts", f"{where} did not retire for this certificate")
    else:
        share = [certificate["id"], part["grams"]]
        holds = part["start"] == part["end"] and share in found["shares"]
        require(holds, "parts", f"{where}: the serial's shares do not list this certificate")


def proved_grams(certificate: dict[str, Any], values: dict[tuple[str, str], Any]) -> int:
    """The grams of the first 16 parts, each of which must have ended for this certificate."""
    parts, last = certificate["parts"], 0
    for part in parts:
        require(last < part["start"] <= part["end"], "parts", "they overlap or are out of order")
        last = part["end"]
    total = sum(part["grams"] for part in parts)
    require(total == certificate["grams"], "parts", "they do not add up to the certificate's grams")
    for part in parts[:PARTS_PROVED]:
        check_part(certificate, part, values)
    return sum(part["grams"] for part in parts[:PARTS_PROVED])


def named(step: str, work: Any, *arguments: Any) -> Any:
    """The result of a step; whatever its data lack or have wrong fails under its name."""
    try:
        return work(*arguments)
    except DAMAGED as error:
        raise Failed(step, f"{error!a:.200}") from None


def verify(
    data: bytes, maker: str | None = None, trust: str | None = None, validators: str | None = None
) -> dict[str, Any]:
    """What a proof file shows; raises Failed(step, reason) at the first step that fails."""
    proof = named("format", read_file, data)
    header = named("header", read_header, proof)
    values = named("value", read_values, proof)
    check_paths(proof, named("header", binary, header["state"]))
    check_signed(proof, header)
    other = f"signed by {signer(header)}, not the trusted one"
    require(maker in (None, header["maker"]), "pin", other)
    require(validators in (None, header["validators"]), "pin", other)
    found = f"{header['place']}:{header['block'].hex()}"
    require(trust in (None, found), "pin", f"block {found} is not the trusted one")
    certificate = next(iter(values.values()))
    proved = named("parts", proved_grams, certificate, values)
    return {
        "valid": True, "trusted": (maker, trust, validators) != (None, None, None),
        "certificate": certificate["id"], "batch": certificate["batch"],
        "grams": certificate["grams"], "proved_g": proved,
        "unproved_g": certificate["grams"] - proved, "chain": header["chain"],
        "height": header["height"], "time": header["time"], "block": header["block"].hex(),
        "block_height": header["place"], "maker": header["maker"],
        "validators": header["validators"],
        "archival": time.time_ns() // 10**6 - header["time"] > ARCHIVAL_MS,
    }


def moment(milliseconds: int) -> str:
    """A time of a block; those after year 9999 as they stand."""
    if milliseconds >= YEAR_10000_MS:
        return f"{milliseconds} ms"
    found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return found.isoformat(timespec="milliseconds")


def lines_of(told: dict[str, Any]) -> list[str]:
    verdict = "valid" if told["trusted"] else f"consistent, not trusted: {signer(told)}"
    found = [
        verdict,
        f"certificate {told['certificate']} of batch {told['batch']}",
        f"{told['grams']} g: proved {told['proved_g']} g, unproved {told['unproved_g']} g",
        f"chain {told['chain']}, height {told['height']}, time {moment(told['time'])}",
        f"block {told['block_height']}:{told['block']}",
        "not shown: whether it was impaired after this height",
    ]
    return [*found, "archival: the block is older than 14 days"] if told["archival"] else found


def pinned(text: str, pattern: str) -> str:
    if re.fullmatch(pattern, text) is None:
        raise argparse.ArgumentTypeError("lower-case hex of 64 digits, behind HEIGHT: for a block")
    return text


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify the proof file of a certificate.")
    parser.add_argument("file", type=argparse.FileType("rb"))
    parser.add_argument("--maker", metavar="KEY", type=lambda text: pinned(text, "[0-9a-f]{64}"),
                        help="key of the block maker that you trust")
    parser.add_argument("--trust", metavar="HEIGHT:HASH",
                        type=lambda text: pinned(text, "(0|[1-9][0-9]{0,18}):[0-9a-f]{64}"),
                        help="height and hash of a block that you trust")
    parser.add_argument("--validators", metavar="FILE", type=argparse.FileType("rb"),
                        help="set of validators that you trust, as CometBFT's JSON-RPC prints it")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args(arguments)
    try:
        chosen = options.validators
        known = named("format", pinned_set, chosen.read()) if chosen else None
        told = verify(options.file.read(), options.maker, options.trust, known)
    except OSError as error:
        parser.error(str(error))
    except Failed as error:
        step, reason = error.args
        print(json.dumps({"valid": False, "step": step, "reason": reason}) if options.json
              else f"ProofInvalid: {step}: {reason}")
        return 1
    print(json.dumps(told) if options.json else "\n".join(lines_of(told)))
    return 0 if told["trusted"] else 3


if __name__ == "__main__":
    raise SystemExit(main())
