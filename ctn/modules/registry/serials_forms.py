"""The grammars of external serials, one reader per family, written out by hand.

A reader takes the normalised text and its parts between hyphens and gives the serial, or None
when the text is not of its family. The families exclude each other (by first part, then by the
number of parts), so at most one grammar matches. Digits are tested once over all digit fields
joined, which is most of what a clean text costs; the text is ASCII here, so `isdigit`,
`isalpha` and `isalnum` mean 0-9, A-Z and both (lower case is gone by then).
Source: registry.md 10.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

DIGITS: Final = "0123456789"
HEX_DIGITS: Final = "0123456789ABCDEF"
CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANGE_SEPARATORS: Final = (" TO ", "..", "TO", " TO", "TO ")
OPAQUE_KINDS: Final = ("ISS", "RET", "PRJ", "CRD", "BAT")


class Serial(NamedTuple):
    """A range of numbers on a number line, with what its text shows besides."""

    grammar: str
    registry: str
    line: str
    start: int
    end: int
    project: str
    vintage: int
    country: str
    text: str


Reader = Callable[[str, list[str]], Serial | None]

_new: Final = tuple.__new__


def read_verra(text: str, parts: list[str]) -> Serial | None:
    """Read a Verra serial in one of its three spellings; numbers run through the registry."""
    if len(parts) == 13:
        grammar = "verra13"
        (block, start, end, vcs, vcu, activity, kind,
         country, scope, project, first, last, flag) = parts
    elif len(parts) == 12 and parts[3] == "VCU":
        grammar, vcs = "verra12", "VCS"
        (block, start, end, vcu, activity, kind,
         country, scope, project, first, last, flag) = parts
    elif len(parts) == 12:
        grammar, scope = "verra12b", "0"
        (block, start, end, vcs, vcu, activity, kind,
         country, project, first, last, flag) = parts
    else:
        return None
    if not (
        vcu == "VCU" and vcs == "VCS" and len(first) == 8 and len(last) == 8
        and len(country) == 2 and len(kind) == 3 and len(flag) == 1 and flag in "01O"
        and 0 < len(start) < 16 and 0 < len(end) < 16 and 0 < len(project) < 7
        and 0 < len(block) < 10 and 0 < len(activity) < 6 and 0 < len(scope) < 3
        and (country + kind).isalpha()
        and f"{block}{start}{end}{activity}{scope}{project}{first}{last}".isdigit()
    ):
        return None
    return _new(Serial, (grammar, "VERRA", "VERRA", int(start), int(end),
                         project, int(first[4:]), country, text))


def read_gs(text: str, parts: list[str]) -> Serial | None:
    """Read a Gold Standard serial; its batch number is the line."""
    if len(parts) != 9:
        return None
    _, program, country, project, kind, year, batch, start, end = parts
    if project[:2] == "GS":
        project = project[2:]
    if not (
        len(country) == 2 and country.isalpha() and len(year) == 4
        and 0 < len(start) < 16 and 0 < len(end) < 16 and 0 < len(project) < 7
        and 0 < len(batch) < 10 and 0 < len(program) < 3 and 0 < len(kind) < 3
        and f"{program}{project}{kind}{year}{batch}{start}{end}".isdigit()
    ):
        return None
    return _new(Serial, ("gs", "GS", f"GS-{int(batch)}", int(start), int(end),
                         project, int(year), country, text))


def read_acr(text: str, parts: list[str]) -> Serial | None:
    """Read an American Carbon Registry serial; its batch number is the line."""
    return _read_batch("acr", "ACR", text, parts)


def read_art(text: str, parts: list[str]) -> Serial | None:
    """Read an ART or FCPF serial; its batch number is the line."""
    return _read_batch("art", "ART", text, parts)


def read_car(text: str, parts: list[str]) -> Serial | None:
    """Read a Climate Action Reserve serial: four fields more than ACR, of which none counts."""
    if len(parts) < 10:
        return None
    program, cooperative, site, state = parts[1], parts[4], parts[5], parts[6]
    if not (
        (program == "ROC" or (len(program) in (1, 2) and program.isdigit()))
        and 0 < len(cooperative) < 5 and 0 < len(site) < 7 and (cooperative + site).isdigit()
        and 0 < len(state) < 5 and state.isalnum()
    ):
        return None
    return _read_batch("car", "CAR", text, ["CAR", parts[2], parts[3], *parts[7:]])


def _read_batch(grammar: str, registry: str, text: str, parts: list[str]) -> Serial | None:
    """Read head, country, project, year, batch and a range in any of its spellings."""
    if len(parts) == 7:
        _, country, project, year, batch, start, end = parts
    elif len(parts) == 6:
        _, country, project, year, batch, both = parts
        separator = both.strip(DIGITS)
        if separator not in RANGE_SEPARATORS:
            return None
        start, _, end = both.partition(separator)
    else:
        return None
    if not (
        len(country) == 2 and country.isalpha() and len(year) == 4
        and 0 < len(start) < 16 and 0 < len(end) < 16
        and 0 < len(project) < 7 and 0 < len(batch) < 10
        and f"{project}{year}{batch}{start}{end}".isdigit()
    ):
        return None
    return _new(Serial, (grammar, registry, f"{registry}-{int(batch)}", int(start), int(end),
                         project, int(year), country, text))


def read_ctn(text: str, parts: list[str]) -> Serial | None:
    """Read a serial of this ledger as printed on certificates."""
    if len(parts) != 7:
        return None
    _, unit_class, project, year, batch, start, end = parts
    if not (
        1 < len(unit_class) < 9 and unit_class.isalnum() and unit_class[0].isalpha()
        and len(project) == 5 and len(year) == 4 and len(batch) == 3
        and 0 < len(start) < 16 and 0 < len(end) < 16
        and f"{project}{year}{batch}{start}{end}".isdigit()
    ):
        return None
    line = f"CTN-{unit_class}-{project}-{year}-{batch}"
    return _new(Serial, ("ctn", "CTN", line, int(start), int(end), "", int(year), "", text))


def read_itl(text: str, parts: list[str]) -> Serial | None:
    """Read a Kyoto unit range, both ends written in full, in one of its two widths."""
    if len(parts) in (13, 15):
        # The two ends are joined by TO: cut the part that holds the project and the party.
        middle = len(parts) // 2
        left, _, right = parts[middle].partition("TO")
        parts = [*parts[:middle], left.removesuffix(" "), right.removeprefix(" "),
                 *parts[middle + 1:]]
    if len(parts) == 14:
        party, kind, start, period, activity, track, project = parts[:7]
        grammar, end, same = "itl", parts[9], parts[:2] == parts[7:9] and parts[3:7] == parts[10:]
        has_widths = len(kind) == 1 and 0 < len(period) < 3 and 0 < len(activity) < 3
        has_widths = has_widths and 0 < len(track) < 3 and 0 < len(project) < 7
    elif len(parts) == 16:
        party, kind, supplement, start, period, activity, track, project = parts[:8]
        grammar, end = "itl2", parts[11]
        same = parts[:3] == parts[8:11] and parts[4:8] == parts[12:]
        has_widths = (len(kind), len(period), len(activity), len(track)) == (2, 2, 2, 3)
        has_widths = has_widths and kind[0] == "0" and len(supplement) == 2 and supplement.isdigit()
        has_widths = has_widths and len(project) in (6, 7)
    else:
        return None
    if not (
        same and has_widths and len(party) == 2 and party.isalpha() and kind[-1] in "1234567"
        and 0 < len(start) < 16 and 0 < len(end) < 16
        and f"{kind}{start}{end}{period}{activity}{track}{project}".isdigit()
    ):
        return None
    return _new(Serial, (grammar, "ITL", f"ITL-{party}-{int(period)}", int(start), int(end),
                         project, 0, party, text))


def read_itmo(text: str, parts: list[str]) -> Serial | None:
    """Read an internationally transferred mitigation outcome, of five or of seven fields."""
    if len(parts) == 8 and parts[1] == "ITMO" and parts[5] == "0":
        party, _, system, project, year, _, start, end = parts
        grammar, is_form = "itmo5", 0 < len(system) < 4 and system.isdigit()
    elif len(parts) == 7:
        head, party, other, project, start, end, year = parts
        grammar, is_form = "itmo7", len(head) == 6 and head[:2].isalpha() and head[2:].isdigit()
        is_form = is_form and len(other) == 2 and other.isalpha()
    else:
        return None
    if not (
        is_form and len(party) == 2 and party.isalpha() and len(year) == 4
        and 0 < len(start) < 16 and 0 < len(end) < 16 and 0 < len(project) < 7
        and f"{project}{year}{start}{end}".isdigit()
    ):
        return None
    # The project enters the line as an integer, so 007 and 7 are not two lines.
    line = f"ITMO-{party}-{int(project)}-{year}"
    return _new(Serial, (grammar, "ITMO", line, int(start), int(end),
                         project, int(year), party, text))


def read_puro(text: str, parts: list[str]) -> Serial | None:
    """Read a Puro serial: the old one of thirty digits twice, or a UUID with a range."""
    if len(parts) == 2:
        first, last = parts
        if not (
            len(first) == 30 and len(last) == 30 and first[:18] == last[:18]
            and (first + last).isdigit()
        ):
            return None
        return _new(Serial, ("puro1", "PURO", f"PURO-{first[:18]}", int(first[18:]),
                             int(last[18:]), "", 0, "", text))
    if len(parts) != 6:
        return None
    node, mark, start = parts[4].partition("_")
    end = parts[5]
    identity = [*parts[:4], node]
    if not (
        mark and [len(group) for group in identity] == [8, 4, 4, 4, 12]
        and not "".join(identity).strip(HEX_DIGITS)
        and 0 < len(start) < 16 and 0 < len(end) < 16 and (start + end).isdigit()
    ):
        return None
    line = "PURO-" + "-".join(identity)
    return _new(Serial, ("puro2", "PURO", line, int(start), int(end), "", 0, "", text))


def read_marked(text: str, parts: list[str]) -> Serial | None:
    """Read an id joined by `_`, whose numbers stand in columns: Cercarbono or Isometric."""
    if len(parts) != 1:
        return None
    fields = text.split("_")
    if len(fields) == 2:
        kind, body = fields
        if kind not in OPAQUE_KINDS or len(body) != 16 or body.strip(CROCKFORD):
            return None
        return _new(Serial, ("iso", "ISO", f"ISO-{text}", 0, 0, "", 0, "", text))
    if fields[0] not in ("CDC", "IC"):
        return None
    if fields[:2] == ["CDC", "R"]:
        fields = fields[1:]
    project, groups = fields[1], fields[2:]
    if not (
        0 < len(project) < 7 and project.isdigit() and 4 <= len(groups) <= 12
        and "" not in groups and max(map(len, groups)) < 7 and "".join(groups).isalnum()
    ):
        return None
    return _new(Serial, ("cdc", "CDC", f"CDC-{text}", 0, 0, project, 0, "", text))


BY_HEAD: Final[dict[str, Reader]] = {
    "GS1": read_gs, "ACR": read_acr, "ART": read_art, "FCPF": read_art,
    "CAR": read_car, "CTN": read_ctn,
}


def read_form(text: str) -> Serial | None:
    """Read a normalised text by the only family it can belong to."""
    parts = text.split("-")
    head = parts[0]
    reader = BY_HEAD.get(head)
    if reader is not None:
        return reader(text, parts)
    if len(parts) > 11 and head.isdigit():
        return read_verra(text, parts)
    if "_" in head:
        return read_marked(text, parts)
    if len(head) == 6:
        return read_itmo(text, parts)
    if len(head) == 2:
        return read_itmo(text, parts) if parts[1:2] == ["ITMO"] else read_itl(text, parts)
    return read_puro(text, parts)
