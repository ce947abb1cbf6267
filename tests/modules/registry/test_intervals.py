"""The index of intervals answers as a walk over all records would."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.registry.intervals import FINAL, STEPS, Interval, Intervals, custody
from tests.modules.registry.worlds import BATCH

OTHER = "ccer-00001-2025-001"
OWNERS = ("ann", "ben")

Known = dict[str, Interval]

CHANGES = st.lists(
    st.tuples(
        st.sampled_from((BATCH, OTHER)),
        st.integers(1, 30),
        st.integers(0, 5),
        st.sampled_from(("held", "custody", "bridging", "retired")),
        st.sampled_from(OWNERS),
        st.booleans(),
    ),
    max_size=60,
)


def interval(batch: str, start: int, more: int, status: str, owner: str) -> Interval:
    return Interval(batch, start, start + more, status, owner, "x", "", (), 0)  # type: ignore[arg-type]


def answers(index: Intervals) -> dict[str, object]:
    """All that an index can be asked, without what it keeps empty."""
    return {
        "starts": {key: list(found.above(0)) for key, found in index.starts.items() if found},
        "status": {key: list(found.above(0)) for key, found in index.of_status.items() if found},
        "owner": {key: list(found.above(0)) for key, found in index.of_owner.items() if found},
        "tonnes": {key: tonnes for key, tonnes in index.tonnes.items() if tonnes},
    }


def walk(known: Known) -> dict[str, object]:
    """The same, from all records."""
    totals: dict[tuple[str, str], int] = {}
    found: dict[str, dict[object, object]] = {
        "starts": {}, "status": {}, "owner": {}
    }  # fmt: skip
    lists: dict[tuple[str, object], list[int]] = {}
    for record in sorted(known.values(), key=lambda record: record.start):
        for name, key in (
            ("starts", record.batch),
            ("status", (record.batch, record.status)),
            ("owner", (record.owner, record.batch, record.status)),
        ):
            lists.setdefault((name, key), []).append(record.start)
        if record.status in ("held", "bridging"):
            mine = (record.owner, record.batch.partition("-")[0])
            totals[mine] = totals.get(mine, 0) + record.tonnes
    for (name, listed), starts in lists.items():
        found[name][listed] = starts
    return found | {"tonnes": totals}


@given(CHANGES)
@settings(max_examples=100)
def test_equals_a_walk_over_all_records_and_undoes_itself(
    changes: list[tuple[str, int, int, str, str, bool]],
) -> None:
    index, known = Intervals(), dict[str, Interval]()
    done: list[tuple[str, Interval | None, Interval | None]] = []
    for batch, start, more, status, owner, is_drop in changes:
        after = None if is_drop else interval(batch, start, more, status, owner)
        place = interval(batch, start, more, status, owner).place()
        before = known.get(place)
        if before is None and after is None:
            continue
        index.apply(place, before, after)
        done.append((place, before, after))
        if after is None:
            del known[place]
        else:
            known[place] = after
        assert answers(index) == walk(known)
    for place, before, after in reversed(done):
        index.apply(place, after, before)
    assert answers(index) == walk({})


def test_a_chunked_list_answers_beyond_one_chunk() -> None:
    index = Intervals()
    for start in range(1, 20_001, 2):
        record = interval(BATCH, start, 1, "held", "ann")
        index.apply(record.place(), None, record)
    starts = index.starts[BATCH]
    assert [starts.floor(serial) for serial in (1, 2, 9_999, 10_000, 20_000)] == [
        1, 1, 9_999, 9_999, 19_999
    ]  # fmt: skip
    assert list(starts.above(0)) == list(range(1, 20_001, 2))
    assert index.tonnes[("ann", "vcs")] == 20_000


def test_what_is_final_becomes_nothing() -> None:
    assert [status for status, after in STEPS.items() if not after] == list(FINAL)
    assert all(target in STEPS for after in STEPS.values() for target in after)


def test_custody_is_an_owner_of_its_own() -> None:
    assert custody(BATCH) == "custody:" + BATCH
