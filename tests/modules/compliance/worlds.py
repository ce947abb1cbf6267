"""Worlds with a council, a regulator and somebody to freeze."""

from typing import Any

from ctn.kernel.account import DutyKind
from ctn.modules.compliance.freeze import Freeze
from ctn.modules.governance.records import HERE, Council
from tests.worlds import World

EVIDENCE = "e1" * 32
ORDER = "0d" * 32


class ComplianceWorld(World):
    """Ann, the regulator, and a council of five."""

    def __init__(self) -> None:
        super().__init__()
        self.members = [self.stranger(f"member {place}") for place in range(5)]
        self.put(Council(tuple(self.members), 3, 2), HERE)
        self.regulator = self.authority("regulator", DutyKind.REGULATOR)
        self.ann = self.person("ann")
        self.ben = self.person("ben")

    def frozen(self, sender: str = "", **changes: Any) -> str:
        """The id of a freeze of ann, or of what is named."""
        op = freezing(changes.pop("id", self.ann), **changes)
        events = self.accept(sender or self.regulator, op)
        identity: str = events[0]["freeze"]
        return identity


def freezing(subject: str, scope: str = "account", **changes: Any) -> Freeze:
    """A freeze, with some fields changed."""
    fields: dict[str, Any] = {
        "reason": "court order 7", "evidence": EVIDENCE, "allow_retire": False,
    }  # fmt: skip
    return Freeze(scope, subject, **(fields | changes))  # type: ignore[arg-type]
