"""For every operation: a docstring, an accepted case, each refusal reached, each event seen.

The cases are those of tests/modules: each test's world writes what it saw into the folder that
CTN_CASES names. Without it, the tests are run once more here to see them.
"""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ctn.kernel.op import OP_WORK_MAX, Op
from ctn.kernel.record import event_name
from ctn.kernel.refusal import refusal_code
from ctn.modules import MODULES, op_kinds, record_kinds

ROOT = Path(__file__).parent.parent
OPS = op_kinds()

Case = dict[str, Any]


@pytest.fixture(scope="session")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """What the tests of the modules saw."""
    folder = os.environ.get("CTN_CASES_READ")
    if folder is None:
        folder = str(tmp_path_factory.mktemp("cases"))
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "tests/modules"]
        environment = os.environ | {"CTN_CASES": folder}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout[-2000:]
    lines: list[str] = []
    for path in sorted(Path(folder).glob("*.jsonl")):
        lines += path.read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("tag", OPS)
def test_has_an_accepted_case(tag: str, cases: list[Case]) -> None:
    assert any(case["op"] == tag and case["refusal"] is None for case in cases)


@pytest.mark.parametrize("tag", OPS)
def test_every_declared_refusal_is_reached(tag: str, cases: list[Case]) -> None:
    declared = {refusal_code(kind) for kind in OPS[tag].refuses}
    reached = {case["refusal"] for case in cases if case["op"] == tag}
    assert sorted(declared - reached) == []


@pytest.mark.parametrize("tag", OPS)
def test_every_declared_event_is_seen(tag: str, cases: list[Case]) -> None:
    declared = {event_name(kind) for kind in OPS[tag].emits}
    seen = {name for case in cases if case["op"] == tag for name in case["events"]}
    assert sorted(declared - seen) == []


@pytest.mark.parametrize("tag", OPS)
def test_value_is_given_away_through_the_one_door(tag: str, cases: list[Case]) -> None:
    if not any(case["op"] == tag and case["gives"] for case in cases):
        return
    reached = imported_from(OPS[tag].__module__)
    doors = (
        "ctn.modules.accounts.mutators.spend",
        "ctn.modules.accounts.mutators.require_recipient",  # a seizure: what it takes is frozen
        "ctn.modules.market.mutators.settle",
    )
    assert any(door in reached for door in doors), f"{tag} gives value away without spend or settle"


def test_the_one_door_is_seen_where_value_is_given_away(cases: list[Case]) -> None:
    giving = {case["op"] for case in cases if case["gives"]}
    assert {"assets.transfer", "market.place_order"} <= giving


@pytest.mark.parametrize("tag", OPS)
def test_says_what_it_is(tag: str) -> None:
    kind = OPS[tag]
    assert kind.__doc__
    assert kind.__doc__ != Op.__doc__
    assert tag == f"{kind.__module__.split('.')[2]}.{tag.partition('.')[2]}"
    for refusal in kind.refuses:
        assert refusal.__doc__, refusal.__name__
    for event in kind.emits:
        assert event.__doc__, event.__name__


@pytest.mark.parametrize("tag", OPS)
def test_bounds_its_work(tag: str) -> None:
    # The least work: an op whose work depends on its fields states at least the constant part.
    assert isinstance(OPS[tag].__dict__.get("work", Op.work), property)
    assert OP_WORK_MAX == 90_000


def test_tags_are_unique() -> None:
    tags = [tag for module in MODULES for tag in _tags(module)]
    assert len(tags) == len(set(tags))


def test_every_table_is_named_once() -> None:
    kinds = record_kinds()
    tables = [kind.table for kind in kinds if kind.table != "chain"]
    assert len(tables) == len(set(tables))
    for kind in kinds:
        assert kind.table == kind.table.lower()
        assert 1 <= len(kind.table) <= 24


def imported_from(module: str) -> set[str]:
    """Every name that a module and those it imports from within its folder import."""
    folder = module.rpartition(".")[0]
    waiting, seen, names = [module], {module}, set[str]()
    while waiting:
        tree = ast.parse((ROOT / (waiting.pop().replace(".", "/") + ".py")).read_text("utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.ImportFrom) or node.module is None:
                continue
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
            near = node.module.startswith(folder + ".") and node.module not in seen
            if near:
                seen.add(node.module)
                waiting.append(node.module)
    return names


def _tags(module: Any) -> list[str]:
    name = module.__name__.rpartition(".")[2]
    return [tag for tag in OPS if tag.startswith(name + ".")]
