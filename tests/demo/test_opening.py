"""All sample rows come in, by the steps of registry.md 11, each by the party whose step it is."""

import csv

from ctn.demo import cast as parts
from ctn.demo.listing import LINES, ROWS
from ctn.kernel.asset import GRAMS_PER_TONNE
from tests.demo.worlds import Told


def _file() -> dict[tuple[int, int], int]:
    """Tonnes by project and vintage, read from the file without our reader."""
    found: dict[tuple[int, int], int] = {}
    with ROWS.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            place = (int(row["ID"]), int(row["Vintage Start"][:4]))
            tonnes = int(row["Quantity Issued"].replace(",", ""))
            found[place] = found.get(place, 0) + tonnes
    return found


def test_every_tonne_of_the_file_is_issued_here_and_no_other(told: Told) -> None:
    with told.open() as chain:
        batches = {
            (int(value["project"][4:]), value["vintage"]): value["issued"]
            for _place, value in chain.rows("batch")
        }
    assert batches == _file()


def test_every_number_is_immobilised_and_stands_for_one_serial(told: Told) -> None:
    with told.open() as chain:
        numbers = [value for _place, value in chain.rows("external")]
        tonnes = sum([value["end"] - value["start"] + 1 for value in numbers])
    assert len(numbers) == 20
    assert {value["state"] for value in numbers} == {"immobilised"}
    assert tonnes == sum(_file().values())
    assert len({(value["batch"], value["batch_start"]) for value in numbers}) == 20


def test_custodian_and_second_registrar_act_on_every_request(told: Told) -> None:
    with told.open() as chain:
        bridges = [value for _place, value in chain.rows("bridge")]
    assert len(bridges) == len(_file())
    assert {bridge["status"] for bridge in bridges} == {"done"}
    assert {bridge["attested"]["by"] for bridge in bridges} == {told.cast.address(parts.CUSTODIAN)}
    assert {bridge["account"] for bridge in bridges} == {told.cast.address(parts.DEVELOPER)}


def test_the_file_is_anchored(told: Told) -> None:
    (anchor,) = told.events("registry.ImportAnchored")
    assert (anchor["layout"], anchor["rows"], anchor["accepted"]) == ("verra.units", 20, 20)


def test_every_batch_shows_the_days_that_its_serials_show(told: Told) -> None:
    with told.open() as chain:
        days = {place: (value["start"], value["end"]) for place, value in chain.rows("batch")}
    assert days["vcs-02319-2023-001"] == ("2023-01-01", "2023-12-02")
    assert days["vcs-04268-2024-001"] == ("2024-06-01", "2024-12-31")


def test_instruments_are_open_around_the_clock(told: Told) -> None:
    with told.open() as chain:
        listed = dict(chain.rows("instrument"))
    assert sorted(listed) == sorted([line.instrument for line in LINES])
    for value in listed.values():
        assert value["status"] == "active"
        assert value["sessions"] == [{"mode": "book", "start": 0, "end": 1440}]


def test_money_is_issued_by_the_institution_and_covered(told: Told) -> None:
    with told.open() as chain:
        money = chain.value("money", "cny")
        reports = [value for _place, value in chain.rows("reserve_report")]
    assert not money["is_short"]
    issued = sum([event["amount"] for event in told.events("assets.MoneyIssued")])
    assert money["issued"] == issued
    assert all(report["bank_balance"] >= report["supply"] for report in reports)


def test_no_gram_is_made_or_lost(told: Told) -> None:
    with told.open() as chain:
        batch = f"vcs-0{LINES[0].project}-{LINES[0].vintage}-001"
        held = sum(
            [
                int(value)
                for place, value in chain.rows("balance")
                if place.endswith("/" + batch) and not place.startswith("issued:")
            ]
        )
        counts = chain.value("batch", batch)["counts"]
    assert held == (sum(counts.values()) - counts["held"]) * GRAMS_PER_TONNE
