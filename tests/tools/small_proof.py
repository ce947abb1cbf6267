"""A small proof of a certificate, made from registry.md 8 and engine.md 6, 9 alone.

Nothing here comes from ctn or from the verifier, so both are held against the document.
"""

import json
from typing import Any

from nacl.signing import SigningKey

from tests.tools.small_export import MAKER, canonical, sha256, smt

BATCH = "vcs-00001-2021-001"
CERTIFICATE = "r-" + "ab" * 12
TONNE = 1_000_000
CHAIN = "ctn-test:0123456789abcdef"
HEIGHT, TIME = 7, 1_900_000_000_000
Leaves = dict[str, bytes]


def hashed(table: str, place: str, value: bytes) -> tuple[str, bytes]:
    """The path of a key as bits, and its leaf."""
    key = sha256(f"{table}\0{place}".encode())
    return f"{int.from_bytes(key):0256b}", sha256(b"\0" + key + sha256(value))


def climb(leaves: Leaves, bits: str) -> list[list[str]]:
    """The path of a leaf to the root, by the definition of the tree."""
    if len(leaves) == 1:
        return []
    sides = [{p[1:]: leaf for p, leaf in leaves.items() if p[0] == side} for side in "01"]
    mine = int(bits[0])
    sibling = smt(sides[1 - mine])
    step = [b"\1".hex(), sibling.hex()] if mine == 0 else [(b"\1" + sibling).hex(), ""]
    return [*climb(sides[mine], bits[1:]), step]


def parts_of(*rows: tuple[int, int, int]) -> list[dict[str, int]]:
    return [{"start": start, "end": end, "grams": grams} for start, end, grams in rows]


class Proof:
    """Records of one height: a certificate, what belongs to it, and others beside them."""

    def __init__(self, *rows: tuple[int, int, int], **changes: Any) -> None:
        """Parts as (start, end, grams); `changes` of the certificate's record."""
        parts = parts_of(*rows)
        certificate = {
            "id": CERTIFICATE, "holder": "ctn1example", "batch": BATCH, "message": "茶 <b>",
            "parts": parts, "grams": sum(part["grams"] for part in parts), "height": 5,
        } | changes  # fmt: skip
        self.records: dict[tuple[str, str], Any] = {
            ("certificate", CERTIFICATE): certificate,
            ("batch", BATCH): {"id": BATCH, "vintage": 2021},
            ("project", BATCH[:-9]): {"id": BATCH[:-9], "name": "Soil"},
        }
        for start, end, grams in rows[:16]:
            place = f"{BATCH}/{start:020d}"
            if grams == (end - start + 1) * TONNE:
                self.records["interval", place] = {
                    "start": start, "end": end, "status": "retired", "cause": CERTIFICATE,
                }  # fmt: skip
            else:
                shares = [["r-" + "cd" * 12, 1_000], [CERTIFICATE, grams]]
                self.records["fraction", place] = {"serial": start, "shares": shares}
        self.header: dict[str, Any] = {}
        self.maker = MAKER

    def interval(self, start: int, **changes: Any) -> "Proof":
        """The interval at a serial, changed."""
        self.records["interval", f"{BATCH}/{start:020d}"] |= changes
        return self

    def sealed_by(self, maker: SigningKey, **header: Any) -> "Proof":
        """Sealed by a maker, with fields of the header changed."""
        self.maker, self.header = maker, header
        return self

    def answer(self) -> dict[str, Any]:
        """The content of the file."""
        rows = {key: canonical(value) for key, value in self.records.items()}
        rest = {(f"other{number}", "x"): b"1" for number in range(40)}
        bits = {key: hashed(*key, value) for key, value in (rows | rest).items()}
        leaves = dict(bits.values())
        header = {
            "version": 1, "chain": CHAIN, "height": HEIGHT, "time": TIME, "previous": "00" * 32,
            "maker": bytes(self.maker.verify_key).hex(), "count": 1, "transactions": "11" * 32,
            "receipts": "22" * 32, "state": smt(leaves).hex(),
        } | self.header  # fmt: skip
        text = canonical(header)
        digest = sha256(b"ctn/block/1\n" + text)
        return {
            "format": "ctn-proof/1", "chain": CHAIN, "height": HEIGHT,
            "records": [
                {
                    "table": key[0], "id": key[1], "value": value.decode(),
                    "path": climb(leaves, bits[key][0]),
                }
                for key, value in rows.items()
            ],
            "header": text.decode(),
            "seal": self.maker.sign(b"ctn/seal/1\n" + digest).signature.hex(),
        }  # fmt: skip

    def file(self, **changes: Any) -> bytes:
        """The bytes of the file, with fields changed."""
        return canonical(self.answer() | changes)


def block_of(file: bytes) -> str:
    """The block of a proof as `--trust` names it."""
    header: str = json.loads(file)["header"]
    return f"{HEIGHT}:{sha256(b'ctn/block/1' + bytes([10]) + header.encode()).hex()}"
