"""How an account is protected, as REST and GraphQL tell it: one reading, two forms."""

from collections.abc import Iterator

import msgspec
import pytest

from ctn.api.protection import PROTECTION
from ctn.kernel.account import Signer, Thresholds
from ctn.modules.accounts.add_trusted import AddTrusted
from ctn.modules.accounts.limit_signer import LimitSigner
from ctn.modules.accounts.lock import Lock
from ctn.modules.accounts.records import Limit
from ctn.modules.accounts.set_guard import SetGuard
from ctn.modules.accounts.set_signers import SetSigners
from ctn.modules.accounts.unlock import Unlock
from tests.api.graphql.worlds import Platform, platform
from tests.worlds import DAY, Person

ALICE, BOB, CAROL = (Person(name).address for name in ("alice", "bob", "carol"))
BOT = Person("bot").key.hex()
EVERYTHING = """
query($a: Address!) { protection(address: $a) {
  address trustedOnly limits {asset perDay} guardians guardianThreshold lockedBy lockedSince
  pending {number op change requested effective} trusted {address since}
  limitedSigners {scheme key families} recoveryVotes {guardian} recoveryStops holds {cause count}
} }
"""


@pytest.fixture(scope="module")
def found() -> Iterator[Platform]:
    """A platform after alice has guarded, limited and locked her account."""
    with platform() as market:
        keys = (Signer(1, Person("alice").key.hex(), 1), Signer(1, BOT, 1))
        market.send("alice", SetGuard(True, (Limit("cny", 2**53 + 1),), (), 0))
        market.send("alice", SetSigners(keys, Thresholds(1, 1, 1)))
        market.send("alice", LimitSigner(1, BOT, ("trade",)))
        market.send("alice", AddTrusted(BOB))
        market.send("alice", SetGuard(True, (), (BOB, CAROL), 2))
        market.send("alice", Lock(ALICE))
        market.send("alice", Unlock())
        yield market


def test_rest_tells_the_guard_the_lock_and_what_waits(found: Platform) -> None:
    answer = found.raw("GET", f"/api/v1/accounts/{ALICE}/protection")
    assert answer.status_code == 200, answer.text
    msgspec.json.decode(answer.content, type=PROTECTION)
    told = answer.json()
    assert told["trusted_only"] is True
    assert told["limits"] == [{"asset": "cny", "per_day": str(2**53 + 1)}]
    assert (told["locked_by"], told["trusted"]) == (ALICE, [])
    assert told["limited_signers"] == [{"scheme": 1, "key": BOT, "families": ["trade"]}]
    assert [one["op"] for one in told["pending"]] == [
        "accounts.add_trusted", "accounts.set_guard", "accounts.unlock",
    ]  # fmt: skip
    first = told["pending"][0]
    assert first["change"] == {"op": "accounts.add_trusted", "address": BOB}
    assert first["effective"] - first["requested"] == DAY
    assert told["holds"] == [{"cause": "serials", "count": 1}]


def test_graphql_tells_the_same(found: Platform) -> None:
    told = found.ask(EVERYTHING, a=ALICE)["protection"]
    rest = found.raw("GET", f"/api/v1/accounts/{ALICE}/protection").json()
    assert told["trustedOnly"] is True
    assert told["limits"] == [{"asset": "cny", "perDay": str(2**53 + 1)}]
    assert told["lockedBy"] == ALICE
    assert [one["change"] for one in told["pending"]] == [one["change"] for one in rest["pending"]]
    assert [one["number"] for one in told["pending"]] == [1, 2, 3]
    assert told["limitedSigners"] == rest["limited_signers"]


def test_an_account_that_set_nothing_has_no_protection(found: Platform) -> None:
    told = found.ask(EVERYTHING, a=BOB)["protection"]
    assert (told["trustedOnly"], told["lockedBy"], told["pending"]) == (False, None, [])
    assert (told["guardians"], told["guardianThreshold"]) == ([], 0)


def test_every_change_of_protection_is_told_among_the_rights_of_its_account(
    found: Platform,
) -> None:
    told = found.raw("GET", f"/api/v1/accounts/{ALICE}/permissions").json()["changes"]
    assert [row["event"] for row in told] == [
        "accounts.GuardSet", "accounts.SignersSet", "accounts.SignerLimited",
        "accounts.TrustedPending", "accounts.GuardPending", "accounts.Locked",
        "accounts.UnlockPending",
    ]  # fmt: skip
    assert found.raw("GET", f"/api/v1/accounts/{BOB}/permissions").json()["changes"] == []


def test_refuses_what_is_no_address(found: Platform) -> None:
    answer = found.raw("GET", "/api/v1/accounts/nobody/protection")
    assert (answer.status_code, answer.json()["code"]) == (400, "Malformed")
