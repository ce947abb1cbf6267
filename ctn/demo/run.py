"""The demo world from its first block to Ctrl-C, told on a board or in lines."""

import json
import sys
from pathlib import Path
from typing import NamedTuple

from ctn.client.http import Client
from ctn.demo.board import write_svg
from ctn.demo.cast import REGISTRAR, Cast
from ctn.demo.ground import Chain, Ground, Head, Seat
from ctn.demo.history import BLOCKS, GENESIS_TIME, make_history, span
from ctn.demo.live import World, now
from ctn.demo.platform import Platform
from ctn.demo.screen import progress_bar, screen_for
from ctn.demo.seats import FAUCET, SEATS, Ask, endow
from ctn.demo.seen import see
from ctn.demo.watch import Watch
from ctn.demo.words import EN, ZH, Words
from ctn.kernel.account import DutyKind
from ctn.kernel.block import DAY_MS

MINUTE_MS = 60_000
ANOTHER_WORLD = 2
ACTIVATE = Path(".venv/bin/activate")


class Wishes(NamedTuple):
    """What was asked for; `until` 0 means to go on."""

    until: int
    seed: int
    is_english: bool
    is_json: bool
    has_board: bool
    is_new: bool
    picture: Path | None

    @property
    def words(self) -> Words:
        """The words of the language asked for."""
        return EN if self.is_english else ZH


def main(ground: Ground, wishes: Wishes) -> int:
    """Run the demo world on its ground; the exit code."""
    cast = Cast(wishes.seed)
    if wishes.is_new:
        ground.remove()
    # A world that goes on leads up to now; one that is made to a height is the same at any time.
    begin = GENESIS_TIME if wishes.until else now() - span(cast.seed, BLOCKS)
    if not ground.has_chain():
        ground.create(cast.genesis(begin - begin % MINUTE_MS), cast.maker_seed)
    if not _fill(ground, cast, wishes):
        print(f"{ground.folder} holds another world; --reset starts anew", file=sys.stderr)
        return ANOTHER_WORLD
    if wishes.until:
        return _tell_root(ground, cast, wishes)
    return 0 if ground.is_leaving() else _live(ground, cast, wishes)


def _fill(ground: Ground, cast: Cast, wishes: Wishes) -> bool:
    """Make what is missing of the history, with a bar; whether the chain here is this world's."""
    height = wishes.until or BLOCKS
    with ground.open() as chain, progress_bar() as bar:
        registrar = f"{cast.address(REGISTRAR)}/{DutyKind.REGISTRAR.value}"
        is_ours = chain.value("duty", registrar) is not None
        if not is_ours or (wishes.until and chain.begin != GENESIS_TIME):
            return False
        task = bar.add_task(wishes.words.making, total=height, completed=chain.head().height)

        def told(now_at: Chain) -> bool:
            bar.update(task, completed=now_at.head().height)
            return not ground.is_leaving()

        make_history(chain, cast, height, told)
    return True


def _tell_root(ground: Ground, cast: Cast, wishes: Wishes) -> int:
    """Print chain, height and root as one line; draw the board when a picture is asked for."""
    with ground.open() as chain:
        head = chain.head()
        if wishes.picture is not None:
            watch = Watch(cast)
            watch.look_back(chain)
            view = watch.view(see(chain, cast, ()), head, head.time)
            write_svg(wishes.picture, view, wishes.words)
    row = {"chain": head.chain, "height": head.height, "root": head.root}
    print(json.dumps(row, separators=(",", ":")), flush=True)
    return 0


def _live(ground: Ground, cast: Cast, wishes: Wishes) -> int:
    """Serve the world and let it go on."""
    with ground.serve() as url, Client(url) as client:
        if ground.is_leaving():
            return 0
        platform = Platform(client)
        seat = ground.seat()
        endow(platform, cast, Ask("visitor", seat.address))
        watch = Watch(cast)
        watch.look_back(platform)
        watch.doors = _doors(ground, url, seat, wishes.words)
        _say_opening(platform.head(), cast, watch.doors, wishes)
        screen = screen_for(wishes.words, is_json=wishes.is_json, has_board=wishes.has_board)
        with screen:
            return World(platform, cast, watch, ground).run(screen, wishes.words, wishes.picture)


def _doors(ground: Ground, url: str, seat: Seat, words: Words) -> list[tuple[str, str]]:
    """Where the world can be reached, with a name for each."""
    activate = f". {ACTIVATE} && " if ACTIVATE.exists() else ""
    return [
        (words.page, f"{url}/"),
        (words.seats, ", ".join([kind for kind in SEATS if kind != FAUCET])),
        ("GraphQL", f"{url}/graphiql"),
        (words.rest, f"{url}/api/v1/status"),
        (words.command, f"{activate}ctn --home {ground.folder} --help"),
        (words.seat, f"--key {seat.name}"),
    ]


def _say_opening(head: Head, cast: Cast, doors: list[tuple[str, str]], wishes: Wishes) -> None:
    """Say what runs and where; on stderr when results are JSON."""
    out = sys.stderr if wishes.is_json else sys.stdout
    days = span(cast.seed, BLOCKS) // DAY_MS
    notice = wishes.words.history.format(days)
    print(f"CTN demo   chain {head.chain}   height {head.height:,}   {notice}", file=out)
    for name, text in doors:
        print(f"  {name}  {text}", file=out)
    print(f"  {wishes.words.stops}", file=out, flush=True)
