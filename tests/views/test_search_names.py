"""Names: what begins so comes before what holds it, and two Chinese characters are enough."""

from collections.abc import Iterator

import msgspec
import pytest

from ctn.kernel.genesis import Genesis
from ctn.views.build import build
from ctn.views.condition import Condition
from ctn.views.reader import Reader, View
from ctn.views.search import search
from ctn.views.shelf import CURRENT, Shelf
from tests.modules.registry.worlds import put_project
from tests.views.lives import LifeFeed
from tests.views.test_build import never
from tests.worlds import World

NAMES = {
    "ccer-00101": "内蒙古森林碳汇项目",
    "ccer-00102": "森林防火",
    "ccer-00103": "Coal Mine Methane, Shanxi",
    "ccer-00104": "100% wind_farm",
}


@pytest.fixture
def view(shelf: Shelf) -> Iterator[View]:
    world = World()
    for place, name in NAMES.items():
        put_project(world, place, name=name)
    records = [
        (table, place, msgspec.to_builtins(value))
        for (table, place), value in world._records.items()
    ]
    genesis = Genesis("ctn-names", 1, 1, 1, None, {}, records, None, {})
    build(shelf, "1", LifeFeed(genesis, []), until=None, told=never)
    shelf.name(CURRENT, "1")
    reader = Reader(shelf, Condition())
    with reader.view() as view:
        yield view
    reader.close()


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("森林", ["ccer-00102", "ccer-00101"]),
        ("碳汇", ["ccer-00101"]),
        ("汇", ["ccer-00101"]),
        ("METHANE", ["ccer-00103"]),
        ("coal mine", ["ccer-00103"]),
        ("100%", ["ccer-00104"]),
        ("d_f", ["ccer-00104"]),
        ("d%f", []),
        ("ccer-00103", ["ccer-00103"]),
        ("草原", []),
    ],
)
def test_names_are_found_by_any_part(view: View, text: str, places: list[str]) -> None:
    assert [item.place for item in search(view, text)] == places
