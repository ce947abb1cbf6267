"""Registry files against each other, the mirror and the ledger: dry runs and the watch list."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from ctn.api.form_parts import PARTS_MAX, boundary_of, uploads_of
from ctn.client.registry.mirror import Arrival, Mirror
from ctn.client.registry.reader import read_bytes
from ctn.kernel.refusal import Malformed
from tests.api.chains import running
from tests.api.open_worlds import PREFIX, Platform, founding, opened
from tests.client.registry.tables import (
    ACR_CANCELLED,
    ACR_ISSUED,
    ACR_RETIRED,
    ARB_ISSUED,
    VERRA,
    VERRA_PROJECT,
    table,
)
from tests.modules.registry.bridge_worlds import verra
from tests.worlds import START

HOUR_MS = 3_600_000
TWIN = VERRA_PROJECT | {"ID": "9"}
CANCELLED, ISSUED = table(ACR_CANCELLED), table(ARB_ISSUED | {"Vintage": "2024.0"})
KINDS = {"conversion_unmatched": 2, "same_project": 1}
Files = dict[str, bytes]


@pytest.fixture(name="platform")
def _platform(whole: Platform) -> Platform:
    assert not folder(whole).exists()
    return whole


@pytest.fixture(scope="module")
def whole() -> Iterator[Platform]:
    """A platform whose ledger has locked numbers of Verra for a while."""
    later = msgspec.structs.replace(founding(), time=START + HOUR_MS)
    with (
        TemporaryDirectory(prefix="ctn-") as place,
        running(Path(place) / "home", later) as chain,
        contextlib.closing(Platform(chain)) as found,
    ):
        yield found


@pytest.fixture(name="mirrored", scope="module")
def _mirrored() -> Iterator[Platform]:
    """A platform whose home has a mirror of three files."""
    with opened() as found:
        take(found, table(VERRA_PROJECT, TWIN), CANCELLED, ISSUED)
        yield found


def folder(platform: Platform) -> Path:
    return platform.chain.home.folder / "imports"


def take(platform: Platform, *files: bytes) -> None:
    """Files into the mirror of a platform's home, as the command line takes them."""
    mirror = Mirror.open(folder(platform))
    for number, content in enumerate(files):
        imported = read_bytes(content, name=f"{number}.csv")
        mirror.take(Arrival(imported, content, False, 7))
    mirror.close()


