"""What the ledger knows of number lines, and what it would say to a row of a file.

The rule is that of `registry.record_external`: what is known already is no news, what ended stays
ended, and what a bridge locks for us cannot end elsewhere; what went home can.
Source: registry.md 10, 11.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from ctn.client.registry.rows import SEVERITIES, Defect, ImportedFile, Unit, cut

Word = Literal["news", "known", "clash"]

SEEN = "seen"
RETIRED = "retired"
RETURNED = "returned"
LOCKED = ("inbound", "immobilised")


class Held(NamedTuple):
    """An interval of a line that the ledger holds, with its state, since a time in ms."""

    start: int
    end: int
    state: str
    since: int


class Lines:
    """The intervals of lines, as records `external` say; those of a line never overlap."""

    def __init__(self, records: Iterable[dict[str, Any]] = ()) -> None:
        self._held: dict[str, list[Held]] = {}
        for row in records:
            held = Held(row["start"], row["end"], row["state"], row["since"])
            self._held.setdefault(row["line"], []).append(held)
        for line in self._held.values():
            line.sort()

    def touching(self, line: str, start: int, end: int) -> list[Held]:
        """The intervals that hold some of the numbers start..end, ascending."""
        held = self._held.get(line, [])
        first = bisect_left(held, start, key=lambda each: each.end)
        last = bisect_right(held, end, key=lambda each: each.start)
        return held[first:last]

    def say(self, unit: Unit) -> tuple[Word, Held | None]:
        """Whether a row would change something, change nothing, or clash, and with what."""
        word: Word = "known"
        free = unit.start
        for held in self.touching(unit.line, unit.start, unit.end):
            if held.start > free:
                word = "news"
            free = held.end + 1
            if unit.state == SEEN or held.state == unit.state:
                continue
            if held.state not in (SEEN, RETURNED):
                return "clash", held
            word = "news"
        return ("news" if free <= unit.end else word), None

    def locked(self) -> dict[str, list[Held]]:
        """By line, the intervals that are locked at their registry for us."""
        found = {
            line: [each for each in held if each.state in LOCKED]
            for line, held in self._held.items()
        }
        return {line: held for line, held in found.items() if held}


def clashes(imported: ImportedFile, lines: Lines) -> list[Defect]:
    """The rows without an error of their own that the ledger contradicts."""
    found = []
    for unit in imported.units:
        if unit.is_defect:
            continue
        word, held = lines.say(unit)
        if word == "clash":
            assert held is not None
            found.append(Defect(
                unit.row, unit.file_line, "", "overlap_ledger", SEVERITIES["overlap_ledger"],
                cut(unit.text), imported.keys[unit.row - 1],
                f"On the ledger {held.start}-{held.end} is {held.state}.",
            ))
    return found
