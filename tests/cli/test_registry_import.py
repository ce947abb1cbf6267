"""`ctn registry import` into mirror and ledger: dry, once, cut short, with defects, and watched."""

import csv
import json
import time
from pathlib import Path
from typing import Any

import pytest

from ctn.cli import recording, waves
from ctn.cli.terminal import Trouble
from tests.cli.homes import Cli
from tests.client.registry.tables import (
    ACR_ISSUED,
    ACR_RETIRED,
    CDC_ISSUED,
    CDC_RETIRED,
    VERRA,
    table,
    verra_serial,
)

ENDED = {"Retirement/Cancellation Date": "2026-04-10", "Retirement Beneficiary": "Somebody"}


def _file(folder: Path, *rows: dict[str, str], name: str = "rows.csv") -> str:
    path = folder / name
    path.write_bytes(table(*rows))
    return str(path)


def _import(cli: Cli, *words: str, code: int = 0) -> Any:
    said = cli("registry", "import", *words, "--json")
    assert said.code == code, said.err
    return said.json


def test_a_dry_run_writes_nothing_and_says_what_would_change(cli: Cli, tmp_path: Path) -> None:
    rows = [verra_serial(start, start + 9) for start in (100, 200)]
    first = _file(tmp_path, *rows)
    found = _import(cli, first, "--dry-run")
    assert found["totals"]["mirror"] == {
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "gone": 0,
        "changes": 2,
    }
    assert (found["ledger"], cli.home.exists()) == (None, False)
    _import(cli, first)
    later = _file(tmp_path, rows[0], rows[1] | ENDED, name="later.csv")
    assert _import(cli, later, "--dry-run")["totals"]["mirror"]["changed"] == 1
    assert _import(cli, later)["totals"]["mirror"]["changed"] == 1
    assert _import(cli, first, later)["totals"]["mirror"]["changes"] == 0


def test_a_dry_run_cannot_commit(cli: Cli, tmp_path: Path) -> None:
    assert cli("registry", "import", _file(tmp_path, VERRA), "--dry-run", "--commit").code == 2


def test_the_report_has_the_shape_of_the_document(cli: Cli, tmp_path: Path) -> None:
    found = _import(cli, _file(tmp_path, VERRA | {"Quantity Issued": "1"}), "--dry-run", code=1)
    assert set(found) == {"files", "watch", "totals", "ledger", "refused"}
    (file,) = found["files"]
    assert set(file) == {"file", "sha256", "layout", "rows", "serials", "codes", "defects"}
    assert set(file["defects"][0]) == {
        "row",
        "line",
        "column",
        "code",
        "severity",
        "value",
        "natural_key",
        "message",
    }


def test_a_file_with_errors_is_taken_whole_or_not_at_all(cli: Cli, tmp_path: Path) -> None:
    bad = _file(tmp_path, verra_serial(1, 9), VERRA | {"Quantity Issued": "1"})
    assert _import(cli, bad, code=1)["totals"]["mirror"]["new"] == 0
    assert cli("registry", "export", "--layout", "verra.units").code == 1
    assert _import(cli, bad, "--allow-defects")["totals"]["mirror"]["new"] == 2
    out = tmp_path / "out.csv"
    cli.ok("registry", "export", "--layout", "verra.units", "--out", str(out))
    with Path(bad).open(newline="") as source, out.open(newline="") as made:
        assert list(csv.reader(made)) == list(csv.reader(source))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (table(VERRA)[:-40], "FileHasErrors"),
        (table(VERRA | {"Name": "a, b"})[:200] + b'"', "FileHasErrors"),
        (table(VERRA | {"Name": "Pil\u00e3o"}).decode().encode("cp1252"), "NotUtf8"),
        (table(VERRA | {"Name": "x" * (128 * 1024 + 1)}), "FileTooLarge"),
        (b"a,b\n1,2\n", "LayoutUnknown"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_by_a_stable_code(
    cli: Cli,
    tmp_path: Path,
    content: bytes,
    code: str,
) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    found = _import(cli, str(path), "--dry-run", code=1)
    assert [row["code"].rpartition(".")[2] for row in found["refused"]] == [code]
    assert found["files"] == []


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"Serial Number": VERRA["Serial Number"].replace("-VCU-", "VCU-")}, "serial_malformed"),
        (
            {"Serial Number": VERRA["Serial Number"].replace("-", "\u00e2\u20ac\u201c")},
            "encoding_repaired",
        ),
        ({"Quantity Issued": "=425"}, "quantity_invalid"),
        ({"ID": "=1340+0"}, "project_differs"),
        ({"Issuance Date": "@NOW()"}, "date_invalid"),
    ],
)
def test_a_bad_cell_is_reported_by_row_and_code(
    cli: Cli,
    tmp_path: Path,
    cells: dict[str, str],
    code: str,
) -> None:
    report = tmp_path / "report.csv"
    path = _file(tmp_path, verra_serial(1, 9), VERRA | cells)
    cli("registry", "import", path, "--dry-run", "--report", str(report))
    rows = list(csv.reader(report.open(newline="")))
    assert (rows[1][0], rows[1][3]) == ("2", code)
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_more_retired_than_a_snapshot_issued_is_a_warning_and_watched(
    cli: Cli,
    tmp_path: Path,
) -> None:
    issued = _file(
        tmp_path,
        ACR_ISSUED
        | {
            "Total Credits Issued": "4000",
            "Credits Issued to Project": "4000",
            "Credits Issued to Buffer Pool": "0",
        },
        name="issued.csv",
    )
    retired = _file(tmp_path, ACR_RETIRED, name="retired.csv")
    found = _import(cli, issued, retired, "--dry-run")
    assert "retired_over_issued" not in found["totals"]["codes"]
    found = _import(cli, issued, retired, "--snapshot", "--dry-run")
    assert found["files"][1]["codes"] == {"retired_over_issued": 1}
    assert [entry["kind"] for entry in found["watch"]] == ["retired_over_issued"]


