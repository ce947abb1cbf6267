"""The index of what waits: a pure function of the records, whatever led to them."""

from hypothesis import given
from hypothesis import strategies as st

from ctn.kernel.account import Signer, Thresholds
from ctn.kernel.record import Record
from ctn.modules.accounts.waiting import (
    Change,
    Closing,
    Due,
    Lock,
    Pending,
    RecoveryChange,
    TrustChange,
    UnlockChange,
    Waiting,
)

RECOVERY = RecoveryChange((Signer(1, "00" * 32, 1),), Thresholds(1, 1, 1), False)
CHANGES: tuple[Change, ...] = (TrustChange("x"), UnlockChange(), RECOVERY)
PENDING = st.builds(
    lambda account, number, change, effective: Pending(account, number, change, 0, effective),
    st.sampled_from("ab"), st.integers(1, 6), st.sampled_from(CHANGES), st.integers(1, 5),
)  # fmt: skip
LOCKS = st.builds(lambda account: (account, Lock("by", 1)), st.sampled_from("ab"))
CLOSINGS = st.builds(lambda account: (account, Closing(1)), st.sampled_from("ab"))
ACTS = st.lists(
    st.tuples(PENDING.map(lambda one: (one.place(), one)) | LOCKS | CLOSINGS, st.booleans()),
    max_size=20,
)


def _dues(waiting: Waiting) -> list[Due]:
    found: list[Due] = []
    due = waiting.next_after(None)
    while due is not None:
        found.append(due)
        due = waiting.next_after(due)
    return found


def _expected(records: dict[tuple[str, str], Record]) -> list[Due]:
    """Slowly: a recovery alone, else the unlock alone of a locked account, else everything."""
    found: list[Due] = []
    for account in "ab":
        mine = [one for one in records.values() if isinstance(one, Pending)]
        mine = [one for one in mine if one.account == account]
        if any(isinstance(one.change, RecoveryChange) for one in mine):
            mine = [one for one in mine if isinstance(one.change, RecoveryChange)]
        elif ("lock", account) in records:
            mine = [one for one in mine if isinstance(one.change, UnlockChange)]
        found += [Due(one.effective, one.number, account) for one in mine]
    return sorted(found)


@given(acts=ACTS)
def test_what_may_mature_follows_from_the_records_and_undoing_restores_it(
    acts: list[tuple[tuple[str, Record], bool]],
) -> None:
    waiting, records = Waiting(), dict[tuple[str, str], Record]()
    done: list[tuple[str, Record | None, Record | None]] = []
    for (place, record), is_put in acts:
        before = records.get((record.table, place))
        after = record if is_put else None
        if before is None and after is None:
            continue
        waiting.apply(place, before, after)
        done.append((place, before, after))
        if after is None:
            del records[(record.table, place)]
        else:
            records[(record.table, place)] = after
        assert _dues(waiting) == _expected(records)
        assert sorted(waiting.locked) == sorted(at for table, at in records if table == "lock")
        closings = sorted(at for table, at in records if table == "closing")
        assert sorted(waiting.closings) == closings
    for place, before, after in reversed(done):
        waiting.apply(place, after, before)
    assert (_dues(waiting), waiting.pending, waiting.locked, waiting.closings) == ([], {}, {}, {})
