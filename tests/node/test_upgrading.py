"""Upgrades by height: who may make which block, and what the migration does once."""

from pathlib import Path

import msgspec
import pytest

from ctn import upgrades
from ctn.kernel.genesis import Genesis
from ctn.kernel.ledger import Ledger
from ctn.kernel.upgrade import PLAN, Upgrade
from ctn.node.export import export_blocks
from ctn.node.home import Home, Opened
from ctn.node.maker import Maker
from ctn.node.replay import replay, verify_export
from ctn.node.stops import UpgradeNeeded
from tests.node.chains import Bench, address, new_home, people_genesis
from tests.worlds import START

HEIGHT = 3
FOUND = 15_000_000


@pytest.fixture(name="home")
def _home(tmp_path: Path) -> Home:
    return new_home(tmp_path / "home", planned(people_genesis()))


def planned(genesis: Genesis, height: int = HEIGHT, version: int = 2) -> Genesis:
    """A genesis with the plan of an upgrade."""
    row = (Upgrade.table, PLAN, {"app_version": version, "height": height})
    return msgspec.structs.replace(genesis, records=sorted([*genesis.records, row]))


def pay_alice(ledger: Ledger) -> None:
    """A migration that gives alice what version 1 owed her."""
    ledger.move("cny", FOUND, source="issued:cny", target=address("alice"))


@pytest.fixture(name="next_version")
def _next_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """This program as its next version will be."""
    monkeypatch.setattr(upgrades, "APP_VERSION", 2)
    monkeypatch.setitem(upgrades.MIGRATIONS, 2, pay_alice)


def make(home: Home, count: int) -> None:
    """Make blocks, as the engine does, until the version forbids the next."""
    opened = Opened(home)
    try:
        maker = Maker(opened)
        for _ in range(count):
            maker.make(START + 1_000 * (opened.machine.height + 1))
            maker.require_version()
    finally:
        opened.close()


def test_the_old_version_commits_the_block_below_and_stops_naming_both(home: Home) -> None:
    with pytest.raises(UpgradeNeeded, match="height 3 is for version 2, this program is") as stop:
        make(home, 9)
    assert stop.value.code == 3
    opened = Opened(home)
    assert opened.machine.height == HEIGHT - 1
    opened.close()
    with pytest.raises(UpgradeNeeded):
        make(home, 1)


@pytest.mark.usefixtures("next_version")
def test_the_new_version_refuses_to_start_before(home: Home) -> None:
    with pytest.raises(UpgradeNeeded, match="version 2, is for height 3 and later") as stop:
        make(home, 1)
    assert stop.value.code == 3


@pytest.mark.usefixtures("next_version")
def test_a_version_that_nobody_planned_refuses_to_start(tmp_path: Path) -> None:
    with pytest.raises(UpgradeNeeded, match="planned for no height"):
        make(new_home(tmp_path / "home"), 1)


def upgraded(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UpgradeNeeded):
        make(home, 9)
    monkeypatch.setattr(upgrades, "APP_VERSION", 2)
    monkeypatch.setitem(upgrades.MIGRATIONS, 2, pay_alice)
    make(home, 2)


def test_the_new_version_migrates_once_tells_it_and_goes_on(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded(home, monkeypatch)
    opened = Opened(home)
    head = opened.store.head()
    assert head is not None
    assert (head.height, head.app_version) == (HEIGHT + 1, 2)
    assert opened.store.value(b"upgrade\0plan") is None
    receipts = opened.store.receipts(HEIGHT)
    assert receipts is not None
    hooks = msgspec.json.decode(receipts[-1])["hooks"]
    assert [(row["hook"], row["item"]) for row in hooks] == [("kernel.begin_block", "upgrade-2")]
    assert hooks[0]["moves"] == [["cny", "issued:cny", address("alice"), FOUND]]
    assert opened.store.receipts(HEIGHT + 1) == []
    rows = opened.store.range(b"balance\0", b"")
    opened.machine.recount({key[8:].decode(): int(value) for key, value in rows})
    opened.close()


def test_the_old_version_never_runs_the_state_of_the_new_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded(home, monkeypatch)
    monkeypatch.setattr(upgrades, "APP_VERSION", 1)
    with pytest.raises(UpgradeNeeded, match="height 5 is for version 2, this program is version 1"):
        make(home, 1)


def test_a_chain_with_an_upgrade_runs_again_and_exports(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upgraded(home, monkeypatch)
    assert replay(home).height == HEIGHT + 1
    opened = Opened(home)
    with (tmp_path / "out").open("wb") as out:
        export_blocks(opened, out)
    opened.close()
    assert verify_export(tmp_path / "out").height == HEIGHT + 1


def test_the_block_of_an_upgrade_holds_transactions_too(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UpgradeNeeded):
        make(home, 9)
    monkeypatch.setattr(upgrades, "APP_VERSION", 2)
    monkeypatch.setitem(upgrades.MIGRATIONS, 2, pay_alice)
    bench = Bench(home)
    bench.admit(bench.sender("alice").pay("bob", FOUND))
    made = bench.maker.make(START + 60_000)
    assert made.outcome.version == 2
    # Her own money is 1,000 CNY: what the migration found pays.
    assert msgspec.json.decode(made.outcome.receipts[0])["status"] == "applied"
    bench.close()
