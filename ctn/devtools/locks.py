"""The pinned lists: what they were made from, whether they still fit, and making them anew.

A lock starts with the digest of the requirements that it was made from, so a stale one is found
without an index. It holds hashes and no addresses: which index to ask is the user's own setting.
"""

import hashlib
import re
import subprocess
import tomllib
from pathlib import Path

from ctn.devtools.refusals import LockStale

# In this order: a later lock is made to agree with the earlier ones, as all share one .venv.
LOCK_NAMES = ("run", "test", "build", "bench", "go", "uv")

_MARK = "# digest of the requirements: "
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_COMPILE = (
    "pip", "compile", "--quiet", "--universal", "--upgrade", "--python-version", "3.11",
    "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate",
)  # fmt: skip


def lock_path(root: Path, name: str) -> Path:
    """Return where a lock is kept."""
    return root / "requirements" / f"{name}.lock"


def requirements(root: Path, name: str) -> list[str]:
    """Return the direct requirements that a lock is made from."""
    if name == "run":
        project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
        extras = project.get("optional-dependencies", {})
        return sorted([*project["dependencies"], *extras.get("documents", ())])
    lines = (root / "requirements" / f"{name}.in").read_text("utf-8").splitlines()
    return sorted(line.strip() for line in lines if line.strip())


def digest(root: Path, name: str) -> str:
    """Return the SHA-256, in hex, of a lock's direct requirements."""
    return hashlib.sha256("\n".join(requirements(root, name)).encode()).hexdigest()


def require_fresh(root: Path) -> None:
    """Refuse when a lock is missing or was made from other requirements."""
    for name in LOCK_NAMES:
        path = lock_path(root, name)
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        if not lines or lines[0] != _MARK + digest(root, name):
            source = "pyproject.toml" if name == "run" else f"requirements/{name}.in"
            raise LockStale(f"requirements/{name}.lock does not fit {source}; run: make lock")


def pins(text: str) -> dict[str, str]:
    """Return the version of each distribution that a lock names."""
    return {match[1]: match[2] for match in _PIN.finditer(text)}


def changes(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """Say, one line a distribution, what differs between two lists of pins."""
    lines = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old is None:
            lines.append(f"+ {name} {new}")
        elif new is None:
            lines.append(f"- {name} {old}")
        elif old != new:
            lines.append(f"~ {name} {old} -> {new}")
    return lines


def write_locks(root: Path, uv: Path, environment: dict[str, str]) -> list[str]:
    """Make every lock anew with uv, and return what changed."""
    said = []
    for number, name in enumerate(LOCK_NAMES):
        path = lock_path(root, name)
        before = pins(path.read_text("utf-8")) if path.exists() else {}
        source = "pyproject.toml" if name == "run" else f"requirements/{name}.in"
        extras = ["--extra", "documents"] if name == "run" else []
        agree = [word for old in LOCK_NAMES[:number] for word in ("-c", f"requirements/{old}.lock")]
        made = subprocess.run(
            [str(uv), *_COMPILE, *extras, *agree, source],
            cwd=root, env=environment, check=True, stdout=subprocess.PIPE, text=True,
        ).stdout  # fmt: skip
        path.write_text(f"{_MARK}{digest(root, name)}\n{made}", "utf-8")
        said += [f"{name}: {line}" for line in changes(before, pins(made))]
    return said
