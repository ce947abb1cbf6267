"""External serials against the regular expressions of registry.md 10 as a second reader."""

import csv
import os
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ctn.modules.registry.serials import (
    MalformedSerial,
    ReversedRange,
    grams_per_number,
    normalise,
    parse,
    print_serial,
)

TABLE = r"""
verra13  %B-%S-%E-VCS-VCU-[0-9]{1,5}-[A-Z]{3}-%C-[0-9]{1,2}-%P-%D-%D-[01O]
verra12  %B-%S-%E-VCU-[0-9]{1,5}-[A-Z]{3}-%C-[0-9]{1,2}-%P-%D-%D-[01O]
verra12b %B-%S-%E-VCS-VCU-[0-9]{1,5}-[A-Z]{3}-%C-%P-%D-%D-[01O]
gs       GS1-[0-9]{1,2}-%C-(?:GS)?%P-[0-9]{1,2}-%Y-(?P<line>%B)-%S-%E
itl      (?P<p>%C)-(?P<t>[1-7])-%S-(?P<o>[0-9]{1,2})-(?P<a>[0-9]{1,2})-(?P<l>[0-9]{1,2})-\
(?P<j>%P)(?: ?TO ?|-)(?P=p)-(?P=t)-%E-(?P=o)-(?P=a)-(?P=l)-(?P=j)
itl2     (?P<p>%C)-(?P<t>0[1-7])-(?P<s>[0-9]{2})-%S-(?P<o>[0-9]{2})-(?P<a>[0-9]{2})-\
(?P<l>[0-9]{3})-(?P<j>[0-9]{6,7})(?: ?TO ?|-)(?P=p)-(?P=t)-(?P=s)-%E-(?P=o)-(?P=a)-(?P=l)-(?P=j)
acr      ACR-%C-%P-%Y-(?P<line>%B)-%R
car      CAR-(?:ROC|[0-9]{1,2})-%C-%P-[0-9]{1,4}-%P-[A-Z0-9]{1,4}-%Y-(?P<line>%B)-%R
art      (?:ART|FCPF)-%C-%P-%Y-(?P<line>%B)-%R
cdc      (?P<line>(?:CDC|CDC_R|IC)_%P(?:_[A-Z0-9]{1,6}){4,12})
iso      (?P<line>(?:ISS|RET|PRJ|CRD|BAT)_[0-9A-HJKMNP-TV-Z]{16})
puro1    (?P<line>[0-9]{18})(?P<start>[0-9]{12})-(?P=line)(?P<end>[0-9]{12})
puro2    (?P<line>[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})_%S-%E
itmo5    (?P<p>%C)-ITMO-[0-9]{1,3}-(?P<j>%P)-(?P<y>%Y)-0-%S-%E
itmo7    %C[0-9]{4}-(?P<p>%C)-%C-(?P<j>%P)-%S-%E-(?P<y>%Y)
ctn      CTN-(?P<line>[A-Z][A-Z0-9]{1,7}-[0-9]{5}-%Y-[0-9]{3})-%S-%E
"""
FIELDS = {
    "%R": r"%S(?: ?TO ?|-|\.\.)%E",
    "%P": "[0-9]{1,6}",
    "%B": "[0-9]{1,9}",
    "%C": "[A-Z]{2}",
    "%Y": "[0-9]{4}",
    "%D": "[0-9]{8}",
    "%S": "(?P<start>[0-9]{1,15})",
    "%E": "(?P<end>[0-9]{1,15})",
}


def _patterns() -> tuple[dict[str, re.Pattern[str]], dict[str, str]]:
    compiled, plain = {}, {}
    for row in TABLE.replace("\\\n", "").strip().splitlines():
        name, pattern = row.split(maxsplit=1)
        for field, meaning in FIELDS.items():
            pattern = pattern.replace(field, meaning)
        compiled[name] = re.compile(pattern, re.ASCII)
        plain[name] = pattern
    return compiled, plain


PATTERNS, SOURCES = _patterns()