def dropped(platform: Platform, files: Files, **query: Any) -> Any:
    """The report of files that are sent together."""
    parts = [("file", (name, content, "text/csv")) for name, content in files.items()]
    path = f"{PREFIX}/registry/imports"
    answer = platform.http.post(path, files=parts, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def kinds(report: Any) -> list[str]:
    return [entry["kind"] for entry in report["watch"]]


def locked_rows(state: str = "") -> bytes:
    """A row of numbers that the ledger holds as locked for it; ended there when dated."""
    cells = {
        "Serial Number": verra(5_001, 5_010), "Quantity Issued": "10", "ID": "2941",
        "Vintage Start": "2022-04-10", "Vintage End": "2022-12-31", "Country/Area": "India",
        "Retirement/Cancellation Date": state,
    }  # fmt: skip
    return table(VERRA | cells)


# --- dry runs


def test_files_dropped_together_are_watched_against_each_other(platform: Platform) -> None:
    alone = dropped(platform, {"acr.csv": CANCELLED})
    both = dropped(platform, {"acr.csv": CANCELLED, "arb.csv": ISSUED})
    assert (kinds(alone), kinds(both)) == ([], ["conversion_unmatched"] * 2)
    assert [file["file"] for file in both["files"]] == ["acr.csv", "arb.csv"]
    assert {row["file"] for entry in both["watch"] for row in entry["rows"]} == {
        "acr.csv", "arb.csv",
    }  # fmt: skip
    assert both["totals"]["conversions"] == {"matched": 0, "unmatched": 2}
    assert both["ledger"] is None
    assert not folder(platform).exists()


def test_numbers_locked_here_that_a_file_shows_ended_are_a_ghost(platform: Platform) -> None:
    ended = dropped(platform, {"verra.csv": locked_rows("2026-04-10")})
    assert kinds(ended) == ["ghost"]
    assert [row["code"] for row in ended["files"][0]["defects"]].count("overlap_ledger") == 1
    height = platform.found("/status")["height"]
    assert ended["totals"]["compared"] == {"files": 0, "height": height}
    held = dropped(platform, {"verra.csv": locked_rows()})
    assert kinds(held) == []
    assert "overlap_ledger" not in held["files"][0]["codes"]


def test_one_file_sent_bare_is_compared_with_the_ledger_too(platform: Platform) -> None:
    answer = platform.http.post(
        f"{PREFIX}/registry/imports",
        content=locked_rows("2026-04-10"),
        headers={"content-type": "text/csv"},
    )
    assert kinds(answer.json()) == ["ghost"]


def test_more_retired_than_issued_shows_only_against_whole_files(platform: Platform) -> None:
    issued = table(ACR_ISSUED | {"Total Credits Issued": "4211"})
    files = {"issued.csv": issued, "retired.csv": table(ACR_RETIRED)}
    assert kinds(dropped(platform, files)) == []
    found = dropped(platform, files, snapshot="1")
    assert kinds(found) == ["retired_over_issued"]
    assert "retired_over_issued" in [row["code"] for row in found["files"][1]["defects"]]


def test_files_are_compared_with_the_mirror_and_old_findings_left_out(mirrored: Platform) -> None:
    before = sorted(os.listdir(folder(mirrored)))
    found = dropped(mirrored, {"new.csv": table(TWIN | {"ID": "10"})})
    assert [entry["key"] for entry in found["watch"]] == ["verra/10"]
    assert found["totals"]["compared"]["files"] == 3
    assert sorted(os.listdir(folder(mirrored))) == before


def test_a_dry_run_needs_no_node() -> None:
    with opened() as platform:
        platform.chain.run(platform.chain._end())
        found = dropped(platform, {"verra.csv": locked_rows("2026-04-10")})
        assert (kinds(found), found["totals"]["compared"]["height"]) == ([], None)
        assert platform.get("/registry/watch").json()["code"] == "engine_away"
        platform.chain.run(platform.chain._serve())


def test_a_file_that_cannot_be_read_is_named(platform: Platform) -> None:
    parts = [("file", ("good.csv", CANCELLED)), ("file", ("bad.csv", b"a,b\r\n1,2\r\n"))]
    answer = platform.http.post(f"{PREFIX}/registry/imports", files=parts)
    found = answer.json()
    assert (answer.status_code, found["code"]) == (400, "layout_unknown")
    assert found["facts"]["file"] == "bad.csv"


# --- several files in one body


def body(*names: str, boundary: str = "x") -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: text/csv\r\n\r\n--\r\n{name}\r\n"
        for name in names
    ]
    return ("".join(parts) + f"--{boundary}--\r\n").encode()


def test_reads_each_part_as_it_was_sent() -> None:
    found = uploads_of(body("a.csv", "b.csv"), "x")
    assert [(each.name, each.content) for each in found] == [
        ("a.csv", b"--\r\na.csv"), ("b.csv", b"--\r\nb.csv"),
    ]  # fmt: skip
    assert len(uploads_of(body(*["a"] * PARTS_MAX), "x")) == PARTS_MAX


GOOD = body("a.csv")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"", "body"), (b"a", "body"), (b"--x--\r\n", "body"), (GOOD[:-4], "body"),
        (b"junk" + GOOD, "body"), (GOOD + b"junk", "body"),
        (body(*["a"] * (PARTS_MAX + 1)), "body"),
        (GOOD.replace(b'"file"', b'"other"'), "file"), (GOOD.replace(b"a.csv", b"../a"), "file"),
        (GOOD.replace(b"\r\n\r\n", b"\r\n"), "file"),
        (GOOD.replace(b"--x\r\n", b"--x \r\n"), "file"),
    ],
)  # fmt: skip
def test_refuses_a_body_that_is_no_list_of_files(data: bytes, field: str) -> None:
    with pytest.raises(Malformed) as refused:
        uploads_of(data, "x")
    assert refused.value.facts["field"] == field


