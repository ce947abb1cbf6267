"""Who founds a network in tests: files of their keys, and a council of five."""

import json
from pathlib import Path

from tests.worlds import Person


def stated(folder: Path, *names: str) -> Path:
    """A file of the keys of these people, two of whom sign what is medium or high."""
    people = [Person(name) for name in names]
    keys = [{"scheme": one.scheme, "key": one.key.hex(), "weight": 1} for one in people]
    most = min(2, len(keys))
    file = folder / f"{'-'.join(names)}.json"
    thresholds = {"low": 1, "medium": most, "high": most}
    file.write_text(json.dumps({"signers": keys, "thresholds": thresholds}))
    return file


def council(folder: Path, *, seats: int = 5) -> list[str]:
    """The options of a council whose members have two keys each."""
    files = [stated(folder, f"seat{number}", "second") for number in range(seats)]
    return [word for file in files for word in ("--council", f"@{file}")]
