"""Locks fit what they were made from, and a change is told by name."""

from pathlib import Path

import pytest

from ctn.devtools.locks import LOCK_NAMES, changes, digest, pins, require_fresh
from ctn.devtools.refusals import LockStale


def _checkout(folder: Path, dependency: str) -> Path:
    (folder / "requirements").mkdir(exist_ok=True)
    (folder / "pyproject.toml").write_text(f'[project]\ndependencies = ["{dependency}"]\n')
    for name in LOCK_NAMES[1:]:
        (folder / "requirements" / f"{name}.in").write_text(f"{name}==1\n")
    return folder


def _lock(root: Path) -> None:
    for name in LOCK_NAMES:
        first = f"# digest of the requirements: {digest(root, name)}\n"
        (root / "requirements" / f"{name}.lock").write_text(first)


def test_accepts_locks_made_from_what_is_asked_now(tmp_path: Path) -> None:
    root = _checkout(tmp_path, "msgspec==0.22.0")
    _lock(root)
    require_fresh(root)


def test_refuses_when_the_project_asks_for_something_else(tmp_path: Path) -> None:
    _lock(_checkout(tmp_path, "msgspec==0.22.0"))
    with pytest.raises(LockStale, match=r"run\.lock does not fit pyproject\.toml.*make lock"):
        require_fresh(_checkout(tmp_path, "msgspec==0.21.0"))


def test_refuses_when_a_lock_is_missing(tmp_path: Path) -> None:
    root = _checkout(tmp_path, "msgspec==0.22.0")
    _lock(root)
    (root / "requirements" / "uv.lock").unlink()
    with pytest.raises(LockStale, match=r"uv\.lock"):
        require_fresh(root)


def test_reads_the_version_of_each_distribution() -> None:
    text = "a-b==1.0 \\\n    --hash=sha256:00\n"
    text += "c==2 ; sys_platform == 'win32' \\\n    --hash=sha256:11\n"
    assert pins(text) == {"a-b": "1.0", "c": "2"}


def test_tells_what_came_went_and_changed() -> None:
    said = changes({"a": "1", "b": "1", "d": "1"}, {"b": "2", "c": "1", "d": "1"})
    assert said == ["- a 1", "~ b 1 -> 2", "+ c 1"]
