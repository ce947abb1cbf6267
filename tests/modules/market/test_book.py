"""The book in memory equals a plain list of orders, and every change of it can be undone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ctn.modules.market.book import Books, BookSide, Due
from ctn.modules.market.records import ClientId, Order
from tests.modules.market.worlds import NAME, TONNE

Command = tuple[str, int, int, int, int]
COMMANDS = st.lists(
    st.tuples(
        st.sampled_from(["add", "shrink", "move", "drop", "drop"]),
        st.integers(0, 30), st.integers(1, 5), st.integers(0, 2), st.integers(1, 6),
    ),
    max_size=60,
)  # fmt: skip


def an_order(number: int, price: int, rank: int, tonnes: int, seq: int) -> Order:
    return Order(
        number, f"account{number % 4}", NAME, "buy" if number % 2 else "sell", "limit", price, None,
        tonnes * TONNE, tonnes * TONNE, None, tonnes * TONNE, "gtc", 1_000 + number, False,
        "cancel_taker", rank, seq, 1, "open", 0, 0, None, None,
    )  # fmt: skip


def steps(commands: list[Command]) -> list[tuple[Order | None, Order | None]]:
    """What each command changes: before and after."""
    live: dict[int, Order] = {}
    found: list[tuple[Order | None, Order | None]] = []
    for place, (verb, pick, price, rank, tonnes) in enumerate(commands):
        numbers = sorted(live)
        if verb == "add" or not numbers:
            after = an_order(place, price, rank, tonnes, place)
            live[place] = after
            found.append((None, after))
            continue
        before = live.pop(numbers[pick % len(numbers)])
        if verb == "drop":
            found.append((before, None))
            continue
        if verb == "shrink":
            left = max(TONNE, before.open - tonnes * TONNE)
            after = before.replace(open=left, shown=left)
        else:
            after = before.replace(price=price, rank=rank, seq=100 + place)
        live[before.no] = after
        found.append((before, after))
    return found


def naive(orders: list[Order], side: str) -> list[int]:
    """Numbers in the order in which they trade: price, rank, sequence."""
    sign = -1 if side == "buy" else 1
    mine = [order for order in orders if order.side == side]
    mine.sort(key=lambda order: (sign * (order.price or 0), -order.rank, order.seq))
    return [order.no for order in mine]


def drained(books: Books, live: dict[int, Order], side: str) -> list[int]:
    """Numbers as the book gives its heads, taking each out."""
    numbers: list[int] = []
    while True:
        book = books.book(NAME)
        half: BookSide = book.bids if side == "buy" else book.asks
        if not half.keys:
            return numbers
        number = half.head()
        numbers.append(number)
        books.apply("", live[number], None)


@given(COMMANDS)
@settings(max_examples=60)
def test_heads_come_as_from_a_sorted_list(commands: list[Command]) -> None:
    books, live = Books(), dict[int, Order]()
    for before, after in steps(commands):
        books.apply("", before, after)
        if before is not None:
            del live[before.no]
        if after is not None:
            live[after.no] = after
    orders = list(live.values())
    for account in ("account0", "account1", "account2", "account3"):
        mine = [order for order in orders if order.account == account]
        holder = books.holder(account)
        assert sorted(holder.orders) == sorted(order.no for order in mine)
        for place, side in enumerate(("buy", "sell")):
            total = sum(order.open for order in mine if order.side == side)
            assert holder.sums.get(NAME, [0, 0])[place] == total
    for side in ("buy", "sell"):
        assert drained(books, live, side) == naive(orders, side)


@given(COMMANDS, st.integers(0, 60))
@settings(max_examples=60)
def test_undoing_changes_last_first_gives_the_same_book(commands: list[Command], at: int) -> None:
    books = Books()
    done = steps(commands)
    for before, after in done[:at]:
        books.apply("", before, after)
    dump = books.dump()
    for before, after in done[at:]:
        books.apply("", before, after)
    for before, after in reversed(done[at:]):
        books.apply("", after, before)
    assert books.dump() == dump


@given(COMMANDS)
@settings(max_examples=30)
def test_the_book_follows_from_the_orders_alone(commands: list[Command]) -> None:
    books, rebuilt, live = Books(), Books(), dict[int, Order]()
    for before, after in steps(commands):
        books.apply("", before, after)
        if before is not None:
            del live[before.no]
        if after is not None:
            live[after.no] = after
    for number in sorted(live):
        rebuilt.apply("", None, live[number])
    assert rebuilt.dump() == books.dump()


@given(COMMANDS, st.integers(900, 1_100))
@settings(max_examples=30)
def test_due_items_come_by_time_and_stay_until_they_leave(
    commands: list[Command], now: int
) -> None:
    books, live = Books(), dict[int, Order]()
    for before, after in steps(commands):
        books.apply("", before, after)
        if before is not None:
            del live[before.no]
        if after is not None:
            live[after.no] = after
    due = sorted(Due(one.expires, "order", one.no) for one in live.values() if one.expires <= now)
    assert books.due_until(now, 1_000) == due
    assert books.due_until(now, 3) == due[:3]
    first = min((order.expires for order in live.values()), default=None)
    assert books.next_due() == first


def test_client_ids_are_due_before_orders_of_the_same_time() -> None:
    books = Books()
    order = an_order(7, 3, 0, 1, 7)
    books.apply("", None, order)
    books.apply("a/x", None, ClientId("a", "x", 9, "00" * 32, order.expires))
    due = books.due_until(order.expires, 10)
    assert [(item.kind, item.no) for item in due] == [("client_id", 9), ("order", 7)]
    assert books.client_ids == {9: "a/x"}
