"""Serials of other registries: texts read a second, and rows recorded on a long number line.

The texts are made for every grammar of registry.md 10, most of them of the large registries; those
that need repair are spelt as spreadsheets, web pages and wrong code pages spell them. The peer
reads the same texts with regular expressions of the same grammars, compiled, tried in turn.
"""

import gc
import random
import re
import time
from collections.abc import Callable

from _figure import IS_QUICK, Peer, middle, print_figure, print_row

from ctn.kernel.codec import encode
from ctn.kernel.ledger import BlockFacts, Ledger, TxFacts
from ctn.kernel.state import MemorySource, State
from ctn.modules.registry.external import IMMOBILISED, External, Lines, SerialOverlap
from ctn.modules.registry.record_external import ExternalRow, RecordExternal
from ctn.modules.registry.serials import parse

TEXTS = 20_000 if IS_QUICK else 100_000
LINE = 100_000 if IS_QUICK else 1_000_000
ROWS = 10_000 if IS_QUICK else 50_000
ROWS_OP = 100
RUNS = 3 if IS_QUICK else 5
STEP, WIDTH = 20, 8  # an interval of 8 numbers in every 20, the others are free
FILE = "ab" * 32

TABLE = r"""
verra13  %B-%S-%E-VCS-VCU-[0-9]{1,5}-[A-Z]{3}-%C-[0-9]{1,2}-%P-%D-%D-[01O]
verra12  %B-%S-%E-VCU-[0-9]{1,5}-[A-Z]{3}-%C-[0-9]{1,2}-%P-%D-%D-[01O]
verra12b %B-%S-%E-VCS-VCU-[0-9]{1,5}-[A-Z]{3}-%C-%P-%D-%D-[01O]
gs       GS1-[0-9]{1,2}-%C-(?:GS)?%P-[0-9]{1,2}-%Y-(?P<line>%B)-%S-%E
acr      ACR-%C-%P-%Y-(?P<line>%B)-%R
car      CAR-(?:ROC|[0-9]{1,2})-%C-%P-[0-9]{1,4}-%P-[A-Z0-9]{1,4}-%Y-(?P<line>%B)-%R
art      (?:ART|FCPF)-%C-%P-%Y-(?P<line>%B)-%R
cdc      (?P<line>(?:CDC|CDC_R|IC)_%P(?:_[A-Z0-9]{1,6}){4,12})
iso      (?P<line>(?:ISS|RET|PRJ|CRD|BAT)_[0-9A-HJKMNP-TV-Z]{16})
puro1    (?P<line>[0-9]{18})(?P<start>[0-9]{12})-(?P=line)(?P<end>[0-9]{12})
puro2    (?P<line>[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12})_%S-%E
itl      (?P<p>%C)-(?P<t>[1-7])-%S-(?P<o>[0-9]{1,2})-(?P<a>[0-9]{1,2})-(?P<l>[0-9]{1,2})-\
(?P<j>%P)(?: ?TO ?|-)(?P=p)-(?P=t)-%E-(?P=o)-(?P=a)-(?P=l)-(?P=j)
itl2     (?P<p>%C)-(?P<t>0[1-7])-(?P<s>[0-9]{2})-%S-(?P<o>[0-9]{2})-(?P<a>[0-9]{2})-\
(?P<l>[0-9]{3})-(?P<j>[0-9]{6,7})(?: ?TO ?|-)(?P=p)-(?P=t)-(?P=s)-%E-(?P=o)-(?P=a)-(?P=l)-(?P=j)
itmo5    (?P<p>%C)-ITMO-[0-9]{1,3}-(?P<j>%P)-(?P<y>%Y)-0-%S-%E
itmo7    %C[0-9]{4}-(?P<p>%C)-%C-(?P<j>%P)-%S-%E-(?P<y>%Y)
ctn      CTN-(?P<line>[A-Z][A-Z0-9]{1,7}-[0-9]{5}-%Y-[0-9]{3})-%S-%E
"""
FIELDS = {
    "%R": r"%S(?: ?TO ?|-|\.\.)%E",
    "%P": "[0-9]{1,6}", "%B": "[0-9]{1,9}", "%C": "[A-Z]{2}", "%Y": "[0-9]{4}",
    "%D": "[0-9]{8}", "%S": "(?P<start>[0-9]{1,15})", "%E": "(?P<end>[0-9]{1,15})",
}  # fmt: skip
# A text with holes, and how many of a thousand texts are made of it.
FORMS = (
    (430, "{b}-{s}-{e}-VCS-VCU-{a}-VER-{c}-{k}-{p}-01012{y}-31122{y}-1"),
    (30, "{b}-{s}-{e}-VCU-{a}-VER-{c}-{k}-{p}-01012{y}-31122{y}-0"),
    (30, "{b}-{s}-{e}-VCS-VCU-{a}-VER-{c}-{p}-01012{y}-31122{y}-0"),
    (170, "GS1-1-{c}-GS{p}-{k}-2{y}-{b}-{s}-{e}"), (70, "ACR-{c}-{p}-2{y}-{b}-{s} TO {e}"),
    (70, "CAR-ROC-{c}-{p}-{k}-{p}-WV-2{y}-{b}-{s}-{e}"), (20, "ART-{c}-{p}-2{y}-{b}-{s}-{e}"),
    (60, "CDC_{p}_{k}_1_{a}_14_1_2{y}"), (30, "ISS_1KP6EDZ8K{b:07d}"),
    (10, "643002406801000{p:03d}{s:012d}-643002406801000{p:03d}{e:012d}"),
    (20, "0A1B2C3D-0000-1111-2222-{b:012d}_{s}-{e}"),
    (15, "{c}-5-{s}-2-2-0-{p}-{c}-5-{e}-2-2-0-{p}"),
    (5, "{c}-05-00-{s:04d}-02-02-000-{p:06d} TO {c}-05-00-{e:04d}-02-02-000-{p:06d}"),
    (10, "{c}-ITMO-1-{p}-2{y}-0-{s}-{e}"), (10, "CA2021-{c}-CH-{p}-{s}-{e}-2{y}"),
    (20, "CTN-CCER-{p:05d}-2{y}-001-{s}-{e}"),
)  # fmt: skip
COUNTRIES = ("IN", "CN", "BR", "US", "KE")
HEADS_WITH_COLUMNS = ("CDC", "ISS")

