"""Published test vectors, kept as data in tests/vectors with their source named."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "vectors"


def read(name: str) -> dict[str, Any]:
    """The whole file `name`.json."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return content


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of the file `name`.json."""
    found: list[dict[str, Any]] = read(name)["cases"]
    return found


def raw(case: dict[str, Any], *names: str) -> tuple[bytes, ...]:
    """The named hex values of a case, as bytes."""
    return tuple(bytes.fromhex(case[name]) for name in names)
