"""A chain with validators, a council, proposals and a freeze; the known words may vote there.

Other words are those of a firm that validates, of one that may, and of a verifier.
"""

import base64
import hashlib
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from ctn.crypto import ed25519
from ctn.kernel.account import DutyKind
from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis
from ctn.modules.accounts.records import ENTERPRISE, INSTITUTION, PERSON, Guard
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
from ctn.modules.identity.records import LIVE, Attestation, Duty, Standing
from ctn.modules.staking.cpoes import Cpoe
from ctn.modules.staking.faults import consensus_address
from ctn.modules.staking.records import (
    ADMITTED,
    DUPLICATE_VOTE,
    TOMBSTONED,
    ConsensusAddress,
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
from tests.web.conftest import ROOT
from tests.web.wallets import seal
from tests.web.words import PHRASE, key_of
from tests.worlds import CNY, DAY, FOREVER, START, Person

OWNER = key_of(PHRASE).address
FIRM = "legal winner thank year wave sausage worth useful " * 2 + (
    "legal winner thank year wave sausage worth title"
)
FRESH_FIRM = "zoo " * 23 + "vote"
CHECKER = "letter advice cage absurd amount doctor acoustic avoid " * 2 + (
    "letter advice cage absurd amount doctor acoustic bless"
)
KILN = "Firm Kiln 窑"
FILED_ID, ATTESTED_ID = "c-" + "b" * 24, "c-" + "c" * 24
EPOCH_MS = 5_000
DOCUMENT = "d0" * 32
NORTH = "North Grid 北网"
HELD_T = 100
COUNCIL_NO, PUBLIC_NO, FAILED_NO = 1, 2, 3


def founding() -> Genesis:
    """The chain, whose times lie around the time of the machine."""
    world = StakeWorld(vote_quorum=2, vote_min=20, enterprise_min_approvers=1)
    world.hold(OWNER, HELD_T)
    _known(world, OWNER, PERSON)
    world.put(Standing(_owner_key(OWNER), True, False, START - 1, 0, (0,) * 9, 1, 0))
    _ward(world)
    _validators(world)
    _firms(world)
    _governance(world)
    return _genesis(world)


def restore_as(page: Page, ledger: str, phrase: str) -> str:
    """Bring other words into the page and open the validators; the account of the words."""
    page.goto(f"{ledger}/wallet/setup")
    page.get_by_role("button", name="Restore from words").click()
    page.get_by_label("Words", exact=True).fill(phrase)
    seal(page, "Restore")
    address = key_of(phrase).address
    expect(page.get_by_test_id("account")).to_have_text(address)
    page.get_by_role("link", name="Stake", exact=True).click()
    return address


def node_says(command: str, folder: Path) -> list[str]:
    """What the machine of a node prints for a command of the page, in the folder of its key."""
    seed = hashlib.sha256(b"a node").digest()
    secret = base64.b64encode(seed + ed25519.public_key(seed)).decode()
    file = {"priv_key": {"value": secret}}
    (folder / "priv_validator_key.json").write_text(json.dumps(file), "utf-8")
    room = os.environ | {"PYTHONPATH": str(ROOT)}
    name, *words = shlex.split(command)
    assert name == "ctn"
    line = [sys.executable, "-m", "ctn.cli", *words, "--validator-key", "priv_validator_key.json"]
    return subprocess.check_output(line, cwd=folder, env=room, text=True).split()


def short_epochs() -> Genesis:
    """A chain of three validators, on which an epoch ends every few seconds."""
    world = StakeWorld(epoch_ms=EPOCH_MS)
    world.operator("north", tonnes=2_000, power=600_000, weight=1_000_000, moniker=NORTH)
    world.operator("south", tonnes=1_500, power=400_000, weight=1_000_000, moniker="South Hydro")
    world.operator("late", tonnes=1_500, moniker="Late Wind")
    return _genesis(world)


def _genesis(world: StakeWorld) -> Genesis:
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


def _known(world: StakeWorld, account: str, kind: str) -> None:
    """An attested account of known words, with money."""
    world.grant(account, "cny", 50_000 * CNY)
    world.put(Guard(False, (), (), 0, kind, FOREVER), account)
    world.put(
        Attestation(
            f"{account}/{0:020d}", account, world.verifier, 2, kind, "CN", (_owner_key(account),),
            (), "00" * 32, START - 1, FOREVER, LIVE, None,
        )
    )  # fmt: skip


def _owner_key(account: str) -> str:
    return hashlib.sha256(account.encode()).hexdigest()


def _firms(world: StakeWorld) -> None:
    """Known words of an admitted firm, of one that has declared nothing, and of a verifier."""
    for phrase, kind in ((FIRM, ENTERPRISE), (FRESH_FIRM, ENTERPRISE), (CHECKER, INSTITUTION)):
        _known(world, key_of(phrase).address, kind)
    firm, checker = key_of(FIRM).address, key_of(CHECKER).address
    world.hold(firm, HELD_T)
    key = ed25519.public_key(b"f" * 32).hex()
    address = consensus_address(key)
    world.put(
        Validator(
            firm, key, address, KILN, ADMITTED, 8_000, False, None, 0, 0, 0, 0, START - 1,
            START - 1,
        )
    )  # fmt: skip
    world.put(ConsensusAddress(address, key, firm))
    world.put(Duty(DutyKind.VERIFIER.value, checker, "", START - 1, None))
    filed = Cpoe(
        FILED_ID, Person("south").address, PROJECT, START - 200 * DAY, START - 150 * DAY, 20,
        METHODOLOGY, checker, "bc" * 32, ("CTN-Y",), (("ctn", 2_001, 2_020),), "filed",
        START - 2 * DAY, None, None, None, None,
    )  # fmt: skip
    world.put(filed)
    world.put(
        filed.replace(
            id=ATTESTED_ID,
            period_start=START - 300 * DAY,
            period_end=START - 250 * DAY,
            evidence="bd" * 32,
            uses=(("ctn", 3_001, 3_020),),
            status="attested",
            attested=START - DAY,
        )
    )


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