def test_the_mirror_is_made_again_by_a_word(cli: Cli, tmp_path: Path) -> None:
    _import(cli, _file(tmp_path, VERRA))
    (cli.home / "imports" / "mirror.sqlite").unlink()
    assert cli.ok("registry", "rebuild") == {"files": 1, "rows": 1}


def test_a_damaged_mirror_is_said_with_what_helps(cli: Cli, tmp_path: Path) -> None:
    path = _file(tmp_path, *[verra_serial(start, start) for start in range(1, 2_000)])
    _import(cli, path)
    mirror = cli.home / "imports" / "mirror.sqlite"
    content = mirror.read_bytes()
    mirror.write_bytes(content[: len(content) // 4] + b"x" * (len(content) * 3 // 4))
    said = cli("registry", "export", "--layout", "verra.units")
    assert said.code == 1
    assert "ctn registry rebuild" in said.err
    assert cli.ok("registry", "rebuild") == {"files": 1, "rows": 1999}


def test_a_commit_sends_what_is_news_once(live: Cli, tmp_path: Path) -> None:
    path = _file(tmp_path, *[verra_serial(start, start + 9) for start in (100, 200)])
    ledger = _import(live, path, "--commit")["ledger"]
    assert (ledger["rows"], len(ledger["transactions"])) == (2, 2)
    again = _import(live, path, "--commit")
    assert again["ledger"] == {"rows": 0, "transactions": []}
    assert again["totals"]["mirror"]["changes"] == 0
    renamed = _file(
        tmp_path, *[verra_serial(start, start + 9) for start in (100, 200)], name="renamed.csv"
    )
    assert _import(live, renamed, "--commit")["ledger"]["transactions"] == []
    wider = _file(
        tmp_path, *[verra_serial(start, start + 9) for start in (100, 200, 300)], name="wider.csv"
    )
    assert _import(live, wider, "--commit")["ledger"]["rows"] == 1


def test_a_defect_row_stays_out_of_the_ledger_and_is_counted(live: Cli, tmp_path: Path) -> None:
    rows = [verra_serial(5_000, 5_009), verra_serial(6_000, 6_009) | {"Quantity Issued": "1"}]
    path = _file(tmp_path, *rows)
    found = _import(live, path, "--commit", "--allow-defects")
    assert found["ledger"]["rows"] == 1
    anchor = live.ok("query", "import_anchor", f"{found['files'][0]['sha256']}/verra.units")
    assert (anchor["value"]["rows"], anchor["value"]["accepted"]) == (2, 1)
    assert live.ok("query", "external", "--prefix", "verra/00000000000000006000")["items"] == []


def test_only_ended_cercarbono_rows_are_recorded(live: Cli, tmp_path: Path) -> None:
    other = {"serial": "CDC_999_1_1_321_14_1_2009", "project_id": "999"}
    issued = _file(tmp_path, CDC_ISSUED, name="issued.csv")
    retired = _file(tmp_path, CDC_RETIRED | other, name="retired.csv")
    ledger = _import(live, issued, retired, "--commit")["ledger"]
    assert (ledger["rows"], len(ledger["transactions"])) == (1, 3)


def test_a_run_cut_short_is_finished_by_running_it_again(
    live: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = [verra_serial(start, start) for start in range(10_000, 10_500)]
    path = _file(tmp_path, *rows)
    monkeypatch.setattr(recording, "WAVE", 1)
    whole = waves.send_each
    sent: list[int] = []

    def cut(*words: Any) -> Any:
        sent.append(1)
        if len(sent) > 1:
            raise Trouble("cut short")
        return whole(*words)

    with monkeypatch.context() as patch:
        patch.setattr(recording, "send_each", cut)
        assert live("registry", "import", path, "--commit").code == 1
    again = _import(live, path, "--commit")
    assert again["ledger"]["rows"] == 300
    assert again["totals"]["mirror"]["changes"] == 0
    assert _import(live, path, "--commit")["ledger"]["transactions"] == []


def test_numbers_locked_for_us_cannot_end_elsewhere(live: Cli, tmp_path: Path) -> None:
    held = verra_serial(20_000, 20_099)
    path = _file(tmp_path, held)
    live.ok("registry", "bring-in", path, "--rows", "1-1")
    later = _file(tmp_path, held | ENDED, name="later.csv")
    found = _import(live, later, "--dry-run", code=1)
    assert found["files"][0]["codes"] == {"overlap_ledger": 1, "retire_or_cancel": 1}
    assert [entry["kind"] for entry in found["watch"]] == ["ghost"]
    ledger = _import(live, later, "--commit", "--allow-defects")["ledger"]
    assert (ledger["rows"], len(ledger["transactions"])) == (0, 1)
    assert _import(live, later, "--commit", "--allow-defects")["ledger"]["transactions"] == []


def test_numbers_that_went_home_end_there_in_a_file_like_any_other(
    live: Cli, tmp_path: Path
) -> None:
    held = verra_serial(21_000, 21_009)
    path = _file(tmp_path, held)
    (brought,) = live.ok("registry", "bring-in", path, "--rows", "1-1")["batches"]
    batch, parts = brought["batch"], f"parts=[[{brought['start']},{brought['end']}]]"
    tonnes = int(live.ok("balance", "@alice")["balances"][batch]) // 1_000_000
    live.send("registry.withdraw", f"batch={batch}", f"tonnes={tonnes}", "--key", "alice")
    deadline = f"deadline={time.time_ns() // 1_000_000 + 5 * 86_400_000}"
    words = (f"batch={batch}", parts, "registry=verra", "account_ref=A-1", deadline)
    asked = live.send("registry.request_outbound", *words, "--key", "alice")
    request = f"request={asked['events'][-1]['request']}"
    words = (request, "units=[]", "reference=R-1", f"statement={'ab' * 32}")
    live.send("registry.attest_outbound", *words, "--key", "custodian")
    later = _file(tmp_path, held | ENDED, verra_serial(22_000, 22_009), name="later.csv")
    found = _import(live, later, "--commit")
    assert "overlap_ledger" not in found["files"][0]["codes"]
    assert found["ledger"]["rows"] == 2
    place = f"verra/{21_000:020d}"
    assert live.ok("query", "external", place)["value"]["state"] == "retired"
    assert _import(live, later, "--commit")["ledger"]["transactions"] == []


def test_a_layout_goes_out_as_json_with_every_cell(cli: Cli, tmp_path: Path) -> None:
    _import(cli, _file(tmp_path, VERRA))
    said = cli("registry", "export", "--layout", "verra.units", "--format", "json")
    assert json.loads(said.out) == [VERRA]
    assert cli("registry", "export", "--layout", "no.such").code == 2
    assert cli("registry", "export", "--layout", "verra.units", "--format", "xml").code == 2
    assert cli("registry", "export", "--layout", "gs.units").code == 2
    said = cli("registry", "export", "--layout", "gs.issuances")
    assert "NothingImported" in said.err


def test_our_own_layouts_come_from_the_ledger(live: Cli, tmp_path: Path) -> None:
    path = _file(tmp_path, verra_serial(30_000, 30_099), name="own.csv")
    live.ok("registry", "bring-in", path, "--rows", "1-1")
    for layout in ("ctn.units", "ctn.projects", "ctn.issuances"):
        said = live("registry", "export", "--layout", layout, "--format", "json")
        assert json.loads(said.out), layout
    said = live("registry", "export", "--layout", "ctn.retirements", "--format", "json")
    assert json.loads(said.out) == []
