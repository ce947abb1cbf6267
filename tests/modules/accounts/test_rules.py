"""What loosens a guard, what widens a limit, and which guards break a rule."""

from hypothesis import given
from hypothesis import strategies as st

from ctn.modules.accounts.records import UNGUARDED, Limit
from ctn.modules.accounts.rules import (
    guard_fault,
    is_attested,
    is_lapsed,
    limit_of,
    loosens,
    needs_approvers,
    widens,
)
from ctn.modules.accounts.waiting import GuardChange

ASSETS = ("cny", "usd", "vcs-00001-2021-001")
LIMITS = st.dictionaries(st.sampled_from(ASSETS), st.integers(0, 4)).map(
    lambda found: tuple([Limit(asset, amount) for asset, amount in found.items()])
)
CHANGES = st.builds(GuardChange, st.booleans(), LIMITS, st.just(()), st.just(0))
FAMILIES = st.none() | st.lists(
    st.sampled_from(("trade", "exit", "transfer")), min_size=1, unique=True
).map(tuple)
NAMES = st.lists(st.sampled_from("abcdefghi"), max_size=9).map(tuple)


@given(change=CHANGES)
def test_the_same_guard_is_no_loosening(change: GuardChange) -> None:
    guard = UNGUARDED.replace(trusted_only=change.trusted_only, limits=change.limits)
    assert not loosens(guard, change)


@given(first=CHANGES, second=CHANGES)
def test_what_lets_more_out_is_a_loosening(first: GuardChange, second: GuardChange) -> None:
    before = UNGUARDED.replace(trusted_only=first.trusted_only, limits=first.limits)
    after = UNGUARDED.replace(trusted_only=second.trusted_only, limits=second.limits)
    lets_more = any(
        limit_of(before, asset) is not None
        and (limit_of(after, asset) is None or limit_of(after, asset) > limit_of(before, asset))  # type: ignore[operator]
        for asset in ASSETS
    )
    is_opened = before.trusted_only and not after.trusted_only
    assert loosens(before, second) == (lets_more or is_opened)


@given(before=FAMILIES, after=FAMILIES)
def test_widening_adds_a_family_to_a_limited_key(
    before: tuple[str, ...] | None, after: tuple[str, ...] | None
) -> None:
    every = {"trade", "exit", "transfer", "and others"}
    gained = (every if after is None else set(after)) - (every if before is None else set(before))
    assert widens(before, after) == bool(gained)


@given(guardians=NAMES, threshold=st.integers(0, 9))
def test_guardians_are_none_or_a_quorum_of_distinct_others(
    guardians: tuple[str, ...], threshold: int
) -> None:
    change = GuardChange(False, (), guardians, threshold)
    count = len(guardians)
    is_quorum = count >= 2 and 2 <= threshold <= count and threshold > count / 2
    is_good = len(set(guardians)) == count and "a" not in guardians
    is_good = is_good and (is_quorum or (count == 0 and threshold == 0))
    assert (guard_fault(change, "a") is None) == is_good


def test_a_guard_says_what_an_account_is() -> None:
    person = UNGUARDED.replace(kind="person", verified_until=10)
    assert (is_attested(person, 9), is_attested(person, 10), is_attested(None, 0)) == (
        True, False, False,
    )  # fmt: skip
    assert (is_lapsed(person, 9), is_lapsed(person, 10), is_lapsed(UNGUARDED, 0)) == (
        False, True, False,
    )  # fmt: skip
    kinds = ("person", "enterprise", "institution")
    needs = [needs_approvers(person.replace(kind=kind)) for kind in kinds]
    assert needs == [False, True, True]
