"""A chain with validators, a council, proposals and a freeze; the known words may vote there."""

import json
import time
from typing import Any

from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis
from ctn.modules.accounts.records import PERSON, Guard
from ctn.modules.compliance.records import ComplianceFreeze
from ctn.modules.governance.records import (
    BOND,
    HERE,
    LAST,
    NO_VOTES,
    Ballot,
    Council,
    LockedLot,
    ParamChange,
    Proposal,
    ProposalCounter,
    Votes,
    bond_account,
    vote_account,
)
from ctn.modules.governance.set_param import SetParam
from ctn.modules.identity.records import LIVE, Attestation, Standing
from ctn.modules.staking.cpoes import Cpoe
from ctn.modules.staking.records import (
    DUPLICATE_VOTE,
    TOMBSTONED,
    Evidence,
    Liveness,
    SlashedLot,
    Unbonding,
    Validator,
    unbonding,
)
from tests.api.chains import MAKER
from tests.modules.registry.worlds import METHODOLOGY, PROJECT
from tests.modules.staking.worlds import FRESH, OLD, StakeWorld
from tests.web.words import PHRASE, key_of
from tests.worlds import CNY, DAY, FOREVER, START, Person

OWNER = key_of(PHRASE).address
OWNER_KEY = "0e" * 32
DOCUMENT = "d0" * 32
NORTH = "North Grid 北网"
HELD_T = 100
COUNCIL_NO, PUBLIC_NO, FAILED_NO = 1, 2, 3


def founding() -> Genesis:
    """The chain, whose times lie around the time of the machine."""
    world = StakeWorld(vote_quorum=2, vote_min=20)
    _owner(world)
    _ward(world)
    _validators(world)
    _governance(world)
    assert world.machine.height == 0
    rows: list[tuple[str, str, Any]] = [
        (table, place, value) for (table, place), value in world._records.items()
    ]
    rows += [("balance", place, value) for place, value in world._balances.items()]
    shift = time.time_ns() // 1_000_000 - START
    records = [
        (table, place, value if table == "balance" else _moved(json.loads(encode(value)), shift))
        for table, place, value in sorted(rows, key=lambda row: (row[0], row[1]))
    ]
    return Genesis("ctn-test", START + shift, 1, 1, MAKER, dict(world.params), records, None, {})


def _moved(value: Any, shift: int) -> Any:
    """A record whose times near the start of the worlds lie near another time instead."""
    if isinstance(value, dict):
        return {name: _moved(inner, shift) for name, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner, shift) for inner in value]
    is_time = isinstance(value, int) and abs(value - START) < 2 * 365 * DAY
    return value + shift if is_time else value


def _owner(world: StakeWorld) -> None:
    """The owner of the known words: a person with money, tonnes and the badge of a proposer."""
    world.grant(OWNER, "cny", 50_000 * CNY)
    world.hold(OWNER, HELD_T)
    world.put(Guard(False, (), (), 0, PERSON, FOREVER), OWNER)
    world.put(
        Attestation(
            f"{OWNER}/{0:020d}", OWNER, world.verifier, 2, PERSON, "CN", (OWNER_KEY,), (),
            "00" * 32, START - 1, FOREVER, LIVE, None,
        )
    )  # fmt: skip
    world.put(Standing(OWNER_KEY, True, False, START - 1, 0, (0,) * 9, 1, 0))


def _ward(world: StakeWorld) -> None:
    """An enterprise of two keys that names the owner and another as its guardians."""
    ward = world.enterprise("ward", cny=1_000)
    guard = world.first(Guard, ward)
    world.put(guard.replace(guardians=(OWNER, Person("mei").address), guardian_threshold=2), ward)