Row = tuple[str, int | None, int | None]
Read = tuple[str, str, int, int]


def patterns() -> dict[str, re.Pattern[str]]:
    """The table, compiled."""
    compiled = {}
    for row in TABLE.replace("\\\n", "").strip().splitlines():
        name, pattern = row.split(maxsplit=1)
        for field, meaning in FIELDS.items():
            pattern = pattern.replace(field, meaning)
        compiled[name] = re.compile(pattern, re.ASCII)
    return compiled


PATTERNS = list(patterns().items())


def clean_texts(chance: random.Random) -> list[str]:
    """Texts as the registries print them."""
    forms = chance.choices([form for _weight, form in FORMS], [row[0] for row in FORMS], k=TEXTS)
    texts = []
    for form in forms:
        start = chance.randrange(1, 10**9)
        text = form.format(
            s=start, e=start + chance.randrange(20_000), b=chance.randrange(1, 10**5),
            c=chance.choice(COUNTRIES), p=chance.randrange(1, 999), a=chance.randrange(1, 2_000),
            k=chance.randrange(1, 17), y=f"0{chance.randrange(10, 26)}",
        )  # fmt: skip
        texts.append(text)
    return texts


def damaged(text: str, chance: random.Random) -> str:
    """The text as a spreadsheet, a web page or a wrong code page shows it."""
    kind = chance.randrange(6)
    if kind == 0:
        return text.replace("-", "\u2013")
    if kind == 1:
        return text.replace("-", " - ") + "\u00a0"
    if kind == 2:
        return "\ufeff" + text.lower().replace("-", "-\u200b", 2)
    if kind == 3:
        return text.replace("-", "\u00e2\u20ac\u201c", 3)
    if kind == 4:
        return text.replace("1", "\uff11").replace("C", "\uff23")
    return f"\t {text.lower()}  "


