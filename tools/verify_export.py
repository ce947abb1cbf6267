"""Verify the file of `ctn export --blocks` of an embedded ledger without one line of ctn.

Checked: canonical bytes, links, times, maker, seals, signatures, sequences, the roots of
transactions, receipts and state, and double entry from genesis to the state. Not checked: whether
operations were allowed (whose key may sign for whom, roles, prices: `ctn verify-export` runs them
again), nor that no block follows. Knows signature schemes 1 and 2; needs libsodium (CTN_SODIUM).
"""
import argparse
import contextlib
import ctypes.util
import functools
import hashlib
import json
import os
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, BinaryIO

INTEGER_MAX = 2**63 - 1
P = 2**256 - 2**32 - 977  # field, order and base point of secp256k1 (SEC 2)
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
BASE = (0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
        0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8, 1)


class Failed(Exception):
    """The export is not what it claims: the name of the check, and the difference."""


@dataclass
class Walk:
    """What the lines read so far have established; `due` is what the next header must say."""

    due: dict[str, Any]
    time: int
    versions: set[Any]
    balances: Counter[str]
    sequences: dict[str, int]
    root: str | None = None
    counts: Counter[str] = field(default_factory=Counter)


def require(holds: bool, step: str, reason: str) -> None:
    if not holds:
        raise Failed(step, reason)


def agree(step: str, found: Any, due: Any) -> None:
    require(encode(found) == encode(due), step, f"{found!a:.200} where {due!a:.200} is due")


def shaped(value: Any, keys: str) -> dict[str, Any]:
    require(type(value) is dict and set(value) == set(keys.split()), "shape", f"not {{{keys}}}")
    return dict(value)


def binary(text: Any, size: int | None = None) -> bytes:
    data = bytes.fromhex(text)
    require(data.hex() == text and size in (None, len(data)), "shape", "not the lower-case hex due")
    return data