@pytest.mark.parametrize(
    ("media_type", "boundary"),
    [
        ("multipart/form-data; boundary=x", "x"), ('multipart/form-data;boundary="a b"', None),
        ('Multipart/Form-Data; boundary="a=b"', "a=b"), ("multipart/form-data", None),
        ("multipart/mixed; boundary=x", None), ("multipart/form-data; boundary=" + "x" * 71, None),
    ],
)  # fmt: skip
def test_knows_the_boundary_by_the_media_type(media_type: str, boundary: str | None) -> None:
    assert boundary_of(media_type) == boundary


def test_refuses_parts_that_are_no_files(platform: Platform) -> None:
    answer = platform.http.post(
        f"{PREFIX}/registry/imports",
        content=b"a",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    assert (answer.status_code, answer.json()["field"]) == (400, "body")


# --- the list of the mirror


def test_a_platform_without_a_mirror_has_nothing_to_watch(platform: Platform) -> None:
    found = platform.found("/registry/watch")
    assert (found["items"], found["next"], found["counts"], found["files"]) == ([], None, {}, 0)
    assert found["height"] == platform.found("/status")["height"]
    assert not folder(platform).exists()


def test_the_list_of_a_mirror_comes_in_pages_with_counts(mirrored: Platform) -> None:
    found = mirrored.found("/registry/watch", limit=2)
    assert (found["counts"], found["files"], len(found["items"])) == (KINDS, 3, 2)
    items = mirrored.pages("/registry/watch", limit=1)
    assert sorted(entry["kind"] for entry in items) == [
        "conversion_unmatched", "conversion_unmatched", "same_project",
    ]  # fmt: skip
    assert len({entry["key"] for entry in items}) == 3
    place = items[-1]["rows"][0]
    assert (place["file"], place["row"], len(place["sha256"])) == ("0.csv", 1, 64)


@pytest.mark.parametrize(("kind", "count"), [*KINDS.items(), ("ghost", 0)])
def test_the_list_is_filtered_by_kind(mirrored: Platform, kind: str, count: int) -> None:
    items = mirrored.pages("/registry/watch", limit=1, kind=kind)
    assert [entry["kind"] for entry in items] == [kind] * count
    assert mirrored.found("/registry/watch", kind=kind)["counts"] == KINDS


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"kind": "other"}, "Malformed"), ({"cursor": "AAAA"}, "bad_cursor"),
        ({"limit": "101"}, "page_too_large"), ({"limit": "0"}, "Malformed"),
    ],
)  # fmt: skip
def test_refuses_a_question_that_cannot_be(
    mirrored: Platform, query: dict[str, str], code: str
) -> None:
    answer = mirrored.get("/registry/watch", params=query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_what_is_imported_later_is_listed_at_once_and_cursors_stay_right() -> None:
    with opened() as platform:
        assert platform.found("/registry/watch")["files"] == 0
        take(platform, CANCELLED, ISSUED)
        first = platform.found("/registry/watch", limit=1)
        assert (first["counts"], first["files"]) == ({"conversion_unmatched": 2}, 2)
        take(platform, table(VERRA_PROJECT, TWIN))
        rest = platform.found("/registry/watch", limit=1, cursor=first["next"])
        assert rest["counts"] == KINDS
        later = platform.found("/registry/watch", limit=9, cursor=rest["next"])["items"]
        seen = [first["items"][0], rest["items"][0], *later]
        assert [entry["kind"] for entry in seen] == [*["conversion_unmatched"] * 2, "same_project"]


def test_numbers_locked_here_that_the_mirror_shows_ended_are_a_ghost() -> None:
    with opened() as platform:
        mirror = Mirror.open(folder(platform))
        content = locked_rows("2026-04-10")
        imported = read_bytes(content, name="verra.csv")
        mirror.take(Arrival(imported, content, False, 4_000_000_000_000, frozenset([1])))
        mirror.close()
        (entry,) = platform.found("/registry/watch")["items"]
        assert (entry["kind"], entry["registry"]) == ("ghost", "verra")
