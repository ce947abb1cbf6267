"""Sessions and nonces: how many there may be, and what ends them for good."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from ctn.api.login import sessions as limits
from ctn.api.login.challenges import NONCES_MAX, OF_ONE_CLIENT_MAX, Challenges
from ctn.api.login.refusals import LoginRequired, NonceUsed
from ctn.api.login.sessions import OF_ONE_KEY_MAX, Opened, Sessions
from ctn.api.refusals import Busy
from ctn.api.store import PlatformStore

Open = Callable[[], PlatformStore]
SITE = "http://test"


class Clock:
    """A clock that goes on by a millisecond whenever somebody looks at it."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        """The time in ms."""
        self.now += 1
        return self.now


def is_open(sessions: Sessions, opened: Opened) -> bool:
    try:
        sessions.find(opened.token)
    except LoginRequired:
        return False
    return True


async def is_kept(store: PlatformStore, opened: Opened) -> bool:
    wanted = text("SELECT count(*) FROM session WHERE id = :id")
    facts = {"id": opened.session.id}
    count: int = await store.run(lambda connection: connection.execute(wanted, facts).scalar_one())
    return count == 1


def test_the_oldest_session_of_a_key_ends_when_there_are_too_many(opened: Open) -> None:
    store = opened()
    sessions = Sessions(store, Clock())

    async def live() -> None:
        other = await sessions.open("a", 1, "cd")
        elsewhere = await sessions.open("b", 1, "ab")
        first = await sessions.open("a", 1, "ab")
        rest = [await sessions.open("a", 1, "ab") for _ in range(OF_ONE_KEY_MAX - 1)]
        assert is_open(sessions, first)
        rest.append(await sessions.open("a", 1, "ab"))
        assert not is_open(sessions, first)
        assert not await is_kept(store, first)
        with pytest.raises(LoginRequired):
            await sessions.refresh(first.refresh)
        for one in (other, elsewhere, *rest):
            assert is_open(sessions, one)
            assert await is_kept(store, one)

    asyncio.run(live())
    store.close()


def test_addresses_without_an_account_push_out_each_other_alone(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "FRESH_MAX", 3)
    store = opened()
    sessions = Sessions(store, Clock())

    async def live() -> None:
        member = await sessions.open("a", 1, "ab")
        fresh = [await sessions.open(f"f{n}", 1, f"{n}", is_fresh=True) for n in range(5)]
        assert [is_open(sessions, one) for one in fresh] == [False, False, True, True, True]
        assert is_open(sessions, member)

    asyncio.run(live())
    store.close()


def test_refuses_when_the_store_is_full(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SESSIONS_MAX", 2)
    store = opened()
    clock = Clock()
    sessions = Sessions(store, clock)

    async def live() -> None:
        kept = [await sessions.open(account, 1, "ab") for account in ("a", "b")]
        with pytest.raises(Busy):
            await sessions.open("c", 1, "ab")
        assert [is_open(sessions, one) for one in kept] == [True, True]
        clock.now += limits.REFRESH_MS
        await sessions.open("c", 1, "ab")

    asyncio.run(live())
    store.close()


def test_a_session_that_is_renewed_again_and_again_holds_few_tokens(opened: Open) -> None:
    store = opened()
    sessions = Sessions(store, Clock())

    async def live() -> None:
        made = [await sessions.open("a", 1, "ab")]
        for _ in range(limits.TOKENS_OF_ONE_MAX):
            made.append(await sessions.refresh(made[-1].refresh))
        assert [is_open(sessions, one) for one in made] == [False, *[True] * (len(made) - 1)]

    asyncio.run(live())
    store.close()


def test_a_session_that_ends_during_its_renewal_is_not_revived(opened: Open) -> None:
    store = opened()
    sessions = Sessions(store, Clock())

    async def live() -> None:
        for turn in range(40):
            begun = await sessions.open("a", 1, "ab")
            renewal, end = sessions.refresh(begun.refresh), sessions.end(begun.session.id)
            both = (renewal, end) if turn % 2 else (end, renewal)
            found = await asyncio.gather(*both, return_exceptions=True)
            for one in found:
                assert not isinstance(one, Opened) or not is_open(sessions, one)
            assert not await is_kept(store, begun)

    asyncio.run(live())
    store.close()


@pytest.mark.parametrize("cookie", ["", "a\0b.c", "\0", "A" * 32 + ".c", "\u0660" * 32 + ".c"])
def test_refuses_a_cookie_that_names_no_session(opened: Open, cookie: str) -> None:
    store = opened()
    with pytest.raises(LoginRequired):
        asyncio.run(Sessions(store, Clock()).refresh(cookie))
    store.close()


def test_a_client_makes_its_own_nonces_forgotten_alone() -> None:
    challenges = Challenges(Clock())
    theirs, _until = challenges.give(SITE, "203.0.113.7")
    first, _until = challenges.give(SITE, "2001:db8::1")
    for number in range(OF_ONE_CLIENT_MAX):
        challenges.give(SITE, f"2001:db8::{number + 2:x}")
    with pytest.raises(NonceUsed):
        challenges.use(first, SITE)
    challenges.use(theirs, SITE)


def test_a_nonce_that_is_spent_leaves_its_place() -> None:
    challenges = Challenges(Clock())
    first, _until = challenges.give(SITE, "203.0.113.7")
    for _ in range(3 * OF_ONE_CLIENT_MAX):
        challenges.use(challenges.give(SITE, "203.0.113.7")[0], SITE)
    challenges.use(first, SITE)


def test_this_machine_speaks_for_many_up_to_the_whole_limit() -> None:
    challenges = Challenges(Clock())
    first, _until = challenges.give(SITE, "127.0.0.1")
    second, _until = challenges.give(SITE, "127.0.0.1")
    for _ in range(NONCES_MAX - 1):
        challenges.give(SITE, "127.0.0.1")
    with pytest.raises(NonceUsed):
        challenges.use(first, SITE)
    challenges.use(second, SITE)
