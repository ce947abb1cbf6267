"""`ctn views`: what it says before and after a rebuild, and that the check tells good from bad."""

import sqlite3
from pathlib import Path

from tests.cli.homes import Cli, Running

EQUAL, DIFFERENT, UNREACHABLE = 0, 65, 69


def test_a_home_without_tables_gets_them_by_a_rebuild_and_the_check_reads_them(
    tmp_path: Path,
) -> None:
    cli = Cli(tmp_path).init()
    assert cli.ok("views", "status")["edition"] is None
    assert cli("views", "rebuild").code == UNREACHABLE
    engine = Running(tmp_path, "node", "start")
    try:
        engine.wait()
        assert cli("views", "check").code == 1
        made = cli.ok("views", "rebuild")
        assert (made["edition"], made["replaced"]) == ("1", None)
        status = cli.ok("views", "status")
        assert (status["edition"], status["follows"], status["next"]) == ("1", True, None)
        checked = cli.ok("views", "check")
        assert checked["equal"]
        assert checked["height"] == status["height"]
        assert len(checked["tables"]) > 40
        assert cli.ok("views", "rebuild")["replaced"] == "1"
        with sqlite3.connect(tmp_path / "views" / "views.2.sqlite") as damaged:
            damaged.execute("UPDATE balances SET amount = amount + 1")
        said = cli("views", "check")
        assert said.code == DIFFERENT
        assert "balances" in said.err
    finally:
        engine.stop()
    status = cli.ok("views", "status")
    assert (status["engine"], status["follows"]) == (None, None)