LINES = {
    "verra13": "VERRA",
    "verra12": "VERRA",
    "verra12b": "VERRA",
    "cdc": "CDC-{line}",
    "iso": "ISO-{line}",
    "puro1": "PURO-{line}",
    "puro2": "PURO-{line}",
    "ctn": "CTN-{line}",
}


def _line(name: str, found: re.Match[str]) -> str:
    groups = found.groupdict()
    if name in LINES:
        return LINES[name].format(**groups)
    if name.startswith("itl"):
        return f"ITL-{groups['p']}-{int(groups['o'])}"
    if name.startswith("itmo"):
        return f"ITMO-{groups['p']}-{int(groups['j'])}-{groups['y']}"
    return f"{name.upper()}-{int(groups['line'])}"


def _oracle(text: str) -> tuple[str, str, int, int] | None:
    """Read a normalised text by the table: grammar, line, start, end."""
    found = [(name, match) for name, p in PATTERNS.items() if (match := p.fullmatch(text))]
    assert len(found) <= 1, "two grammars match one text"
    if not found:
        return None
    name, match = found[0]
    groups = match.groupdict()
    return name, _line(name, match), int(groups.get("start", 1)), int(groups.get("end", 7))


def _agrees(text: str) -> None:
    expected = _oracle(text)
    if expected is None:
        with pytest.raises(MalformedSerial):
            parse(text)
        with pytest.raises(MalformedSerial):
            parse(text, 1, 7)
        return
    columns = (1, 7) if expected[0] in ("cdc", "iso") else ()
    if expected[2] > expected[3]:
        with pytest.raises(ReversedRange):
            parse(text, *columns)
        return
    serial = parse(text, *columns)
    assert (serial.grammar, serial.line, serial.start, serial.end) == expected
    assert print_serial(serial, serial.start, serial.end) == text


@st.composite
def texts(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(sorted(SOURCES)))
    return draw(st.from_regex(SOURCES[name], fullmatch=True))


PIECES = st.sampled_from(["-", "_", "0", "1", "A", "GS", "TO", " TO ", "..", "VCS-", "ITMO", "\n"])


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(texts())
    for _ in range(draw(st.integers(1, 2))):
        at, cut = draw(st.integers(0, len(text))), draw(st.integers(0, 3))
        text = text[:at] + draw(st.one_of(st.just(""), PIECES)) + text[at + cut :]
    return text


@settings(max_examples=500, deadline=None)
@given(texts())
def test_reads_what_the_table_reads(text: str) -> None:
    if len(text) <= 200 and normalise(text) == text:
        _agrees(text)


@settings(max_examples=1000, deadline=None)
@given(mutated())
@example("CDC00000-0000-0000-0000-000000000000_0-0")
def test_reads_a_damaged_text_as_the_table_does(text: str) -> None:
    try:
        text = normalise(text)
    except MalformedSerial:
        return
    _agrees(text)


@pytest.mark.parametrize("name", sorted(SOURCES))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_each_grammar_agrees_with_its_row_of_the_table(name: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(SOURCES[name], fullmatch=True))
    if len(text) <= 200:
        _agrees(text)


@settings(max_examples=300, deadline=None)
@given(texts(), st.data())
def test_prints_a_part_that_reads_back_to_its_numbers(text: str, data: st.DataObject) -> None:
    expected = _oracle(text)
    if expected is None or expected[0] in ("cdc", "iso") or expected[2] > expected[3]:
        return
    serial = parse(text)
    start = data.draw(st.integers(serial.start, serial.end))
    end = data.draw(st.integers(start, serial.end))
    part = parse(print_serial(serial, start, end))
    assert (part.start, part.end) == (start, end)
    assert part._replace(start=0, end=0, text="") == serial._replace(start=0, end=0, text="")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="aZ09-_ \t\u00a0\u2013\uff11\uff3f\uff41\u200b\u00c2\u00e2\u20ac\u201c\n"))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    try:
        once = normalise(text)
    except MalformedSerial:
        return
    assert once.isascii()
    assert normalise(once) == once


VERRA = "19385-941467007-941467431-VCS-VCU-1507-VER-ET-14-1340-01012020-31122020-1"

