"""`ctn registry export --at`: the cells of a past height are those that were exported then."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.homes import Cli, Running
from tests.client.registry.tables import table, verra_serial

LAYOUTS = ("ctn.units", "ctn.retirements", "ctn.projects", "ctn.issuances")


@pytest.fixture(name="chain")
def _chain(tmp_path: Path) -> Iterator[Cli]:
    """A dev chain whose engine runs, with some tonnes brought in."""
    cli = Cli(tmp_path / "home").init()
    running = Running(cli.home, "node", "start")
    running.wait()
    bring(cli, tmp_path, 100)
    yield cli
    assert running.stop() == 0


def bring(cli: Cli, folder: Path, start: int) -> str:
    """A batch of ten tonnes of alice."""
    path = folder / f"{start}.csv"
    path.write_bytes(table(verra_serial(start, start + 9)))
    (row,) = cli.ok("registry", "bring-in", str(path), "--rows", "1-1")["batches"]
    return str(row["batch"])


def retire(cli: Cli, batch: str) -> None:
    cli.send(
        "registry.retire", f"batch={batch}", "source=market", "parts=[]", "grams=2500000",
        "beneficiary=null", "on_behalf_of=", "use=voluntary", "purpose=gift", "message==1+1",
        "country=CN", "period_start=null", "period_end=null", "privacy=public", "commitment=null",
        "envelope=null", "--key", "alice",
    )  # fmt: skip


def exported(cli: Cli, *words: str) -> list[str]:
    """Every layout of our own, as CSV."""
    found = []
    for layout in LAYOUTS:
        said = cli("registry", "export", "--layout", layout, *words)
        assert said.code == 0, said.err
        found.append(said.out)
    return found


def test_a_past_export_has_the_cells_of_an_export_at_that_height(
    chain: Cli, tmp_path: Path
) -> None:
    kept: list[tuple[dict[str, int], list[str]]] = []

    def keep() -> None:
        kept.append((chain.ok("node", "status"), exported(chain)))

    keep()
    batch = bring(chain, tmp_path, 200)
    keep()
    retire(chain, batch)
    keep()
    retire(chain, batch)
    keep()
    assert len({str(cells) for _, cells in kept}) == len(kept)
    chain.ok("views", "rebuild")
    for status, cells in kept:
        assert exported(chain, "--at", str(status["height"])) == cells
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=status["time"])
        assert exported(chain, "--at", moment.isoformat("T", "milliseconds")) == cells
    day = (moment + timedelta(hours=8)).date().isoformat()
    assert exported(chain, "--at", day) == kept[-1][1]
    out = tmp_path / "units.csv"
    height = kept[1][0]["height"]
    words = ("registry", "export", "--layout", "ctn.units", "--out", str(out))
    said = chain.ok(*words, "--at", str(height))
    assert (said["height"], said["rows"]) == (height, kept[1][1][0].count("\n") - 1)
    assert out.read_text("utf-8") == kept[1][1][0]


def test_refuses_a_past_that_is_not_there(chain: Cli) -> None:
    words = ("registry", "export", "--layout", "ctn.units", "--at")
    assert "views rebuild" in chain(*words, "1").err
    chain.ok("views", "rebuild")
    for at, code in (("999999", "bad_filter"), ("yesterday", "bad_filter"),
                     ("1969-01-01", "height_not_kept")):  # fmt: skip
        said = chain(*words, at)
        assert (said.code, code in said.err) == (1, True)
    assert chain("registry", "export", "--layout", "verra.units", "--at", "1").code == 2


def test_bringing_in_keeps_the_file_in_the_mirror(chain: Cli, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_bytes(table(verra_serial(300, 309), verra_serial(400, 409)))
    chain.ok("registry", "bring-in", str(path), "--rows", "1-1")
    said = chain("registry", "export", "--layout", "verra.units")
    whole = (tmp_path / "100.csv").read_text("utf-8-sig").splitlines()
    lines = said.out.splitlines()
    assert len(lines) == len(whole) + 2
    found = chain.ok("registry", "import", str(path), "--commit")
    assert found["totals"]["mirror"]["changes"] == 0
    assert found["ledger"]["transactions"] == []


def test_bringing_in_refuses_a_file_with_errors_until_it_was_taken(
    chain: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(
        table(verra_serial(500, 509), verra_serial(600, 609) | {"Quantity Issued": "1"})
    )
    said = chain("registry", "bring-in", str(path), "--rows", "1-1")
    assert said.code == 1
    assert "--allow-defects" in said.err
    assert chain("registry", "import", str(path), "--commit", "--allow-defects").code == 0
    assert len(chain.ok("registry", "bring-in", str(path), "--rows", "1-1")["batches"]) == 1
