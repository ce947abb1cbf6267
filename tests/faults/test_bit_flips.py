"""Damage to the store's file: found at the start or by one scrub, or provably harmless.

Each damage is judged in a process of its own, because a damaged LMDB page may crash its reader. A
damage that changes nothing readable is followed by three more blocks, since it may have hit what
LMDB will write to next.
"""

import faulthandler
import os
import random
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple, NoReturn

import pytest

from ctn.node.home import Home, Opened
from ctn.node.maker import Maker
from ctn.node.stops import Stop
from ctn.node.store import DATABASES, Store
from tests.node.chains import PEOPLE, Sender, address, blocks_of, new_home
from tests.worlds import START

FLIPS = int(os.environ.get("CTN_FLIPS", "200"))
SEED = int(os.environ.get("CTN_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
BLOCKS = 300
PAGE = 4096
SECONDS = 60

HARMLESS, FOUND, FOUND_LATER, CRASHED = "harmless", "found", "found later", "crashed"
SILENT, UNNAMED, HUNG = "SILENT", "UNNAMED", "HUNG"
CODES = {0: HARMLESS, 65: FOUND, 66: FOUND_LATER, 90: SILENT, 91: UNNAMED}

Content = dict[str, dict[bytes, bytes]]


class Sound(NamedTuple):
    """An undamaged home: its files, what it holds, and what it holds three blocks later."""

    home: Home
    data: bytes
    mark: bytes
    content: Content
    later: Content


def _content(store: Store) -> Content:
    found: Content = {}
    for name in DATABASES:
        with store._environment.begin() as reading:
            rows = reading.cursor(db=store._databases[name])
            found[name] = dict(rows)
    return found


def _is_equal(store: Store, wanted: Content) -> bool:
    """Whether every key is there, by iteration and by look-up, and no other."""
    if _content(store) != wanted:
        return False
    for name, rows in wanted.items():
        with store._environment.begin() as reading:
            for key, value in rows.items():
                if reading.get(key, db=store._databases[name]) != value:
                    return False
    return True


def _scrub(store: Store) -> None:
    for _database, _size in store.check_all():
        pass
    store.check_places()


def _go_on(opened: Opened) -> None:
    """Three more blocks."""
    maker = Maker(opened)
    names = [name for name in PEOPLE if opened.store.value(f"account\0{address(name)}".encode())]
    height = maker.machine.height
    for number in range(3):
        for name in names:
            place = f"account\0{address(name)}".encode()
            data = opened.store.value(place)
            assert data is not None
            sequence = int(data.partition(b'"sequence":')[2].split(b",")[0])
            sender = Sender(name, opened.chain, sequence)
            maker.admit(maker.machine.read(sender.pay("bob", 3)))
        maker.make(START + 1_000 * (height + number + 1))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    folder = tmp_path_factory.mktemp("flips")
    home = new_home(folder / "home")
    blocks_of(home, BLOCKS, per_block=3)
    twin = Home(folder / "twin")
    shutil.copytree(home.folder, twin.folder)
    contents: list[Content] = []
    for one, more in ((home, False), (twin, True)):
        opened = Opened(one)
        if more:
            _go_on(opened)
        _scrub(opened.store)
        contents.append(_content(opened.store))
        opened.close()
    data = (home.state / "data.mdb").read_bytes()
    return Sound(home, data, home.mark.read_bytes(), *contents)


def _judge(sound: Sound) -> int:
    """The verdict on the home as it is, as an exit code."""
    code = 65
    try:
        opened = Opened(sound.home)
        _scrub(opened.store)
        if not _is_equal(opened.store, sound.content):
            return 90
        code = 66
        _go_on(opened)
        opened.close()
        opened = Opened(sound.home)
        _scrub(opened.store)
        return 0 if _is_equal(opened.store, sound.later) else 90
    except Stop:
        return code


def _judge_and_exit(sound: Sound) -> NoReturn:
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    faulthandler.disable()
    signal.alarm(SECONDS)
    code = 91
    try:
        code = _judge(sound)
    finally:
        os._exit(code)


def _verdict(sound: Sound, data: bytes) -> str:
    (sound.home.state / "data.mdb").write_bytes(data)
    sound.home.mark.write_bytes(sound.mark)
    child = os.fork()
    if child == 0:
        _judge_and_exit(sound)
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return HUNG if os.WTERMSIG(status) == signal.SIGALRM else CRASHED
    return CODES.get(os.WEXITSTATUS(status), UNNAMED)


def _flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit >> 3] ^= 1 << (bit & 7)
    return bytes(changed)


def _flips(chance: random.Random, data: bytes) -> Iterator[bytes]:
    while True:
        yield _flip(data, chance.randrange(8 * len(data)))


def _header_flips(chance: random.Random, data: bytes) -> Iterator[bytes]:
    """Into the first bytes of a page: its number, flags, bounds and the places of its rows."""
    while True:
        page = chance.randrange(len(data) // PAGE)
        yield _flip(data, 8 * PAGE * page + chance.randrange(8 * 64))


def _root_flips(chance: random.Random, data: bytes) -> Iterator[bytes]:
    """Into the two pages from which everything else is found."""
    while True:
        yield _flip(data, 8 * PAGE * chance.randrange(2) + chance.randrange(8 * 160))


def _zeroed_pages(chance: random.Random, data: bytes) -> Iterator[bytes]:
    while True:
        at = PAGE * chance.randrange(len(data) // PAGE)
        yield data[:at] + bytes(PAGE) + data[at + PAGE :]


def _swapped_pages(chance: random.Random, data: bytes) -> Iterator[bytes]:
    while True:
        first, second = sorted(chance.sample(range(2, len(data) // PAGE), 2))
        one, two = (data[PAGE * at : PAGE * at + PAGE] for at in (first, second))
        between = data[PAGE * first + PAGE : PAGE * second]
        yield data[: PAGE * first] + two + between + one + data[PAGE * second + PAGE :]


def _cut_short(chance: random.Random, data: bytes) -> Iterator[bytes]:
    while True:
        yield data[: chance.randrange(len(data))]


Kind = Callable[[random.Random, bytes], Iterator[bytes]]
KINDS: list[tuple[str, Kind, int]] = [
    ("bit flips", _flips, FLIPS),
    ("bit flips in page headers", _header_flips, FLIPS),
    ("bit flips in the root pages", _root_flips, FLIPS // 2),
    ("zeroed pages", _zeroed_pages, FLIPS // 4),
    ("swapped pages", _swapped_pages, FLIPS // 4),
    ("truncations", _cut_short, FLIPS // 10),
]


def test_a_sound_home_is_judged_harmless_and_a_planted_change_is_not(sound: Sound) -> None:
    assert _verdict(sound, sound.data) == HARMLESS
    # A leaf of records holds the values as they are: one digit of a balance is one bit away.
    at = sound.data.rindex(sound.content["records"][b"chain\0clock"])
    assert _verdict(sound, _flip(sound.data, 8 * (at + 40))) == FOUND


@pytest.mark.parametrize(("name", "kind", "count"), KINDS, ids=[row[0] for row in KINDS])
def test_damage_is_found_or_harmless(
    sound: Sound, tell: Callable[[str], None], name: str, kind: Kind, count: int
) -> None:
    chance = random.Random(SEED)
    verdicts: Counter[str] = Counter()
    wrong: list[int] = []
    for number, data in zip(range(count), kind(chance, sound.data), strict=False):
        verdict = _verdict(sound, data)
        verdicts[verdict] += 1
        if verdict in (SILENT, UNNAMED, HUNG):
            wrong.append(number)
    words = ", ".join(f"{verdicts[word]} {word}" for word in sorted(verdicts))
    tell(f"{name}: {count} damages: {words} (CTN_SEED={SEED})")
    assert not wrong, f"{words}: numbers {wrong}"
