"""The fifteen checks of a transaction, in their order; the first failure is the answer.

Source: engine.md 4.2. Each rule is broken alone, and with each later one.
"""

from collections.abc import Callable
from itertools import combinations

import pytest

from tests.machine.envelopes import (
    NOTHING,
    Attempt,
    with_flipped_signature,
    with_scheme,
)
from tests.worlds import Person

BAD_SIGNERS = {
    "op": "accounts.open_multisig",
    "signers": [],
    "thresholds": {"high": 1, "low": 1, "medium": 1},
}
LONG = 65_536


def _break_size(attempt: Attempt) -> None:
    attempt.changes.append(lambda envelope: envelope + bytes(LONG))


def _break_layout(attempt: Attempt) -> None:
    attempt.changes.append(lambda envelope: envelope + b"\0")


def _break_scheme(attempt: Attempt) -> None:
    attempt.changes.insert(0, lambda envelope: with_scheme(envelope, 9))


def _break_decode(attempt: Attempt) -> None:
    attempt.body["extra"] = 1


def _break_canonical(attempt: Attempt) -> None:
    attempt.is_spaced = True


def _break_text(attempt: Attempt) -> None:
    attempt.body["memo"] = "a\u202eb"


def _break_chain(attempt: Attempt) -> None:
    attempt.body["chain"] = "ctn-other:00c0ffee00c0ffee"


def _break_op(attempt: Attempt) -> None:
    attempt.body["ops"].append(BAD_SIGNERS)


def _break_signature(attempt: Attempt) -> None:
    attempt.changes.insert(0, with_flipped_signature)


def _break_expiry(attempt: Attempt) -> None:
    attempt.body["expires"] = 0


def _break_signer(attempt: Attempt) -> None:
    attempt.signer = Person("mallory")


def _break_sequence(attempt: Attempt) -> None:
    attempt.body["sequence"] = 1


def _break_nothing(_attempt: Attempt) -> None:
    """Closed accounts and visitors are made with the world."""


def _break_fee(attempt: Attempt) -> None:
    attempt.body["fee"]["amount"] = 1


CHECKS: list[tuple[int, str, Callable[[Attempt], None]]] = [
    (1, "kernel.TooLarge", _break_size),
    (2, "kernel.Malformed", _break_layout),
    (3, "kernel.SchemeUnknown", _break_scheme),
    (4, "kernel.Malformed", _break_decode),
    (5, "kernel.NotCanonical", _break_canonical),
    (6, "kernel.BadText", _break_text),
    (7, "kernel.WrongChain", _break_chain),
    (8, "accounts.BadSigners", _break_op),
    (9, "kernel.BadSignature", _break_signature),
    (10, "kernel.Expired", _break_expiry),
    (11, "kernel.SignerUnknown", _break_signer),
    (12, "kernel.SequenceGap", _break_sequence),
    (13, "kernel.AccountClosed", _break_nothing),
    (14, "kernel.FeeTooLow", _break_fee),
    (15, "kernel.RoleTooLow", _break_nothing),
]


def _attempt(*broken: int) -> Attempt:
    attempt = Attempt(is_visitor=15 in broken, is_closed=13 in broken)
    for number, _code, breaks in reversed(CHECKS):
        if number in broken:
            breaks(attempt)
    return attempt


def test_a_transaction_that_breaks_nothing_is_refused_nothing() -> None:
    assert Attempt().answer() == NOTHING


@pytest.mark.parametrize(("number", "code"), [check[:2] for check in CHECKS])
def test_each_check_has_its_answer(number: int, code: str) -> None:
    assert _attempt(number).answer() == code


@pytest.mark.parametrize(
    ("first", "second"), list(combinations([number for number, _c, _b in CHECKS], 2))
)
def test_of_two_failures_the_earlier_is_the_answer(first: int, second: int) -> None:
    assert _attempt(first, second).answer() == CHECKS[first - 1][1]
