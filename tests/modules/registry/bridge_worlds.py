"""Worlds with a foreign project, a home batch, a custodian of Verra and a registrar."""

from typing import Any

from ctn.kernel.account import DutyKind
from ctn.kernel.changes import changes_of
from ctn.kernel.record import Record
from ctn.kernel.state import MemorySource
from ctn.modules.registry.admit_inbound import AdmitInbound
from ctn.modules.registry.attest_inbound import AttestInbound
from ctn.modules.registry.attest_outbound import AttestOutbound
from ctn.modules.registry.bridges import Bridge
from ctn.modules.registry.external import External
from ctn.modules.registry.intervals import Interval
from ctn.modules.registry.record_external import ExternalRow, RecordExternal
from ctn.modules.registry.records import (
    NO_COUNTS,
    Batch,
    Class,
    Counts,
    ExternalPair,
    Freeze,
    Methodology,
    Project,
)
from ctn.modules.registry.request_inbound import RequestInbound
from ctn.modules.registry.request_outbound import RequestOutbound
from ctn.modules.registry.set_class import SetClass
from tests.worlds import DAY, START, World

HASH = "ab" * 32
FILE = "cd" * 32
PROJECT = "vcs-00001"
FOREIGN = "vcs-00001-2022-001"
HOME_BATCH = "ccer-00042-2025-001"
ISO_PROJECT = "iso-00001"
ISO_LINE = "ISS_0123456789ABCDEF"


def verra(start: int, end: int, project: int = 2941, year: int = 2022) -> str:
    """A Verra serial."""
    return f"19403-{start}-{end}-VCS-VCU-262-VER-IN-3-{project}-1004{year}-3112{year}-0"


def iso(start: int, end: int) -> str:
    """An Isometric serial as a request names it, with its numbers behind a space."""
    return f"{ISO_LINE.lower()} {start}-{end}"


def row(
    text: str, state: Any = "seen", start: int | None = None, end: int | None = None
) -> ExternalRow:
    """A row of a file."""
    return ExternalRow(text, start, end, state, "2026-04-13")


def record(*rows: ExternalRow, registry: Any = "verra") -> RecordExternal:
    """Rows of one file."""
    return RecordExternal(registry, rows, FILE)


