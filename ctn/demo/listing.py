"""What is brought in and what is listed: the sample rows, and the instruments on their batches.

Rows of one project and vintage come in by one request and make one batch. The prices are invented
starting points; everything after them is made by the agents.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from ctn.client.registry.reader import read_file
from ctn.client.registry.report import ImportedFile, Unit, report_json
from ctn.crypto.digest import sha256_hex
from ctn.demo.cast import CALENDAR
from ctn.modules.market.presets import VCM, offered
from ctn.modules.registry.records import UnitType

ROWS = Path(__file__).with_name("verra_units.csv")
REGISTRY: Final = "verra"
CLASS = "vcs"
QUOTE: Final = "cny"
TICK = 100  # 0.01 CNY

# Of the methodologies of the rows: what they are about, and what a unit of theirs stands for.
METHODS: dict[str, tuple[str, str, UnitType]] = {
    "acm0001": ("landfill_gas", "waste", "reduction_technical"),
    "acm0002": ("grid_renewable", "energy", "avoidance_technical"),
    "ams-iii.av.": ("safe_water", "energy", "reduction_technical"),
    "ar-acm0001": ("afforestation", "land_use", "removal_nature"),
    "ar-acm0003": ("afforestation", "land_use", "removal_nature"),
    "ar-ams0007": ("afforestation", "land_use", "removal_nature"),
    "vm0003": ("improved_forest", "land_use", "removal_nature"),
    "vm0007": ("avoided_deforestation", "land_use", "avoidance_nature"),
    "vm0018": ("efficiency_waste", "energy", "reduction_technical"),
    "vm0042": ("grassland_soil", "land_use", "removal_nature"),
    "vm0050": ("cookstove", "energy", "reduction_technical"),
    "vmr0006": ("cookstove", "energy", "reduction_technical"),
}
UNKNOWN_METHOD: tuple[str, str, UnitType] = ("other", "other", "undetermined")


class Line(NamedTuple):
    """What is listed of one batch: its instrument, the first reference, and how it is called."""

    project: str
    vintage: int
    ref: int
    zh: str
    en: str

    @property
    def instrument(self) -> str:
        """The id of the instrument."""
        return f"vcs{self.project}.{self.vintage % 100:02d}-{QUOTE}"


LINES = (
    Line("1987", 2023, 92_000, "阿根廷风电", "Wind, Argentina"),
    Line("2319", 2022, 1_085_000, "刚果农林复合", "Agroforestry, Congo"),
    Line("2551", 2023, 436_000, "亚马孙避免毁林", "Avoided loss, Amazon"),
    Line("2925", 2023, 384_000, "柬埔寨炉灶", "Cookstoves, Cambodia"),
    Line("3866", 2022, 268_000, "河源填埋气发电", "Landfill gas, Heyuan"),
    Line("4268", 2024, 1_612_000, "美国家庭林场", "Family forest, USA"),
)
LISTED = {line.instrument: line for line in LINES}


class Group(NamedTuple):
    """Rows of one project and vintage, which one request names."""

    project: str
    vintage: int
    units: tuple[Unit, ...]

    @property
    def home(self) -> str:
        """The id of the project here."""
        return project_id(self.project)

    @property
    def tonnes(self) -> int:
        """The tonnes of all rows."""
        return sum([unit.quantity for unit in self.units])


@lru_cache(maxsize=1)
def sample() -> ImportedFile:
    """The sample rows, read and checked as any registry file is."""
    return read_file(ROWS)


def groups() -> list[Group]:
    """The rows by project and vintage, in the order of the file."""
    found: dict[tuple[str, int], list[Unit]] = {}
    for unit in sample().units:
        found.setdefault((unit.project, unit.vintage), []).append(unit)
    return [Group(*place, tuple(units)) for place, units in found.items()]


def project_id(project: str) -> str:
    """The id here of a project of the registry."""
    return f"{CLASS}-{int(project):05d}"


def batch_id(project: str, vintage: int) -> str:
    """The id of the only batch of a project and vintage."""
    return f"{project_id(project)}-{vintage}-001"


def method_id(unit: Unit) -> str:
    """The id of a row's methodology."""
    return unit.methodology.lower()


def period(units: Sequence[Unit]) -> tuple[str, str]:
    """First and last day of the monitoring that the serials of the rows show."""
    first = min([_day(unit.text.split("-")[-3]) for unit in units])
    last = max([_day(unit.text.split("-")[-2]) for unit in units])
    return first, last


def _day(text: str) -> str:
    """The date of a serial's `DDMMYYYY`."""
    return f"{text[4:]}-{text[2:4]}-{text[:2]}"


def report_hash() -> str:
    """The hash of the report of the sample rows."""
    return sha256_hex(report_json([sample()]))


def terms(line: Line) -> dict[str, object]:
    """The fields of the instrument on a batch: voluntary market, one book, open round the clock."""
    return offered(VCM) | {
        "id": line.instrument, "asset": batch_id(line.project, line.vintage), "quote": QUOTE,
        "tick": TICK, "ref": line.ref, "calendar": CALENDAR, "modes": ["book"],
        "sessions": [{"mode": "book", "start": 0, "end": 1_440}],
    }  # fmt: skip