def with_columns(text: str) -> Row:
    """A text with the numbers that a file has beside it, where its grammar asks for them."""
    return (text, 1, 500) if text.startswith(HEADS_WITH_COLUMNS) else (text, None, None)


# --- the peer

DASHES = re.compile("\u00e2\u20ac[\u201c\u201d]|[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
SPACES = re.compile("\u00c2\u00a0|[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
DROPPED = re.compile("[\u200b-\u200d\u2060\ufeff\u00ad]")
WIDE = re.compile("[\uff10-\uff19\uff21-\uff3a\uff3f\uff41-\uff5a]")
RUNS_OF_SPACE = re.compile(" +")
AS_WRITTEN = {"cdc": "CDC-", "iso": "ISO-", "puro1": "PURO-", "puro2": "PURO-", "ctn": "CTN-"}
AROUND = re.compile(" ?([-_]) ?")


def peer_repair(text: str) -> str:
    """The one spelling of a text, by substitutions."""
    text = DASHES.sub("-", SPACES.sub(" ", text))
    text = WIDE.sub(lambda found: chr(ord(found.group()) - 0xFEE0), text)
    text = RUNS_OF_SPACE.sub(" ", DROPPED.sub("", text).upper()).strip(" ")
    return AROUND.sub(r"\1", text)


def peer_line(name: str, found: re.Match[str]) -> str:
    """The line that a match names."""
    if name.startswith("verra"):
        return "VERRA"
    if name in AS_WRITTEN:
        return AS_WRITTEN[name] + found["line"]
    if name.startswith("itl"):
        return f"ITL-{found['p']}-{int(found['o'])}"
    if name.startswith("itmo"):
        return f"ITMO-{found['p']}-{int(found['j'])}-{found['y']}"
    return f"{name.upper()}-{int(found['line'])}"


def peer_read(row: Row) -> Read:
    """Grammar, line and numbers by the first pattern that fits."""
    text, start, end = row
    if not text.isascii() or " " in text or text != text.upper():
        text = peer_repair(text)
    for name, pattern in PATTERNS:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        line = peer_line(name, found)
        if start is not None and end is not None:
            return name, line, start, end
        first, last = int(found["start"]), int(found["end"])
        if last < first:
            break
        return name, line, first, last
    raise AssertionError(f"no grammar matches {text!r}")


# --- texts a second


def our_read(row: Row) -> Read:
    """Grammar, line and numbers by the ledger's own reader."""
    serial = parse(*row)
    return serial.grammar, serial.line, serial.start, serial.end


def rate_of(read: Callable[[Row], object], rows: list[Row]) -> float:
    """Rows read a second."""
    start = time.perf_counter()
    for row in rows:
        read(row)
    return len(rows) / (time.perf_counter() - start)


def read_rates(rows: list[Row]) -> tuple[float, float]:
    """The median rates of ours and the peer's on the same texts, after both read the same."""
    for row in rows:
        assert our_read(row) == peer_read(row), row
    ours, peers = [], []
    for _ in range(RUNS):
        ours.append(rate_of(lambda row: parse(*row), rows))
        peers.append(rate_of(peer_read, rows))
    return middle(ours), middle(peers)


# --- a long line


def long_line() -> Ledger:
    """A ledger whose line of Verra holds `LINE` locked intervals since genesis."""
    values: dict[bytes, bytes] = {}
    lines = Lines()
    for number in range(LINE):
        start = 1 + number * STEP
        known = External(
            "VERRA", start, start + WIDTH - 1, IMMOBILISED, "verra", 10**6, None, None, FILE, 1
        )
        place = known.place()
        lines.apply(place, None, known)
        values[b"external\0" + place.encode()] = encode(known)
    facts = BlockFacts(1, 2, b"s" * 32, "ctn-bench")
    return Ledger(State(MemorySource(values)), {Lines: lines}, facts)


def verra(start: int, end: int) -> ExternalRow:
    """A row of a file that tells that numbers ended there."""
    text = f"19403-{start}-{end}-VCS-VCU-262-VER-IN-3-2941-10042022-31122022-0"
    return ExternalRow(text, None, None, "retired", "2026-04-13")


def apply(ledger: Ledger, rows: list[ExternalRow]) -> None:
    """One operation of the ledger, with its limits, and without signature or root."""
    op = RecordExternal("verra", tuple(rows), FILE)
    ledger.begin(TxFacts("ab" * 32, 0, 0), "registry", op.writes, op.work)
    op.apply(ledger, "registrar")
    ledger.end()
    ledger.events.clear()


def insert_rate(ledger: Ledger, chance: random.Random) -> float:
    """Rows a second whose numbers were free: each is checked against the line and written."""
    gaps = chance.sample(range(LINE), ROWS)
    rows = [verra(gap * STEP + 1 + WIDTH, gap * STEP + STEP) for gap in gaps]
    start = time.perf_counter()
    for at in range(0, ROWS, ROWS_OP):
        apply(ledger, rows[at : at + ROWS_OP])
    rate = ROWS / (time.perf_counter() - start)
    assert len([record for record in ledger.records.values() if record is not None]) == ROWS
    return rate


def refusal_rate(ledger: Ledger, chance: random.Random) -> float:
    """Rows a second that overlap locked numbers, from left, right, inside and around: all refused.

    What a refused row wrote before it met the overlap is taken back.
    """
    attempts = []
    for _ in range(ROWS):
        known = 1 + chance.randrange(1, LINE) * STEP
        first = known + chance.randrange(WIDTH - STEP, WIDTH)
        last = max(first, known) + chance.randrange(STEP)
        attempts.append(verra(first, last))
    count = len(ledger.log)
    start = time.perf_counter()
    for row in attempts:
        mark = ledger.mark()
        try:
            apply(ledger, [row])
        except SerialOverlap:
            ledger.undo(mark)
        else:
            raise AssertionError(f"recorded over locked numbers: {row}")
    rate = ROWS / (time.perf_counter() - start)
    assert len(ledger.log) == count
    return rate


def measure_line() -> None:
    """Rows recorded on the long line, and rows that it refuses."""
    chance = random.Random(20_240_122)
    start = time.perf_counter()
    ledger = long_line()
    gc.freeze()
    print_row(f"a line of {LINE:,} intervals made", time.perf_counter() - start, "s")
    refused = refusal_rate(ledger, chance)
    recorded = insert_rate(ledger, chance)
    print_row("rows that overlap, each refused", refused, "rows/s")
    print_row("rows that are free, checked and written", recorded, "rows/s")
    gc.unfreeze()
    print_figure("serials-line", recorded, "rows/s", goal="20,000/s at 10^6 intervals")


def main() -> None:
    """The line, then texts; the last line is that of clean texts."""
    gc.set_threshold(100_000, 50, 100)  # as the engine's own thread sets it
    measure_line()
    chance = random.Random(20_240_122)
    texts = clean_texts(chance)
    rows = [with_columns(text) for text in texts]
    broken = [(damaged(text, chance), start, end) for text, start, end in rows]
    repaired, peer_repaired = read_rates(broken)
    clean, peer_clean = read_rates(rows)
    print_row("clean texts", clean, "texts/s")
    print_row("clean texts, peer", peer_clean, "texts/s")
    print_row("texts that need repair", repaired, "texts/s")
    print_row("texts that need repair, peer", peer_repaired, "texts/s")
    name = "compiled regular expressions of the same grammars, tried in turn"
    peer = Peer(name, peer_repaired)
    print_figure("serials-repair", repaired, "texts/s", goal="40,000/s", peer=peer)
    peer = Peer(name, peer_clean)
    print_figure("serials-clean", clean, "texts/s", goal="500,000/s", peer=peer)


if __name__ == "__main__":
    main()