EXAMPLES = [
    (VERRA, "verra13", "VERRA", "VERRA", 941467007, 941467431, "1340", 2020, "ET"),
    (
        "GS1-1-KE-GS11603-16-2025-30256-110-5463",
        "gs",
        "GS",
        "GS-30256",
        110,
        5463,
        "11603",
        2025,
        "KE",
    ),
    (
        "RW-5-1463953-2-2-0-7014-RW-5-1467609-2-2-0-7014",
        "itl",
        "ITL",
        "ITL-RW-2",
        1463953,
        1467609,
        "7014",
        0,
        "RW",
    ),
    (
        "RW-05-00-0012-02-02-000-007014-RW-05-00-0019-02-02-000-007014",
        "itl2",
        "ITL",
        "ITL-RW-2",
        12,
        19,
        "007014",
        0,
        "RW",
    ),
    ("ACR-US-407-2025-02899-1 TO 179663", "acr", "ACR", "ACR-2899", 1, 179663, "407", 2025, "US"),
    (
        "CAR-ROC-US-2056-129-2283-WV-2025-8969-1..260294",
        "car",
        "CAR",
        "CAR-8969",
        1,
        260294,
        "2056",
        2025,
        "US",
    ),
    ("FCPF-CI-130-2023-20-1-46404", "art", "ART", "ART-20", 1, 46404, "130", 2023, "CI"),
    (
        "123456789012345678000000000001-123456789012345678000000000009",
        "puro1",
        "PURO",
        "PURO-123456789012345678",
        1,
        9,
        "",
        0,
        "",
    ),
    (
        "0A1B2C3D-0000-1111-2222-0123456789AB_5-9",
        "puro2",
        "PURO",
        "PURO-0A1B2C3D-0000-1111-2222-0123456789AB",
        5,
        9,
        "",
        0,
        "",
    ),
    ("CH-ITMO-1-007-2022-0-1-50", "itmo5", "ITMO", "ITMO-CH-7-2022", 1, 50, "007", 2022, "CH"),
    ("CA2021-GH-CH-7-1-50-2022", "itmo7", "ITMO", "ITMO-GH-7-2022", 1, 50, "7", 2022, "GH"),
    (
        "CTN-CCER-00042-2025-001-1-5000",
        "ctn",
        "CTN",
        "CTN-CCER-00042-2025-001",
        1,
        5000,
        "",
        2025,
        "",
    ),
]


@pytest.mark.parametrize("case", EXAMPLES, ids=[case[1] for case in EXAMPLES])
def test_reads_an_example_of_each_grammar(case: tuple[str | int, ...]) -> None:
    assert parse(str(case[0]))[:8] == case[1:]


def test_other_country_project_and_label_stay_on_the_same_line() -> None:
    other = parse("7-941467007-941467431-VCU-1-VCU-CD-1-9-01012021-31122021-O")
    assert other[2:5] == parse(VERRA)[2:5]


@pytest.mark.parametrize(
    "spelling",
    [
        VERRA.lower(),
        f" \t{VERRA}  ",
        VERRA.replace("-", " - "),
        VERRA.replace("-", "\u2013"),
        VERRA.replace("-", "\u00e2\u20ac\u201c", 3),
        VERRA.replace("-", "\u00e2\u20ac\u201d", 3),
        VERRA.replace("-", "\u00c2\u00a0-", 3),
        VERRA.replace("1", "\uff11").replace("V", "\uff36").replace("C", "\uff43"),
        "\ufeff" + VERRA.replace("-", "-\u200b\u00ad"),
    ],
)
def test_a_repairable_spelling_is_the_same_text(spelling: str) -> None:
    assert normalise(spelling) == VERRA


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "\u00e9" + VERRA,
        VERRA + "\n",
        VERRA + "-1",
        VERRA[:-1] + "2",
        "1" * 201,
        VERRA.replace("VCS", "VCX"),
        "GS1-1-KE-11603-16-2025-30256-110",
        "CCER-1-2-3",
        VERRA.replace("1340", "1340\u0661"),
        "ACR-US-407-2025-2899-1 UNTIL 5",
    ],
)
def test_refuses_when_no_grammar_matches(text: str) -> None:
    with pytest.raises(MalformedSerial):
        parse(text)


