"""The board fits its terminal and says what is simulated; its picture fetches nothing."""

import io
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len
from rich.console import Console

from ctn.demo.board import board, line_of, svg
from ctn.demo.seen import see
from ctn.demo.watch import View, Watch, serial_text
from ctn.demo.words import EN, ZH, Words, change_text, price_text, tonnes_text
from tests.demo.worlds import HEIGHT, Told

URL = "http://127.0.0.1:8080"


@pytest.fixture(name="view", scope="module")
def _view(told: Told) -> View:
    watch = Watch(told.cast)
    watch.doors = [("REST", URL), ("command", "ctn --help")]
    with told.open() as chain:
        watch.look_back(chain)
        head = chain.head()
        return watch.view(see(chain, told.cast, ()), head, head.time + 1_500)


def _text(view: View, words: Words, width: int, height: int) -> str:
    console = Console(width=width, height=height, record=True, file=io.StringIO())
    console.print(board(view, words, width, height), height=height)
    return console.export_text()


@pytest.mark.parametrize("words", [ZH, EN])
@pytest.mark.parametrize(("width", "height"), [(100, 30), (140, 45), (80, 24)])
def test_fits_the_terminal(view: View, words: Words, width: int, height: int) -> None:
    lines = _text(view, words, width, height).rstrip("\n").split("\n")
    assert len(lines) == height
    assert max([cell_len(line) for line in lines]) <= width


@pytest.mark.parametrize("words", [ZH, EN])
@pytest.mark.parametrize(("width", "height"), [(100, 30), (140, 45)])
def test_says_chain_notice_market_certificate_and_doors(
    view: View, words: Words, width: int, height: int
) -> None:
    text = _text(view, words, width, height)
    claim = view.claims[0]
    assert view.book is not None
    wanted = [
        view.head.chain, str(HEIGHT), view.head.root[:12], words.notice, URL, claim.id,
        words.ago.format(1), price_text(view.book.bids[0].price), tonnes_text(claim.grams),
    ]  # fmt: skip
    wanted += [ticker.instrument for ticker in view.tickers]
    for part in wanted:
        assert part in text, part


def test_shows_the_last_trades_and_blocks_first(view: View, told: Told) -> None:
    last = told.events("market.Traded")[-1]
    assert (view.deals[0].price, view.deals[0].grams) == (last["price"], last["qty"])
    assert [made.head.height for made in view.blocks] == list(range(HEIGHT, HEIGHT - 40, -1))


def test_an_empty_market_has_a_board_too(view: View) -> None:
    bare = view._replace(tickers=[], book=None, deals=[], blocks=[], claims=[], doors=[])
    assert EN.no_certificate in _text(bare, EN, 100, 30)


def test_the_picture_is_well_formed_and_fetches_nothing(view: View) -> None:
    picture = svg(view, EN)
    ElementTree.fromstring(picture)
    addresses = picture.replace("http://www.w3.org/2000/svg", "").replace(URL, "")
    assert "://" not in addresses
    assert "@font-face" not in picture
    assert "@import" not in picture


def test_a_block_is_one_line_where_there_is_no_terminal(view: View) -> None:
    line = line_of(view.blocks[0])
    assert line.startswith(f"height {HEIGHT}  tx {view.blocks[0].transactions}  ")
    assert "\n" not in line


def test_figures_are_written_in_full() -> None:
    assert price_text(1_612_000) == "161.20"
    assert price_text(12_345_678_900) == "1,234,567.89"
    assert tonnes_text(2_600_350_000) == "2,600.350"
    assert change_text(99, 100) == ("▼1.00%", -1)
    assert change_text(None, 100)[1] == 0
    part = {"start": 7, "end": 9, "grams": 3_000_000}
    assert serial_text("vcs-00001-2022-001", part) == "CTN-VCS-00001-2022-001-7-9"
    part = {"start": 7, "end": 7, "grams": 350_000}
    assert serial_text("vcs-00001-2022-001", part).endswith("-7-7 (350 kg)")
