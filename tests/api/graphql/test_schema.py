"""The contract: current, without a Float, and never changed so that a client breaks."""

import shutil
import subprocess
from pathlib import Path

import pytest
from graphql import GraphQLObjectType, build_schema, find_breaking_changes, get_named_type

from ctn.api.graphql.schema import core_schema, schema_text
from ctn.modules import record_kinds
from ctn.reference import events
from ctn.views import tables

ROOT = Path(__file__).parents[3]
CONTRACT = ROOT / "schema.graphql"


def test_the_committed_contract_is_what_the_code_makes() -> None:
    assert CONTRACT.read_text("utf-8") == schema_text()


def test_no_float_exists() -> None:
    assert "Float" not in core_schema().type_map


def test_every_record_and_event_has_a_type() -> None:
    names = set(core_schema().type_map)
    for kind in record_kinds():
        if kind.table in tables.RECORDS:
            assert kind.__name__ in names
    for name in events():
        module, _, last = name.partition(".")
        assert module.capitalize() + last in names


def test_whole_numbers_of_money_and_grams_are_amounts() -> None:
    trade = core_schema().type_map["Trade"]
    assert isinstance(trade, GraphQLObjectType)
    for name in ("price", "qty", "notional", "buyerFee"):
        assert get_named_type(trade.fields[name].type).name == "Amount"


def test_the_contract_breaks_no_client_of_the_last_release() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no repository here: nothing to compare with")
    tag = _run(git, "describe", "--tags", "--abbrev=0")
    old = _run(git, "show", f"{tag}:schema.graphql") if tag else None
    if old is None:
        # Before the first release no client can be broken, so this is no skipped test.
        print("no release with a schema yet: the contract has nothing to be compared with")
        return
    changes = find_breaking_changes(build_schema(old), build_schema(schema_text()))
    assert [change.description for change in changes] == []


def _run(*words: str) -> str | None:
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