def test_refuses_when_the_range_is_reversed() -> None:
    with pytest.raises(ReversedRange):
        parse("ACR-US-407-2025-2899-2 TO 1")


def test_takes_two_hundred_bytes_and_no_more() -> None:
    assert normalise("A" * 200) == "A" * 200
    with pytest.raises(MalformedSerial):
        normalise("A" * 201)


def test_numbers_of_cercarbono_and_isometric_stand_in_columns() -> None:
    serial = parse("CDC_1_1_1_321_14_1_2009", 0, 4970)
    assert (serial.line, serial.start, serial.end) == ("CDC-CDC_1_1_1_321_14_1_2009", 0, 4970)
    assert serial.project == "1"
    assert print_serial(serial, 5, 9) == "CDC_1_1_1_321_14_1_2009"
    assert parse("iss_1KP6EDZ8K1S036PY", 1, 6242).line == "ISO-ISS_1KP6EDZ8K1S036PY"
    assert parse("CDC_R_12_1_2_3_4", 1, 1).project == "12"


@pytest.mark.parametrize("columns", [(), (None, 5), (1, None), (-1, 5), (1, 10**15), (0, 5)])
def test_refuses_when_the_columns_are_wanting(columns: tuple[int | None, ...]) -> None:
    with pytest.raises(MalformedSerial):
        parse("ISS_1KP6EDZ8K1S036PY", *columns)


def test_refuses_when_the_columns_contradict_the_text() -> None:
    assert parse(VERRA, 941467007, 941467431).text == VERRA
    with pytest.raises(MalformedSerial):
        parse(VERRA, 941467007, 941467430)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("ACR-US-407-2025-2899-1 TO 179663", "ACR-US-407-2025-2899-5 TO 9"),
        ("ACR-US-407-2025-2899-1..9", "ACR-US-407-2025-2899-5..9"),
        ("ACR-US-407-2025-2899-1-9", "ACR-US-407-2025-2899-5-9"),
        ("GS1-1-KE-GS11603-16-2025-030256-0001-9", "GS1-1-KE-GS11603-16-2025-030256-5-9"),
        ("TO-5-1-2-2-0-7TOTO-5-9-2-2-0-7", "TO-5-5-2-2-0-7TOTO-5-9-2-2-0-7"),
    ],
)
def test_a_part_keeps_the_spelling_of_the_whole(text: str, part: str) -> None:
    assert print_serial(parse(text), 5, 9) == part


def test_only_isometric_counts_in_kilograms() -> None:
    assert grams_per_number("ISO") == 1_000
    assert {grams_per_number(code) for code in ("VERRA", "GS", "ITL", "CDC", "CCER")} == {10**6}


SERIAL_COLUMNS = {
    "verra__transactions": "Serial Number",
    "gold-standard__issuances": "Serial Number",
    "gold-standard__retirements": "Serial Number",
    "american-carbon-registry__cancellations": "Credit Serial Numbers",
    "american-carbon-registry__retirements": "Credit Serial Numbers",
    "climate-action-reserve__cancellations": "Offset Credit Serial Numbers",
    "climate-action-reserve__retirements": "Offset Credit Serial Numbers",
    "art-trees__cancellations": "Credit Serial Numbers",
    "art-trees__retirements": "Credit Serial Numbers",
    "cercarbono__issuances": "serial",
    "cercarbono__retirements": "serial",
    "isometric__issuances": "id",
    "isometric__retirements": "retirement_id",
}


def _samples() -> Path:
    shared = os.environ.get("CTN_SHARED")
    root = Path(shared) if shared else Path(__file__).parents[4] / "shared"
    folder = root / "data" / "registries"
    if not folder.is_dir():
        pytest.skip(f"sample files of the registries are absent: {folder}")
    return folder


def test_every_serial_of_the_sample_files_reads_by_one_grammar_and_prints_back() -> None:
    folder = _samples()
    rows = 0
    for name, column in SERIAL_COLUMNS.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                text = normalise(row[column])
                assert _oracle(text) is not None, row[column]
                _agrees(text)
                rows += 1
    assert rows == 1_111
