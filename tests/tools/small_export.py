"""A small export of an embedded ledger, made from engine.md alone (1, 3, 4.1, 6, 7, 9, 10, 16).

Nothing here comes from ctn or from the verifier, so both are held against the document.
"""

import hashlib
import json
from collections import Counter
from typing import Any

import coincurve
from nacl.signing import SigningKey

MAKER = SigningKey(b"maker of the test, 32 byte seed.")
ALICE = SigningKey(b"alice of the test, 32 byte seed.")
BOB = coincurve.PrivateKey(b"bob in the test, a 32 byte seed.")
SECP256K1_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
Signature = tuple[int, bytes, bytes]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def address(scheme: int, key: bytes) -> str:
    """Bech32 (BIP-173) with prefix ctn of the first 20 bytes of SHA-256(scheme, key)."""
    bits = int.from_bytes(sha256(bytes([scheme]) + key)[:20])
    words = [bits >> 5 * place & 31 for place in range(31, -1, -1)]
    prefix = [ord(letter) >> 5 for letter in "ctn"] + [0] + [ord(letter) & 31 for letter in "ctn"]
    check = 1
    for word in prefix + words + [0] * 6:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ word
        for place, term in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= term if top >> place & 1 else 0
    words += [(check ^ 1) >> 5 * place & 31 for place in range(5, -1, -1)]
    return "ctn1" + "".join("qpzry9x8gf2tvdw0s3jn54khce6mua7l"[word] for word in words)


