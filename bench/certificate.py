"""A certificate as a document, and its offline check: milliseconds each, the font cached.

Goals of registry.md 24: PDF below 150 ms, offline verification below 50 ms. The certificate has
sixteen parts of one batch, each standing for units of another registry, and a Chinese name.
"""

import time
from collections.abc import Callable

import msgspec
from _figure import IS_QUICK, middle, print_figure, print_row

from ctn.api.certificates.facts import (
    BatchFacts,
    BlockFacts,
    Facts,
    MethodologyFacts,
    ProjectFacts,
    Serials,
    fingerprint,
)
from ctn.api.certificates.foreign import ForeignSerial
from ctn.api.certificates.pdf import document
from ctn.client.certificate_proof import Pin, check_proof, keys_of, proof_bytes
from ctn.crypto import ed25519
from ctn.kernel.block import Header, seal_bytes
from ctn.kernel.codec import encode
from ctn.kernel.commitment import Commitment, change
from ctn.modules.registry.intervals import Interval
from ctn.modules.registry.records import Beneficiary, Certificate, CertificatePart, ExternalPair
from ctn.modules.registry.rules import ctn_serial

RUNS = 5 if IS_QUICK else 25
OTHERS = 10_000 if IS_QUICK else 100_000
PARTS = 16
TONNE = 1_000_000
BATCH = "vcs-00001-2021-001"
NAME = Beneficiary("碳中和茶业（杭州）有限公司", None, None, "CN")
TIME = 1_800_000_000_000
SEED = bytes(32)


def certificate() -> Certificate:
    """The record."""
    parts = tuple([CertificatePart(10 * n + 1, 10 * n + 5, 5 * TONNE) for n in range(PARTS)])
    return Certificate(
        "r-" + "ab" * 12, "ctn1" + "q" * 38, BATCH, NAME, "", "voluntary", "gift", "谢谢", "CN",
        None, None, "public", None, None, 5 * PARTS * TONNE, parts, 7, TIME, "cd" * 32, 0, None,
        None,
    )  # fmt: skip


def facts() -> Facts:
    """What the document says."""
    record = certificate()
    serials = [
        Serials(
            part.start, part.end, str(part.grams), ctn_serial(BATCH, part.start, part.end),
            [
                ForeignSerial(
                    "verra", f"19403-{part.start}-{part.end}-VCS-VCU-262-VER-IN-3-2941-1-2-0",
                    part.start, part.end,
                )
            ],
        )
        for part in record.parts
    ]  # fmt: skip
    return Facts(
        certificate=record, beneficiary=NAME, on_behalf_of="", purpose="gift", message="谢谢",
        period_start=None, period_end=None, hidden=(), grams=str(record.grams),
        grams_text="80.000000 tCO2e", date="2027-01-15", time_text="2027-01-15T16:00:00.000+08:00",
        serials=serials,
        project=ProjectFacts(
            "vcs-00001", "Soil", "soil", "KE", "", None, "verra", (ExternalPair("verra", "1"),)
        ),
        batch=BatchFacts(
            BATCH, "vcs", "VCS", 2021, "2021-01-01", "2021-12-31", "removal_nature", ()
        ),
        methodology=MethodologyFacts("vm0042", "Soil", "ab" * 32),
        block=BlockFacts(7, TIME, "ef" * 32), impairment=None, fingerprint=fingerprint(record),
        page=f"/c/{record.id}?h={fingerprint(record)}",
    )  # fmt: skip


def proof() -> tuple[bytes, str]:
    """A proof file among many other records, and the maker's key."""
    record = certificate()
    values = {("certificate", record.id): encode(record), ("batch", BATCH): encode({"id": BATCH})}
    values["project", BATCH[:-9]] = encode({"id": BATCH[:-9]})
    for part in record.parts:
        interval = Interval(
            BATCH, part.start, part.end, "retired", record.holder, record.id, "", (), TIME
        )
        values["interval", interval.place()] = encode(interval)
    rows = {f"{table}\0{place}".encode(): value for (table, place), value in values.items()}
    rows |= {f"balance\0{number}".encode(): b"1" for number in range(OTHERS)}
    tree = Commitment()
    root = tree.update([change(key, value) for key, value in rows.items()])
    maker = ed25519.public_key(SEED).hex()
    roots = ("11" * 32, "22" * 32, root.hex())
    header = Header(1, "ctn-bench:00", 7, TIME, "00" * 32, maker, 0, *roots)
    records = []
    for table, place in keys_of(msgspec.to_builtins(record)):
        key = f"{table}\0{place}".encode()
        path = [[step.prefix.hex(), step.suffix.hex()] for step in tree.prove(key).path]
        value = rows[key].decode()
        records.append({"table": table, "id": place, "value": value, "path": path})
    text = encode(header)
    answer = {
        "chain": header.chain, "height": 7, "records": records, "header": text.decode(),
        "seal": ed25519.sign(SEED, seal_bytes(text)).hex(),
    }  # fmt: skip
    return proof_bytes(answer), maker


def milliseconds(work: Callable[[], object]) -> float:
    """The median of several runs, after one that fills the caches."""
    work()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1_000)
    return middle(times)


def main() -> None:
    """Measure both; the document's figure is last."""
    data, maker = proof()
    print_row("offline verification (goal 50 ms)", milliseconds(
        lambda: check_proof(data, Pin(maker, None))
    ), "ms")  # fmt: skip
    said = facts()
    start = time.perf_counter()
    document(said, "https://ctn.example")
    print_row("first document, fonts opened", (time.perf_counter() - start) * 1_000, "ms")
    figure = milliseconds(lambda: document(said, "https://ctn.example"))
    print_figure("certificate_pdf", figure, "ms", goal="below 150")


if __name__ == "__main__":
    main()