class BridgeWorld(World):
    """Alice holds 100 t of a home batch; Verra's project 2941 is ours 00001."""

    def __init__(self, **params: int | str) -> None:
        super().__init__(**params)
        self.alice = self.person("alice", cny=1_000)
        self.bob = self.person("bob", cny=1_000)
        self.registrar = self.authority("registrar", DutyKind.REGISTRAR, cny=1_000)
        self.custodian = self.authority("custodian", DutyKind.CUSTODIAN, "verra", cny=1_000)
        self.everywhere = self.authority("everywhere", DutyKind.CUSTODIAN, cny=1_000)
        for class_id, registry in (("vcs", "verra"), ("iso", "iso"), ("ccer", "ctn")):
            self.put_class(class_id, registry)
        self.put(
            Methodology(
                "vmr0006", "Cookstoves", "cookstove", "energy", "reduction_technical", None, HASH,
                START - 1, None,
            )
        )  # fmt: skip
        self.put_project(PROJECT, ExternalPair("verra", "2941"))
        self.put_project(ISO_PROJECT, ExternalPair("iso", "prj_1"))
        self.put_project("ccer-00042")
        self.put_batch(HOME_BATCH, 100, self.alice)

    def put_class(self, class_id: str, registry: Any) -> None:
        """A class of credits."""
        self.put(
            Class(
                class_id, "credit", class_id, registry, 1, 0, 0, 0, 0, 0, "free", "active", ()
            )
        )  # fmt: skip

    def put_project(self, project: str, *pairs: ExternalPair, **changes: Any) -> None:
        """A registered project."""
        known = Project(
            project, project.partition("-")[0], None, (), "Cookstoves", "IN", "", None, None,
            ("vmr0006",), "cookstove", "2020-01-01", "2029-12-31", 1_000, 0, pairs, HASH,
            "registered", START - 1, START - 1, None, None, 0, (),
        )  # fmt: skip
        self.put(known.replace(**changes))

    def put_batch(self, batch: str, tonnes: int, owner: str, **changes: Any) -> None:
        """A batch whose serials one account holds, in one interval."""
        project, year = batch[:-9], batch[-8:-4]
        counts = Counts(**dict.fromkeys(NO_COUNTS.__struct_fields__, 0) | {"held": tonnes})
        known = Batch(
            batch, batch.partition("-")[0], project, int(year), f"{year}-01-01", f"{year}-12-31",
            "vmr0006", "reduction_technical", None, tonnes, counts, (), (), "live",
        )  # fmt: skip
        self.put(known.replace(**changes))
        self.put(Interval(batch, 1, tonnes, "held", owner, "genesis", "", (), START - 1))
        self.keep(owner, "serials")

    # --- what is asked and said

    def inbound(self, *units: str, **changes: Any) -> RequestInbound:
        """A request of Verra's project 2941, vintage 2022, within 14 days."""
        fields: dict[str, Any] = {
            "registry": "verra", "project": PROJECT, "vintage": 2022, "account_ref": "A-1",
            "deadline": self.time + 14 * DAY,
        }  # fmt: skip
        return RequestInbound(units=units, **fields | changes)

    def outbound(self, *parts: tuple[int, int], **changes: Any) -> RequestOutbound:
        """A request that serials of the foreign batch go home."""
        fields: dict[str, Any] = {
            "batch": FOREIGN, "registry": "verra", "account_ref": "A-1",
            "deadline": self.time + 14 * DAY,
        }  # fmt: skip
        return RequestOutbound(parts=parts, **fields | changes)

    def ask(self, op: RequestInbound | RequestOutbound, sender: str = "") -> str:
        """A request that must be accepted; its id."""
        events = self.accept(sender or self.alice, op)
        request: str = events[-1]["request"]
        return request

    def lock(self, request: str, sender: str = "") -> list[dict[str, Any]]:
        """The custodian attests an inbound request."""
        op = AttestInbound(request, "L-1", HASH)
        return self.accept(sender or self.custodian, op)

    def admit(self, request: str, *labels: str, vintage: int = 2022) -> list[dict[str, Any]]:
        """The registrar admits an attested request."""
        op = AdmitInbound(request, f"{vintage}-04-10", f"{vintage}-12-31", labels)
        return self.accept(self.registrar, op)

    def release(self, request: str, *units: str, sender: str = "") -> list[dict[str, Any]]:
        """The custodian attests an outbound request."""
        op = AttestOutbound(request, units, "R-1", HASH)
        return self.accept(sender or self.custodian, op)

    def bring_in(self, *units: str, sender: str = "", **changes: Any) -> str:
        """All three acts."""
        request = self.ask(self.inbound(*units, **changes), sender)
        self.lock(request, self.everywhere)
        self.admit(request, vintage=changes.get("vintage", 2022))
        return request

    def write(self, *records: Record) -> None:
        """Records as another operation would leave them, such as a freeze."""
        machine = self.machine
        ledger = machine.draft(self.time + 1)
        for record in records:
            ledger.put(record)
        source = machine.state.source
        assert isinstance(source, MemorySource)
        changes = changes_of(ledger)
        machine.commitment.update([item.change for item in changes])
        source.write({item.key: item.value for item in changes})
        machine.state.take(ledger.records, ledger.balances, {})

    def close_class(self, class_id: str, status: Any = "closed") -> None:
        """The council closes a class, or opens it again."""
        known = self.get(Class, class_id)
        fields = {name: getattr(known, name) for name in SetClass.__struct_fields__}
        self.council(SetClass(**fields | {"status": status}))

    def freeze(self, batch: str) -> None:
        """The regulator freezes a batch."""
        freeze = Freeze(
            "f-" + "0" * 24, "batch", batch, (), "doubt", HASH, None, False, self.registrar,
            "regulator", 1, self.time, None, 0, None,
        )  # fmt: skip
        self.write(freeze, self.get(Batch, batch).replace(freezes=(freeze.id,)))

    def lift(self, batch: str) -> None:
        """The freeze of a batch ends."""
        self.write(self.get(Batch, batch).replace(freezes=()))

    # --- looking

    def line(self, line: str = "VERRA") -> list[tuple[int, int, str]]:
        """The intervals of a line: start, end, state."""
        return [
            (known.start, known.end, known.state)
            for known in self.externals()
            if known.line == line
        ]

    def externals(self) -> list[External]:
        """All intervals of all lines."""
        return [known for _place, known in self.all_of(External)]

    def mapping(self) -> dict[tuple[str, int], tuple[str, int, int]]:
        """For each serial that numbers stand for: their state, first and last number."""
        found: dict[tuple[str, int], tuple[str, int, int]] = {}
        for known in self.externals():
            per_tonne = 1_000_000 // known.grams_per_number
            for offset in range(known.tonnes if known.batch is not None else 0):
                first = known.start + offset * per_tonne
                place = (known.home_batch, known.first_serial + offset)
                assert place not in found
                found[place] = (known.state, first, first + per_tonne - 1)
        return found

    def serials(self, batch: str) -> dict[int, tuple[str, str]]:
        """Status and owner of each serial of a batch."""
        found: dict[int, tuple[str, str]] = {}
        for _place, interval in self.all_of(Interval):
            if interval.batch == batch:
                for serial in range(interval.start, interval.end + 1):
                    found[serial] = (interval.status, interval.owner)
        return found

    def bridge(self, request: str) -> Bridge:
        """A request."""
        bridge: Bridge = self.get(Bridge, request)
        return bridge

    def all_of(self, kind: Any) -> list[tuple[str, Any]]:
        """All records of a type; fewer than 1,000."""
        return self.draft().scan(kind, "", 1_000)
