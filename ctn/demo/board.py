"""The live board in the terminal: a desk, not a casino (thallo.md 12)."""

import io
import time
from pathlib import Path

from rich.align import Align
from rich.console import Console, Group, RenderableType
from rich.layout import Layout
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ctn.demo.picture import FORMAT, THEME, with_wide_letters
from ctn.demo.watch import Book, Level, Made, View
from ctn.demo.words import (
    Words,
    change_text,
    price_text,
    title_of,
    tonnes_text,
)

BAR = "█"
BAR_PARTS = " ▏▎▍▌▋▊▉█"
EDGE = "bright_black"
QUIET = "bright_black"
HEADER_ROWS, DOOR_ROWS, FRAME_ROWS = 4, 4, 2
WIDE = 130
SERIALS_SHOWN = 3
NAME_WIDTH = 14


class Size:
    """The room that there is, and how it is shared."""

    def __init__(self, width: int, height: int, instruments: int) -> None:
        self.width, self.height = width, height
        self.left = width * 3 // 5
        self.right = width - self.left
        self.body = height - HEADER_ROWS - DOOR_ROWS
        self.tickers = min(instruments + FRAME_ROWS + 2, self.body - 8)
        self.under = self.body - self.tickers
        # A book of both sides with its middle line, in two thirds of the right side.
        self.levels = max(2, (self.body * 5 // 8 - FRAME_ROWS - 1) // 2)
        self.book = 2 * self.levels + 1 + FRAME_ROWS
        self.tape = self.body - self.book

    @property
    def is_wide(self) -> bool:
        """Whether there is room for titles."""
        return self.width >= WIDE


def board(view: View, words: Words, width: int, height: int) -> RenderableType:
    """The whole board for a terminal of this size."""
    size = Size(width, height, len(view.tickers))
    layout = Layout()
    layout.split_column(
        Layout(_header(view, words), name="header", size=HEADER_ROWS),
        Layout(name="body", size=size.body),
        Layout(_doors(view, words), name="doors", size=DOOR_ROWS),
    )
    layout["body"].split_row(Layout(name="left", size=size.left), Layout(name="right"))
    layout["left"].split_column(
        Layout(_tickers(view, words, size), size=size.tickers),
        Layout(name="under", size=size.under),
    )
    layout["under"].split_row(
        Layout(_blocks(view, words, size.under - FRAME_ROWS), size=size.left // 2 - 2),
        Layout(_certificates(view, words, size.under - FRAME_ROWS)),
    )
    layout["right"].split_column(
        Layout(_book(view.book, words, size), size=size.book),
        Layout(_tape(view, words, size), size=size.tape),
    )
    return layout


def svg(view: View, words: Words, width: int = 140, height: int = 40) -> str:
    """The board as an SVG picture that names no font and no address of anybody."""
    console = Console(
        record=True, width=width, height=height, file=io.StringIO(), color_system="truecolor",
        force_terminal=True, legacy_windows=False,
    )  # fmt: skip
    console.print(board(view, words, width, height), height=height)
    picture = console.export_svg(
        title=words.title, theme=THEME, code_format=FORMAT, unique_id="board"
    )
    return with_wide_letters(picture)


def write_svg(path: Path, view: View, words: Words) -> None:
    """Write the picture of the board."""
    path.write_text(svg(view, words), encoding="utf-8")


# --- parts


def _panel(body: RenderableType, title: str, aside: str = "") -> Panel:
    return Panel(
        body, title=f"[bold]{title}[/]", title_align="left", border_style=EDGE, padding=(0, 1),
        subtitle=aside or None, subtitle_align="right",
    )  # fmt: skip


def _header(view: View, words: Words) -> RenderableType:
    head = view.head
    age = max(0, view.now - head.time) // 1000
    line = Table.grid(expand=True)
    line.add_column(no_wrap=True)
    line.add_column(justify="right", no_wrap=True)
    left = Text.assemble(
        (words.title, "bold"), ("  ", ""), (head.chain, QUIET), ("  ", ""),
        (f"{words.height} ", QUIET), (f"{head.height:,}", "bold cyan"),
    )  # fmt: skip
    right = Text.assemble(
        (f"{words.root} ", QUIET), (head.root[:12], "cyan"), ("  ", ""),
        (words.ago.format(age), QUIET),
    )  # fmt: skip
    line.add_row(left, right)
    notice = Text(words.notice, style="yellow", no_wrap=True, overflow="ellipsis")
    return Panel(Group(line, notice), border_style=EDGE, padding=(0, 1))


def _tickers(view: View, words: Words, size: Size) -> RenderableType:
    table = Table(expand=True, box=None, header_style=QUIET, padding=(0, 1, 0, 0))
    first, *others = words.columns
    table.add_column(first, no_wrap=True, ratio=1, min_width=NAME_WIDTH)
    for column in others if size.is_wide else others[:-1]:
        table.add_column(column, justify="right", no_wrap=True)
    busiest = view.book.ticker.instrument if view.book else ""
    for ticker in view.tickers:
        change, sign = change_text(ticker.last, ticker.ref)
        colour = _colour(words, sign)
        title = title_of(ticker.instrument, words)
        name = Text(ticker.instrument, style="bold" if ticker.instrument == busiest else "")
        if size.is_wide:
            name.append(f"  {title}", style=QUIET)
        cells: list[Text | str] = [
            name, Text(price_text(ticker.last), style=colour), Text(change, style=colour),
            price_text(ticker.bid), price_text(ticker.ask), tonnes_text(ticker.grams),
        ]  # fmt: skip
        table.add_row(*cells, *([f"{ticker.trades:,}"] if size.is_wide else []))
    return _panel(table, words.instruments, "CNY/t")


def _book(book: Book | None, words: Words, size: Size) -> RenderableType:
    if book is None:
        return _panel("", words.book)
    asks, bids = book.asks[: size.levels], book.bids[: size.levels]
    deepest = max([level.grams for level in asks + bids], default=1)
    room = max(4, size.right - 28)
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for _ in range(size.levels - len(asks)):
        table.add_row("", "", "")
    for level in reversed(asks):
        table.add_row(*_ladder_row(level, deepest, room, words.falling))
    change, sign = change_text(book.ticker.last, book.ticker.ref)
    last = Text(price_text(book.ticker.last), style=f"bold {_colour(words, sign)}")
    table.add_row(last, "", Text(f"{change}  {_spread(book)}", style=QUIET))
    for level in bids:
        table.add_row(*_ladder_row(level, deepest, room, words.rising))
    title = title_of(book.ticker.instrument, words)
    return _panel(table, f"{words.book} {book.ticker.instrument}", title)


def _ladder_row(level: Level, deepest: int, room: int, colour: str) -> tuple[Text, Text, Text]:
    """Price, tonnes and a bar of eighths as long as its share of the deepest level."""
    eighths = level.grams * room * 8 // deepest
    bar = BAR * (eighths // 8) + BAR_PARTS[eighths % 8].strip()
    return (
        Text(price_text(level.price), style=colour),
        Text(tonnes_text(level.grams)),
        Text(bar, style=f"{colour} dim"),
    )


def _spread(book: Book) -> str:
    if not book.bids or not book.asks:
        return ""
    return f"↔ {price_text(book.asks[0].price - book.bids[0].price)}"


def _tape(view: View, words: Words, size: Size) -> RenderableType:
    table = Table.grid(expand=True, padding=(0, 1))
    table.add_column(no_wrap=True, style=QUIET)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(no_wrap=True, justify="right")
    for deal in view.deals[: size.tape - FRAME_ROWS]:
        sign = 1 if deal.side == "buy" else -1
        mark = "▲" if sign > 0 else "▼"
        price = Text(f"{mark}{price_text(deal.price)}", style=_colour(words, sign))
        table.add_row(_clock(deal.time), deal.instrument, price, f"{tonnes_text(deal.grams)} t")
    return _panel(table, words.tape)


def _blocks(view: View, words: Words, rows: int) -> RenderableType:
    table = Table(expand=True, box=None, header_style=QUIET, padding=(0, 1, 0, 0))
    for place, name in enumerate(words.block_columns):
        table.add_column(name, justify="right" if place else "left", no_wrap=True)
    for made in view.blocks[: rows - 1]:
        table.add_row(
            Text(f"{made.head.height:,}", style="cyan"), f"{made.transactions}",
            f"{made.trades}", Text(f"{made.refused}", style=QUIET if not made.refused else ""),
        )  # fmt: skip
    return _panel(table, words.blocks)


def _certificates(view: View, words: Words, rows: int) -> RenderableType:
    """The last certificate in full, and the ones before it in a line each."""
    if not view.claims:
        return _panel(Align.center(words.no_certificate, vertical="middle"), words.certificate)
    claim, *earlier = view.claims
    lines = [
        Text(claim.who, style="bold", no_wrap=True, overflow="ellipsis"),
        Text.assemble(
            (f"{words.retired} ", QUIET), (f"{tonnes_text(claim.grams)} tCO2e", "bold"),
            ("  ", ""), (_clock(claim.time), QUIET),
        ),
        *[Text(serial, style="cyan", overflow="fold") for serial in claim.serials[:SERIALS_SHOWN]],
        Text(claim.id, style=QUIET, no_wrap=True),
        Text(""),
    ]  # fmt: skip
    table = Table.grid(expand=True, padding=(0, 1, 0, 0))
    table.add_column(style=QUIET, no_wrap=True)
    table.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    table.add_column(no_wrap=True, justify="right")
    for other in earlier[: max(0, rows - len(lines))]:
        table.add_row(_clock(other.time)[:5], other.who, f"{tonnes_text(other.grams)} t")
    return _panel(Group(*lines, table), words.certificate)


def _doors(view: View, words: Words) -> RenderableType:
    grid = Table.grid(expand=True, padding=(0, 2, 0, 0))
    grid.add_column(style=QUIET, no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(style=QUIET, no_wrap=True)
    grid.add_column(no_wrap=True, ratio=1)
    for place in range(0, len(view.doors), 2):
        cells = [cell for door in view.doors[place : place + 2] for cell in door]
        grid.add_row(*cells)
    return _panel(grid, words.doors, words.stops)


def _colour(words: Words, sign: int) -> str:
    return words.rising if sign > 0 else words.falling if sign < 0 else ""


def _clock(moment: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(moment // 1000))


def line_of(made: Made) -> str:
    """A block as a plain line, for a terminal that is none."""
    return (
        f"height {made.head.height}  tx {made.transactions}  refused {made.refused}  "
        f"trades {made.trades}  {tonnes_text(made.grams)} t  root {made.head.root[:16]}"
    )
