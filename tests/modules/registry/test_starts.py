"""Sorted numbers in chunks against a sorted list."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.registry import starts
from ctn.modules.registry.starts import Starts


@given(st.lists(st.integers(0, 60), max_size=120), st.integers(-1, 61))
@settings(max_examples=100)
def test_it_answers_as_a_sorted_list_does(toggled: list[int], asked: int) -> None:
    before = starts.CHUNK_MAX
    starts.CHUNK_MAX = 4  # type: ignore[misc]
    try:
        model: set[int] = set()
        found = Starts()
        for number in toggled:
            if number in model:
                found.remove(number)
            else:
                found.add(number)
            model ^= {number}
            assert list(found.above(-1)) == sorted(model)
        assert bool(found) == bool(model)
        assert found.floor(asked) == max((n for n in model if n <= asked), default=None)
        assert list(found.above(asked)) == sorted(n for n in model if n > asked)
    finally:
        starts.CHUNK_MAX = before  # type: ignore[misc]
