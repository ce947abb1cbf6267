"""What is public of stake, by REST and GraphQL: the same numbers, and the reason of each."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from ctn.api import stake
from ctn.api.resources import list_shape
from ctn.kernel.genesis import Genesis
from ctn.modules.staking.bond import Bond
from ctn.modules.staking.cpoes import Cpoe
from ctn.modules.staking.records import (
    DUPLICATE_VOTE,
    Evidence,
    Liveness,
    SlashedLot,
    Unbonding,
    unbonding,
)
from ctn.modules.staking.unbond import Unbond
from tests.api.chains import MAKER, running
from tests.api.open_worlds import Platform
from tests.modules.registry.worlds import METHODOLOGY, PROJECT
from tests.modules.staking.worlds import FRESH, StakeWorld
from tests.worlds import DAY, START, Person

NORTH, LOW = Person("north").address, Person("low").address
RECORD = "c-" + "a" * 24


def founding() -> Genesis:
    """An operator in force with a proof, one in jail, one that waits, one that only declared."""
    world = StakeWorld()
    world.operator("north", tonnes=2_000, power=700_000, stake=1_400_000, weight=1_134_000)
    world.operator("jailed", tonnes=1_500, jailed_until=30_000)
    world.operator("low", tonnes=3)
    world.operator("new", status="declared", admitted=None)
    world.hold(NORTH, 500)
    world.put(Liveness(NORTH, 10, 9, 1))
    world.put(Unbonding(NORTH, 1, FRESH, 50, START - 1, None))
    world.hold(unbonding(NORTH), 50)
    world.put(
        Evidence(
            f"{DUPLICATE_VOTE}-{'0' * 40}-7", DUPLICATE_VOTE, "0" * 40, NORTH, 7, START - DAY, 1, 0,
            None, (SlashedLot(FRESH, 50, 50),),
        )
    )  # fmt: skip
    world.put(
        Cpoe(
            RECORD, NORTH, PROJECT, START - 90 * DAY, START - 30 * DAY, 12, METHODOLOGY,
            world.verifier, "ab" * 32, ("CTN-X",), (("ctn", 1, 12),), "valid", 0, 0, None, None,
            None,
        )
    )  # fmt: skip
    assert world.machine.height == 0
    records: list[tuple[str, str, Any]] = [
        (table, place, value) for (table, place), value in world._records.items()
    ]
    records += [("balance", place, value) for place, value in world._balances.items()]
    records.sort(key=lambda row: (row[0], row[1]))
    params = world.params | {"enterprise_min_approvers": 1}  # its people sign with one key
    return Genesis("ctn-test", START, 1, 1, MAKER, params, records, None, {})


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with (
        TemporaryDirectory(prefix="ctn-") as folder,
        running(Path(folder) / "home", founding()) as chain,
    ):
        found = Platform(chain)
        found.sequences["north"] = 0
        yield found
        found.close()


def graphql(platform: Platform, query: str) -> Any:
    answer = platform.http.post("/graphql", json={"query": query})
    assert "errors" not in answer.json(), answer.text
    return answer.json()["data"]


PUBLIC = [
    ("/stake/validators", list_shape(stake.VALIDATOR)),
    (f"/stake/validators/{NORTH}", stake.VALIDATOR_ANSWER),
    ("/stake/cpoes", list_shape(stake.CPOE)),
    (f"/stake/cpoes/{RECORD}", stake.CPOE_ANSWER),
]


@pytest.mark.parametrize(("path", "shape"), PUBLIC)
def test_anyone_reads_every_figure_of_stake(platform: Platform, path: str, shape: Any) -> None:
    answer = platform.get(path)
    assert answer.status_code == 200, answer.text
    msgspec.json.decode(answer.content, type=shape)


def test_a_validator_shows_what_its_weight_is_made_of(platform: Platform) -> None:
    found = platform.found(f"/stake/validators/{NORTH}")
    numbers = ("stake", "weight", "credit", "bonus_bp", "power", "power_total", "bonded_t")
    assert [found[name] for name in numbers] == [
        "1400000", "1134000", 8_000, 0, 700_000, 700_000, "2000"
    ]  # fmt: skip
    assert [found[name] for name in ("state", "blocks", "signed", "absent")] == [
        "in_force", 10, 9, 1
    ]  # fmt: skip
    assert [lot["tonnes"] for lot in found["lots"]] == ["2000"]
    assert [entry["tonnes"] for entry in found["unbonding"]] == ["50"]
    assert [record["id"] for record in found["cpoes"]] == [RECORD]
    assert [fault["kind"] for fault in found["faults"]] == [DUPLICATE_VOTE]
    assert found["faults"][0]["lots"] == [{"batch": FRESH, "tonnes": 50, "retired": 50}]


def test_each_state_has_its_word(platform: Platform) -> None:
    rows = platform.pages("/stake/validators", limit=1)
    states = {row["moniker"]: row["state"] for row in rows}
    assert states == {"north": "in_force", "jailed": "jailed", "low": "waiting", "new": "declared"}
    only = platform.pages("/stake/validators", status="declared")
    assert [row["moniker"] for row in only] == ["new"]


def test_proofs_are_found_by_owner_project_and_status(platform: Platform) -> None:
    for query in ({"owner": NORTH}, {"project": PROJECT}, {"status": "valid"}):
        assert len(platform.found("/stake/cpoes", **query)["items"]) == 1
    assert platform.found("/stake/cpoes", owner=LOW)["items"] == []
    assert platform.found(f"/stake/cpoes/{RECORD}")["tonnes_text"] == "12 tCO2e"


@pytest.mark.parametrize("path", ["/stake/validators/" + Person("x").address, "/stake/cpoes/c-1"])
def test_what_is_not_there_is_not_found(platform: Platform, path: str) -> None:
    assert platform.get(path).status_code == 404


def test_graphql_gives_the_same_with_what_stands_beside(platform: Platform) -> None:
    data = graphql(
        platform,
        "{validators(sort: WEIGHT, first: 1) {totalCount nodes {operator weight credit "
        "power {power} liveness {blocks signed}}} "
        "bonds(first: 9) {totalCount} unbondings(first: 1) {nodes {tonnes batch {vintage}}} "
        'cpoes(where: {status: "valid"}) {nodes {id tonnes}}}',
    )
    (row,) = data["validators"]["nodes"]
    assert (row["operator"], row["power"], row["liveness"]) == (
        NORTH, {"power": 700_000}, {"blocks": 10, "signed": 9}
    )  # fmt: skip
    assert data["validators"]["totalCount"] == 4
    assert data["bonds"]["totalCount"] == 3
    assert data["unbondings"]["nodes"][0]["batch"] == {"vintage": 2025}
    assert len(data["cpoes"]["nodes"]) == 1


def test_the_read_model_follows_what_operators_do(platform: Platform) -> None:
    platform.send("north", Bond(FRESH, 100))
    platform.send("north", Unbond(FRESH, 30))
    found = platform.found(f"/stake/validators/{NORTH}")
    assert found["bonded_t"] == "2070"
    assert [entry["no"] for entry in found["unbonding"]] == [1, 2]


def test_every_epoch_leaves_a_row_of_each_validator() -> None:
    first = founding()
    first = msgspec.structs.replace(first, params=first.params | {"epoch_ms": 1})
    with (
        TemporaryDirectory(prefix="ctn-") as folder,
        running(Path(folder) / "home", first) as chain,
    ):
        platform = Platform(chain)
        platform.sequences["north"] = 0
        platform.send("north", Bond(FRESH, 1))
        platform.send("north", Bond(FRESH, 1))
        found = platform.found("/stake/epochs", operator=NORTH)
        rows = platform.pages("/stake/epochs", limit=2)
        msgspec.json.decode(
            platform.get("/stake/epochs").content, type=list_shape(stake.EPOCH)
        )  # fmt: skip
        data = graphql(
            platform,
            f'{{epochs(where: {{operator: "{NORTH}"}}, first: 1) '
            "{nodes {epoch operator power weight credit signed}}}",
        )
        platform.close()
    row = found["items"][-1]
    assert row["operator"] == NORTH
    assert (row["blocks"], row["signed"]) == (10, 9)
    names = [(row["epoch"], row["operator"]) for row in rows]
    assert names == sorted(names, reverse=True)
    assert len({row["operator"] for row in rows}) == 3
    assert data["epochs"]["nodes"][0]["operator"] == NORTH