def tree(items: list[bytes]) -> bytes:
    """RFC 6962 by pairing upwards, an odd last node carried: other than the verifier's way."""
    level = [sha256(b"\0" + item) for item in items] or [sha256(b"")]
    while len(level) > 1:
        pairs = [sha256(b"\1" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[2 * len(pairs) :]
    return level[0]


def smt(leaves: dict[str, bytes]) -> bytes:
    """The compact sparse tree over bit strings, by its definition in engine.md 9."""
    if len(leaves) < 2:
        return next(iter(leaves.values()), bytes(32))
    zero = {path[1:]: leaf for path, leaf in leaves.items() if path[0] == "0"}
    one = {path[1:]: leaf for path, leaf in leaves.items() if path[0] == "1"}
    return sha256(b"\1" + smt(zero) + smt(one))


def smt_root(records: list[list[Any]]) -> bytes:
    leaves = {}
    for table, name, value in records:
        path = sha256(f"{table}\0{name}".encode())
        leaf = sha256(b"\0" + path + sha256(canonical(value)))
        leaves[f"{int.from_bytes(path):0256b}"] = leaf
    return smt(leaves)


def compact(signature: bytes) -> bytes:
    """r and s of a DER signature, 32 bytes each."""
    size = signature[3]
    r, s = signature[4 : 4 + size], signature[6 + size :]
    return int.from_bytes(r).to_bytes(32) + int.from_bytes(s).to_bytes(32)


def sign_alice(message: bytes) -> Signature:
    return 1, bytes(ALICE.verify_key), ALICE.sign(message).signature


def sign_bob(message: bytes) -> Signature:
    return 2, BOB.public_key.format(), compact(BOB.sign(message))


def high_s(signed: Signature) -> Signature:
    """The other signature over the same text, which low-s forbids."""
    scheme, key, signature = signed
    high = SECP256K1_ORDER - int.from_bytes(signature[32:])
    return scheme, key, signature[:32] + high.to_bytes(32)


def envelope(body: bytes, *signatures: Signature) -> bytes:
    parts = [b"\1", len(body).to_bytes(4), body, bytes([len(signatures)])]
    for scheme, key, signature in signatures:
        parts += [bytes([scheme, len(key)]), key, len(signature).to_bytes(2), signature]
    return b"".join(parts)


ALICE_AT = address(1, bytes(ALICE.verify_key))
BOB_AT = address(2, BOB.public_key.format())


class Export:
    """A chain in the making: its lines, and the balances that its moves add up to."""

    def __init__(self) -> None:
        self.balances = Counter(
            {f"{ALICE_AT}/cny": 600_000, f"{BOB_AT}/cny": 400_000, "issued:cny/cny": -1_000_000}
        )
        genesis = {
            "chain_id": "ctn-test", "time": 1_700_000_000_000, "initial_height": 5,
            "app_version": 1, "maker": bytes(MAKER.verify_key).hex(),
            "params": {"fee_asset": "cny"},
            "records": [["balance", *row] for row in self.balances.items()],
            "parent": None, "versions": {},
        }  # fmt: skip
        self.lines = [canonical({"genesis": genesis})]
        self.previous = sha256(b"ctn/genesis/1\n" + canonical(genesis)).hex()
        self.chain = "ctn-test:" + self.previous[:16]
        self.height, self.time = 4, 1_700_000_000_000

    def records(self) -> list[list[Any]]:
        held = sorted(["balance", name, value] for name, value in self.balances.items() if value)
        return [*held, ["chain", "clock", {"height": self.height}], ["param", "fee_asset", "cny"]]

    def body(self, sender: str, sequence: int, /, **changes: Any) -> bytes:
        op = {"op": "assets.transfer", "asset": "cny", "to": BOB_AT, "amount": 100}
        body = {
            "chain": self.chain, "sender": sender, "sequence": sequence, "expires": 900,
            "fee": {"amount": 20, "payer": None}, "memo": "茶", "ops": [op],
        }  # fmt: skip
        return canonical(body | changes)

    def receipt(self, body: bytes, index: int, /, *moves: list[Any], **changes: Any) -> Any:
        sender = json.loads(body)["sender"]
        receipt = {
            "tx": sha256(body).hex(), "height": self.height + 1, "index": index, "facts": {},
            "status": "applied", "refusal": None, "op": None, "work": 100, "events": [],
            "fee": {"payer": sender, "asset": "cny", "amount": 20},
            "moves": [["cny", sender, "fees:tx", 20], *moves],
        }  # fmt: skip
        return receipt | changes

    def block(self, envelopes: list[bytes], receipts: list[Any], /, **changes: Any) -> None:
        self.height, self.time = self.height + 1, self.time + 200
        for part in [*receipts, *(hook for each in receipts for hook in each.get("hooks", []))]:
            for asset, source, target, amount in part.get("moves", []):
                self.balances.subtract({f"{source}/{asset}": amount})
                self.balances.update({f"{target}/{asset}": amount})
        header = {
            "version": 1, "chain": self.chain, "height": self.height, "time": self.time,
            "previous": self.previous, "maker": bytes(MAKER.verify_key).hex(),
            "count": len(envelopes), "transactions": tree(envelopes).hex(),
            "receipts": tree([canonical(each) for each in receipts]).hex(),
            "state": smt_root(self.records()).hex(),
        } | changes  # fmt: skip
        digest = sha256(b"ctn/block/1\n" + canonical(header))
        seal = MAKER.sign(b"ctn/seal/1\n" + digest).signature.hex()
        raw = [each.hex() for each in envelopes]
        block = {"header": header, "seal": seal, "envelopes": raw, "receipts": receipts}
        self.lines.append(canonical(block))
        self.previous = digest.hex()

    def close(self, **changes: Any) -> bytes:
        records = self.records()
        state = {
            "chain": self.chain, "height": self.height, "time": self.time, "app_version": 1,
            "root": smt_root(records).hex(), "params": {"fee_asset": "cny"}, "records": records,
        } | changes  # fmt: skip
        return b"".join(line + b"\n" for line in [*self.lines, canonical(state)])


def started() -> Export:
    """A payment of each scheme, one transaction with both signatures, and a block of hooks."""
    export = Export()
    first = export.body(ALICE_AT, 0)
    second = export.body(BOB_AT, 0)
    third = export.body(ALICE_AT, 1, memo="both")
    signed = [
        envelope(first, sign_alice(b"ctn/tx/1\n" + first)),
        envelope(second, sign_bob(b"ctn/tx/1\n" + second)),
        envelope(third, sign_alice(b"ctn/tx/1\n" + third), sign_bob(b"ctn/tx/1\n" + third)),
    ]
    paid = export.receipt(first, 0, ["cny", ALICE_AT, BOB_AT, 100])
    refused = export.receipt(third, 2, status="refused", refusal="kernel.AmountZero", op=0)
    export.block(signed, [paid, export.receipt(second, 1), refused])
    moves = [["cny", "fees:tx", "fund:treasury", 60], ["cer:1", "issued:cer:1", ALICE_AT, 7]]
    hook = {"hook": "staking.end_block", "item": "epoch", "moves": moves, "events": []}
    export.block([], [{"height": export.height + 1, "hooks": [hook]}])
    return export


def finished() -> Export:
    export = started()
    body = export.body(BOB_AT, 1)
    retired = export.receipt(body, 0, ["cer:1", ALICE_AT, "retired:cer:1", 3])
    hook = {"hook": "beacon.begin_block", "item": "8", "moves": [], "events": []}
    hooks = {"height": export.height + 1, "hooks": [hook]}
    export.block([envelope(body, sign_bob(b"ctn/tx/1\n" + body))], [retired, hooks])
    return export