def _validators(world: StakeWorld) -> None:
    """Two in force, one in jail, one barred for good, one that only declared."""
    north = world.operator(
        "north", tonnes=2_000, power=600_000, stake=1_400_000, weight=1_361_395,
        moniker=NORTH, credit=9_700, bonus_bp=25,
    )  # fmt: skip
    world.operator("south", tonnes=1_500, power=400_000, stake=1_050_000, weight=1_050_000,
                   credit=10_000, moniker="South Hydro")  # fmt: skip
    world.operator("jailed", tonnes=1_500, credit=7_400, moniker="Late Wind",
                   jailed_until=(START + 28_800_000) // DAY + 2)  # fmt: skip
    world.operator("new", status="declared", admitted=None, moniker="New Kiln")
    barred = world.operator("barred", tonnes=950, status=TOMBSTONED, moniker="Two Hands")
    world.put(Unbonding(north, 1, FRESH, 50, START - DAY, START + 20 * DAY))
    world.put(Unbonding(north, 2, OLD, 10, START - DAY, None))
    world.hold(unbonding(north), 50)
    world.hold(unbonding(north), 10, OLD)
    world.put(Liveness(north, 120, 117, 0))
    address = world._records[(Validator.table, barred)].address
    world.put(
        Evidence(
            f"{DUPLICATE_VOTE}-{address}-4711", DUPLICATE_VOTE, address, barred, 4_711,
            START - 3 * DAY, 20_830, 90_000, None, (SlashedLot(FRESH, 50, 50),),
        )
    )  # fmt: skip
    world.put(
        Cpoe(
            "c-" + "a" * 24, north, PROJECT, START - 90 * DAY, START - 30 * DAY, 1_000,
            METHODOLOGY, world.verifier, "ab" * 32, ("CTN-X",), (("ctn", 1, 1_000),), "valid",
            START - 25 * DAY, START - 20 * DAY, None, None, None,
        )
    )  # fmt: skip


def _governance(world: StakeWorld) -> None:
    """A council that the owner sits on, one open proposal to each track, and one that failed."""
    members = [OWNER, world.stranger("mei"), world.stranger("nan")]
    other = world.enterprise("proposer", cny=20_000)
    world.put(Council(tuple(members), 2, 2), HERE)
    rule = json.loads(encode(SetParam("taker_ppm", "400")))
    quorum = json.loads(encode(SetParam("vote_quorum", "4")))
    plain = Proposal(
        COUNCIL_NO, "council", members[1], "Lower the taker's fee", DOCUMENT, (rule,), "open",
        START - DAY, 1, START + 13 * DAY, (members[1],), (), NO_VOTES, NO_VOTES, NO_VOTES, 0,
        None, None, None,
    )  # fmt: skip
    world.put(plain)
    yes = Votes(1, 16, 4)
    world.put(
        plain.replace(
            number=PUBLIC_NO, track="public", proposer=other, title="A wider quorum 扩大法定人数",
            ops=(quorum,), approvals=(), bond=BOND, closes=START + 6 * DAY, yes=yes,
        )
    )  # fmt: skip
    done = plain.replace(number=FAILED_NO, title="Admit a node", ops=(), approvals=())
    world.put(done.replace(state="rejected", ended=START - DAY // 2))
    voter = world.person("voter")
    world.put(ProposalCounter(FAILED_NO), LAST)
    world.put(Ballot(PUBLIC_NO, "aa" * 32, "yes", 16, 1))
    world.put(LockedLot(PUBLIC_NO, voter, FRESH, "aa" * 32, 16))
    world.hold(vote_account(PUBLIC_NO), 16)
    world.grant(bond_account(other), "cny", BOND)
    world.keep(other, "bond")
    world.keep(voter, "bond")
    world.put(ParamChange("vote_min", 15, START + DAY // 2))
    world.put(
        ComplianceFreeze(
            "f-" + "1" * 24, "bridge", "verra", "a drill", DOCUMENT, True, members[1], "member", 1,
            START - DAY, START + 2 * DAY, None, None,
        )
    )  # fmt: skip
