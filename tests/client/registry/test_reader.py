"""Reading a file strictly, or refusing it."""

from pathlib import Path

import pytest

from ctn.client.registry import reader
from ctn.client.registry.layouts import LayoutUnknown
from ctn.client.registry.reader import FileHasErrors, FileTooLarge, NotUtf8, read_bytes, read_file
from tests.client.registry.tables import GS, GS_RETIRED, VERRA, read, table


def test_reads_a_file_from_disk_with_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "any name.csv"
    path.write_bytes(table(VERRA))
    imported = read_file(path)
    assert (imported.file, imported.layout, imported.rows) == ("any name.csv", "verra.units", 1)
    assert imported == read_bytes(table(VERRA), name="any name.csv", layout="verra.units")
    assert len(imported.sha256) == 64


def test_a_byte_order_mark_is_dropped() -> None:
    imported = read_bytes(b"\xef\xbb\xbf" + table(VERRA), name="rows.csv")
    assert imported.defects == []


def test_the_header_may_have_spaces_around_and_inside() -> None:
    content = table(VERRA).replace(b"Serial Number", b"  Serial   Number ")
    assert read_bytes(content, name="rows.csv").layout == "verra.units"


def test_a_quoted_newline_stays_in_its_cell_and_lines_are_counted() -> None:
    note = 'First line\r\nsecond, with "quotes"\n'
    imported = read(GS_RETIRED | {"Note": note}, GS_RETIRED | {"GSID": "1"})
    assert imported.units[0].details == note.strip()
    assert [(unit.row, unit.file_line) for unit in imported.units] == [(1, 2), (2, 5)]
    assert {defect.line for defect in imported.defects} == {5}


@pytest.mark.parametrize(
    "content",
    [
        table(VERRA).decode().encode("utf-16"),
        table(VERRA | {"Name": "Pil\u00e3o"}).decode().encode("cp1252"),
    ],
)
def test_refuses_when_the_file_is_not_utf8(content: bytes) -> None:
    with pytest.raises(NotUtf8) as refusal:
        read_bytes(content, name="rows.csv")
    with pytest.raises(UnicodeDecodeError):
        content[: refusal.value.facts["byte"] + 1].decode()


def test_refuses_when_the_file_was_cut() -> None:
    content = table(VERRA, VERRA)
    with pytest.raises(FileHasErrors) as refusal:
        read_bytes(content[:-40], name="rows.csv")
    assert refusal.value.facts["line"] == 3


def test_refuses_when_the_file_was_cut_inside_quotes() -> None:
    content = table(VERRA | {"Retirement Details": "a, b"})
    with pytest.raises(FileHasErrors):
        read_bytes(content[: content.index(b"a, b") + 2], name="rows.csv")


@pytest.mark.parametrize("cell", ['5" pipe', 'a "b" c', '"a"b', '"a" ', ' "a"', 'x""y', 'x"'])
def test_refuses_when_a_quote_stands_inside_an_unquoted_cell(cell: str) -> None:
    content = table(VERRA | {"Name": "CELL"}).replace(b"CELL", cell.encode())
    with pytest.raises(FileHasErrors):
        read_bytes(content, name="rows.csv")


@pytest.mark.parametrize("name", ['"', '""', '","', 'a "b"', ',"', "\n", '"\n"', "a,b"])
def test_takes_every_cell_that_is_quoted_well(name: str) -> None:
    imported = read(VERRA | {"Name": name, "Methodology": 'say "x"'})
    assert imported.units[0].name == name.strip()


def test_refuses_when_a_row_has_too_many_cells() -> None:
    with pytest.raises(FileHasErrors):
        read_bytes(table(VERRA) + table(VERRA).splitlines()[1] + b",\r\n", name="rows.csv")


def test_blank_lines_are_no_rows() -> None:
    assert read_bytes(table(VERRA) + b"\r\n\r\n", name="rows.csv").rows == 1


def test_takes_a_cell_of_73_kilobytes_and_of_128() -> None:
    for size in (73 * 1024, 128 * 1024):
        imported = read(VERRA | {"Name": "x" * size})
        assert len(imported.units[0].name) == size


@pytest.mark.parametrize("name", ["x" * (128 * 1024 + 1), "\u6c34" * (128 * 1024 // 3 + 1)])
def test_refuses_when_a_cell_is_longer_than_128_kibibytes(name: str) -> None:
    with pytest.raises(FileTooLarge):
        read(VERRA | {"Name": name})


def test_refuses_when_there_are_too_many_rows_or_bytes(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(table(VERRA, VERRA))
    monkeypatch.setattr(reader, "ROWS_MAX", 1)
    with pytest.raises(FileTooLarge):
        read_file(path)
    monkeypatch.setattr(reader, "FILE_BYTES_MAX", 100)
    with pytest.raises(FileTooLarge):
        read_file(path)
    with pytest.raises(FileTooLarge):
        read_bytes(path.read_bytes(), name="rows.csv")


def test_of_two_layouts_that_fit_the_one_with_most_columns_is_taken() -> None:
    assert read(GS).layout == "gs.issuances"
    assert read(GS_RETIRED).layout == "gs.retirements"
    assert read_bytes(table(GS_RETIRED), name="x", layout="gs.issuances").layout == "gs.issuances"


def test_refuses_when_no_layout_fits_and_names_the_nearest() -> None:
    short = {name: cell for name, cell in VERRA.items() if name not in ("ID", "Methodology")}
    with pytest.raises(LayoutUnknown) as refusal:
        read(short)
    assert refusal.value.facts == {"nearest": "verra.units", "missing": ["ID", "Methodology"]}
    with pytest.raises(LayoutUnknown):
        read_bytes(b"", name="empty.csv")
    with pytest.raises(LayoutUnknown) as refusal:
        read_bytes(table(VERRA), name="rows.csv", layout="gs.issuances")
    assert refusal.value.facts["nearest"] == "gs.issuances"
    with pytest.raises(LayoutUnknown):
        read_bytes(table(VERRA), name="rows.csv", layout="no.such")


def test_refuses_when_a_required_column_stands_twice() -> None:
    content = table(VERRA | {"Copy": ""}).replace(b"Copy", b"ID")
    with pytest.raises(FileHasErrors):
        read_bytes(content, name="rows.csv")


def test_an_unknown_column_is_noted_once_and_an_ignored_one_never() -> None:
    more = VERRA | {"Colour": "red", "Unnamed: 31": "", "Documents": "View"}
    imported = read(more, more | {"Serial Number": VERRA["Serial Number"].replace("9414", "8414")})
    assert imported.codes == {"column_unknown": 1}
    assert (imported.defects[0].row, imported.defects[0].column) == (0, "Colour")


def test_a_header_alone_is_a_file_without_rows() -> None:
    imported = read_bytes(table(VERRA).splitlines()[0], name="rows.csv")
    assert (imported.rows, imported.defects) == (0, [])