def encode(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def decode(raw: bytes, end: bytes = b"") -> Any:
    """The value whose only spelling is `raw`: floats and duplicate keys re-encode otherwise."""
    value = json.loads(raw.decode(), parse_float=str, parse_constant=str)
    require(encode(value) + end == raw, "canonical", "re-encoding gives other bytes")
    return value


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def list_root(items: list[bytes]) -> bytes:
    if len(items) < 2:
        return sha256(b"\0" + items[0] if items else b"")
    half = 1 << (len(items) - 1).bit_length() - 1
    return sha256(b"\1" + list_root(items[:half]) + list_root(items[half:]))


def state_root(records: list[Any]) -> bytes:
    """The root of the compact sparse Merkle tree (engine.md 9) over `[table, id, value]`."""
    leaves = [(path := sha256(f"{table}\0{name}".encode()),
               sha256(b"\0" + path + sha256(encode(value)))) for table, name, value in records]
    return subtree(sorted(leaves), 0)


def subtree(leaves: list[tuple[bytes, bytes]], depth: int) -> bytes:
    if len(leaves) < 2:
        return leaves[0][1] if leaves else bytes(32)
    left = [leaf for leaf in leaves if not leaf[0][depth // 8] << depth % 8 & 128]
    return sha256(b"\1" + subtree(left, depth + 1) + subtree(leaves[len(left):], depth + 1))


@functools.cache
def sodium() -> Any:
    own, found = os.environ.get("CTN_SODIUM"), ctypes.util.find_library("sodium") or "libsodium.so"
    for name in [own] if own else ["libsodium.so.23", "libsodium.so.26", "libsodium.dylib", found]:
        with contextlib.suppress(OSError):
            library = ctypes.CDLL(name)
            library.sodium_init()
            return library.crypto_sign_verify_detached
    raise OSError("libsodium not found: install it, or name its file in CTN_SODIUM")


def ed25519(key: bytes, signature: bytes, message: bytes) -> bool:
    return not sodium()(signature, message, ctypes.c_ulonglong(len(message)), key)


def add(p: tuple[int, ...], q: tuple[int, ...]) -> tuple[int, ...]:
    """Complete projective addition, x/z and y/z (Renes, Costello, Batina 2016; a = 0, b = 7)."""
    (x, y, z), (u, v, w) = p, q
    a, b, c = x * u % P, y * v % P, 21 * z * w % P
    d, e, f = (x * v + u * y) % P, (y * w + v * z) % P, (x * w + u * z) % P
    return ((d * (b - c) - 21 * e * f) % P, ((b + c) * (b - c) + 63 * a * f) % P,
            (e * (b + c) + 3 * a * d) % P)


def secp256k1(key: bytes, signature: bytes, message: bytes) -> bool:
    """ECDSA over SHA-256(message), compressed key, low s; Shamir's trick shares the doublings."""
    r, s, x, e = map(int.from_bytes, (signature[:32], signature[32:], key[1:], sha256(message)))
    y = pow(x**3 + 7, (P + 1) // 4, P)
    fits = 0 < r < N and 0 < s <= N // 2 and key[0] in (2, 3) and x < P
    if not fits or (y * y - x**3 - 7) % P:
        return False
    point = (x, y if y & 1 == key[0] & 1 else P - y, 1)
    a, b = e * pow(s, -1, N) % N, r * pow(s, -1, N) % N
    sums = [(0, 1, 0), BASE, point, add(BASE, point)]
    total = sums[0]
    for bit in range(255, -1, -1):
        total = add(add(total, total), sums[(a >> bit & 1) + 2 * (b >> bit & 1)])
    return total[2] != 0 and total[0] * pow(total[2], -1, P) % P % N == r


def parse_envelope(raw: bytes) -> tuple[bytes, list[tuple[int, bytes, bytes]]]:
    """Body and signatures (scheme, key, signature) of the one layout of engine.md 4.1."""
    size = int.from_bytes(raw[1:5], "big")
    body, rest, at = raw[5:5 + size], raw[5 + size:], 1
    signatures = []
    for _ in range(rest[0]):
        middle = at + 2 + rest[at + 1]
        end = middle + 2 + int.from_bytes(rest[middle:middle + 2], "big")
        signatures.append((rest[at], rest[at + 2:middle], rest[middle + 2:end]))
        at = end
    order = [signature[:2] for signature in signatures]
    fits = raw[0] == 1 and at == len(rest) and len(raw) <= 65_536 and 1 <= len(order) <= 16
    require(fits and order == sorted(set(order)), "envelope", "is not laid out as engine.md 4.1")
    return body, signatures


def check_transaction(walk: Walk, raw: bytes, receipt: Any, index: int) -> None:
    text, signatures = parse_envelope(raw)
    schemes = {(1, 32, 64): ed25519, (2, 33, 64): secp256k1}  # sizes of key and signature
    for scheme, key, signature in signatures:
        verifies = schemes.get((scheme, len(key), len(signature)))
        holds = verifies is not None and verifies(key, signature, b"ctn/tx/1\n" + text)
        require(holds, "signature", f"transaction {index}: false, or of unknown scheme ({scheme})")
    body = shaped(decode(text), "chain sender sequence expires fee memo ops")
    agree("chain", body["chain"], walk.due["chain"])
    shaped(receipt, "tx height index status refusal op facts fee work moves events")
    found = [receipt["tx"], receipt["height"], receipt["index"]]
    agree("receipt", found, [sha256(text).hex(), walk.due["height"], index])
    if receipt["status"] != "not_admitted":
        agree("sequence", body["sequence"], walk.sequences.get(body["sender"], 0))
        walk.sequences[body["sender"]] = body["sequence"] + 1
    apply_moves(walk, receipt)
    walk.counts.update(transactions=1, signatures=len(signatures))


def apply_moves(walk: Walk, told: dict[str, Any]) -> None:
    """Book what a receipt or hook moved; its events may announce a later app_version."""
    for asset, source, target, amount in told["moves"]:
        fits = type(amount) is int and 0 < amount <= INTEGER_MAX
        require(fits, "money", f"moved amount {amount!a:.200}")
        walk.balances[f"{source}/{asset}"] -= amount
        walk.balances[f"{target}/{asset}"] += amount
    walk.versions |= {event.get("app_version") for event in told["events"]
                      if event["event"] == "governance.UpgradeScheduled"}


def balances_of(records: list[Any]) -> Counter[str]:
    """The balances: per asset the sum is 0, and only contra account `issued:<asset>` is below."""
    balances = Counter({name: value for table, name, value in records if table == "balance"})
    sums: Counter[str] = Counter()
    for name, value in balances.items():
        account, asset = str(name).split("/")
        sums[asset] += value
        size = -value if account == f"issued:{asset}" else value
        require(type(value) is int and 0 < size <= INTEGER_MAX, "money", f"{name!a} has {value!a}")
    require(not any(sums.values()), "money", "an asset does not sum to 0")
    return balances


def open_walk(genesis: Any, pin: str | None) -> Walk:
    shaped(genesis, "chain_id time initial_height app_version maker params records parent versions")
    maker, records = genesis["maker"], genesis["records"]
    require(maker is not None and pin in (None, maker), "maker", f"genesis names {maker!a}")
    digest = sha256(b"ctn/genesis/1\n" + encode(genesis)).hex()
    due = {"version": 1, "chain": f"{genesis['chain_id']}:{digest[:16]}", "maker": maker,
           "height": genesis["initial_height"], "previous": digest}
    sequences = {name: value["sequence"] for table, name, value in records if table == "account"}
    require(type(genesis["initial_height"]) is int, "shape", "initial_height is no integer")
    return Walk(due, genesis["time"], {genesis["app_version"]}, balances_of(records), sequences)


def check_block(walk: Walk, block: dict[str, Any]) -> None:
    shaped(block, "header seal envelopes receipts")
    header = shaped(block["header"], " ".join(walk.due) + " time count transactions receipts state")
    for name, due in walk.due.items():
        agree(name, header[name], due)
    require(type(header["time"]) is int and header["time"] > walk.time, "time", "does not rise")
    digest, seal = sha256(b"ctn/block/1\n" + encode(header)), binary(block["seal"], 64)
    holds = ed25519(binary(header["maker"], 32), seal, b"ctn/seal/1\n" + digest)
    require(holds, "seal", "is not the maker's over this header")
    envelopes, receipts = [binary(text) for text in block["envelopes"]], block["receipts"]
    agree("count", header["count"], len(envelopes))
    agree("transactions", header["transactions"], list_root(envelopes).hex())
    agree("receipts", header["receipts"], list_root([encode(each) for each in receipts]).hex())
    agree("receipts", len(receipts) - len(envelopes), int(len(receipts) > len(envelopes)))
    for index, raw in enumerate(envelopes):
        check_transaction(walk, raw, receipts[index], index)
    for receipt in receipts[len(envelopes):]:
        agree("hooks", shaped(receipt, "height hooks")["height"], header["height"])
        for hook in receipt["hooks"]:
            apply_moves(walk, shaped(hook, "hook item moves events"))
    walk.due |= {"height": header["height"] + 1, "previous": digest.hex()}
    walk.time, walk.root = header["time"], header["state"]
    walk.counts.update(blocks=1, roots=2)


def check_state(walk: Walk, state: dict[str, Any]) -> None:
    shaped(state, "chain height time app_version root params records")
    records, balances = state["records"], balances_of(state["records"])
    require(all(a[:2] < b[:2] for a, b in pairwise(records)), "records", "unsorted, or one twice")
    root = state_root(records).hex()
    params = {name: value for table, name, value in records if table == "param"}
    due = {"chain": walk.due["chain"], "height": walk.due["height"] - 1, "time": walk.time,
           "root": root, "params": params}
    for name, value in due.items():
        agree(name, state[name], value)
    agree("state", root if walk.root is None else walk.root, root)  # None: no block, no header
    version = state["app_version"]
    require(type(version) is int and version in walk.versions, "app_version", "never scheduled")
    for name in {**balances, **walk.balances}:
        agree("money", [name, balances[name]], [name, walk.balances[name]])
    walk.counts.update(records=len(records), roots=1)


def verify(lines: BinaryIO, pin: str | None = None) -> Walk:
    """The walk over all lines; raises Failed(line, step, reason) at the first that is wrong."""
    walk, number = None, 0
    for number, raw in enumerate(lines, 1):
        try:
            value = decode(raw, b"\n")
            if walk is None:
                walk = open_walk(shaped(value, "genesis")["genesis"], pin)
            elif "records" in walk.counts:
                raise Failed("order", "a line after the state")
            elif "records" in value:
                check_state(walk, value)
            else:
                check_block(walk, value)
        except (Failed, LookupError, TypeError, ValueError, RecursionError) as error:
            told = error.args if isinstance(error, Failed) else ("shape", f"{error!a:.200}")
            raise Failed(number, *told) from None
    if walk is None or "records" not in walk.counts:
        raise Failed(number, "state", "the file ends before it")
    return walk


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Verify an export of an embedded ledger.")
    parser.add_argument("file", type=argparse.FileType("rb"))
    parser.add_argument("--maker", metavar="KEY", help="the Ed25519 key (hex) that must be maker")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args(arguments)
    try:
        walk = verify(options.file, options.maker)
    except OSError as error:
        parser.error(str(error))
    except Failed as error:
        report = dict(zip(("line", "step", "reason"), error.args, strict=True), valid=False)
        text = "line {}: {}: {}".format(*error.args)
    else:
        report = dict(walk.counts, maker=walk.due["maker"], chain=walk.due["chain"],
                      height=walk.due["height"] - 1, valid=True)
        note = "pinned" if options.maker else "from the file; pin it by --maker"
        text = ", ".join(f"{name} {count}" for name, count in walk.counts.items())
        text = f"maker {report['maker']} ({note})\n{text}, height {report['height']}: valid"
    print(json.dumps(report) if options.json else text)
    return 0 if report["valid"] else 1


if __name__ == "__main__":
    raise SystemExit(main())
