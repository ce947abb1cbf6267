"""`ctn abci-sim`: the conformance driver against an application of a chain made for the run."""

from typing import TYPE_CHECKING

import typer

from ctn.cli.terminal import Trouble, say, table

if TYPE_CHECKING:
    from pathlib import Path

    from ctn.kernel.genesis import Genesis
    from ctn.kernel.op import Op
    from ctn.node.abci.simulation import Stage, Stake

app = typer.Typer(help="Play CometBFT against the application, in Python.")

SEED = b"payer of the conformance driver."
MONEY, FEE, FAR = 10_000_000, 1_000, 1_000_000
STAKE_T = 1_000
SNAPSHOT_EACH = 10


@app.command("abci-sim")
def abci_sim() -> None:
    """Play CometBFT against the application: rounds, crashes, evidence, snapshots."""
    import tempfile
    from pathlib import Path

    from ctn.node.abci.driver import ApplicationGone, SpecBroken
    from ctn.node.abci.simulation import run

    rows: list[tuple[str, str, str]] = []
    with tempfile.TemporaryDirectory(prefix="ctn-sim-") as folder:
        try:
            for name, story, taken in run(_stage(Path(folder))):
                rows.append((name, f"{taken} ms", story))
        except (SpecBroken, ApplicationGone) as error:
            raise Trouble(f"after {len(rows)} scenarios: {error}", 1) from None
    say({"scenarios": {name: taken for name, taken, _story in rows}}, *table(rows))


def _stage(folder: "Path") -> "Stage":
    """Two homes of one chain, who pays on it and who stakes."""
    import sys

    from ctn.kernel.codec import encode
    from ctn.kernel.genesis import chain_name
    from ctn.node.abci.driver import set_time
    from ctn.node.abci.pb import abci_pb2 as pb
    from ctn.node.abci.simulation import KEYS, Stage
    from ctn.node.abci.updates import update_rows
    from ctn.node.config import Config, EngineTable, SnapshotTable, StoreTable
    from ctn.node.home import Home

    genesis = _genesis()
    config = Config(
        engine=EngineTable(kind="abci"),
        store=StoreTable(map_gib=1, ballast_mib=0, min_free_mib=0),
        snapshot=SnapshotTable(interval=SNAPSHOT_EACH),
    )
    homes = [Home(folder / name) for name in ("a", "b")]
    for home in homes:
        home.create(genesis, None, config)
    request = pb.RequestInitChain(
        chain_id=genesis.chain_id, initial_height=1, app_state_bytes=encode(genesis),
        validators=update_rows(KEYS),
    )  # fmt: skip
    set_time(request.time, genesis.time)
    code = (
        "import sys; from pathlib import Path; from ctn.node.abci.process import run_app; "
        "sys.exit(run_app(Path(sys.argv[1])))"
    )
    return Stage(
        homes[0], homes[1], lambda home: [sys.executable, "-c", code, str(home.folder)],
        request, lambda sequence: _payment(chain_name(genesis), sequence), _stake(genesis),
    )  # fmt: skip


def _seed(number: int) -> bytes:
    return b"operator %d of the simulation run" % number


def _address(seed: bytes) -> str:
    from ctn.crypto import ed25519
    from ctn.kernel.account import key_address

    return key_address(1, ed25519.public_key(seed))


def _genesis() -> "Genesis":
    """A payer, four operators in force and a fifth that is admitted and has bonded nothing."""
    import msgspec

    from ctn.client.founding import Member, class_records, founding
    from ctn.client.founding_stake import Staked, with_stake
    from ctn.modules.accounts.records import ENTERPRISE
    from ctn.modules.staking.records import ABSENT_MAX as ABSENT
    from ctn.modules.staking.records import EPOCH_MS
    from ctn.node.abci.driver import BLOCK_MS
    from ctn.node.abci.simulation import ABSENT_MAX, EPOCH_BLOCKS, FIFTH, KEYS

    payer = _address(SEED)
    pubkeys = [*sorted(KEYS), FIFTH]
    operators = [_address(_seed(number)) for number in range(len(pubkeys))]
    made = founding(
        "ctn-sim", time=1_790_000_000_000, maker="", profile="dev", authorities=[],
        people=[Member(payer), *[Member(operator, ENTERPRISE) for operator in operators]],
        money=dict.fromkeys([payer, *operators], MONEY), records=class_records(),
    )  # fmt: skip
    stake = [
        Staked(operator, pubkey, "node", 0 if pubkey == FIFTH else STAKE_T, STAKE_T)
        for operator, pubkey in zip(operators, pubkeys, strict=True)
    ]
    short = {EPOCH_MS.name: EPOCH_BLOCKS * BLOCK_MS, ABSENT.name: ABSENT_MAX}
    params = made.params | short
    return with_stake(msgspec.structs.replace(made, maker=None, params=params), stake)


def _stake(genesis: "Genesis") -> "Stake":
    from ctn.client.founding_stake import stake_batch
    from ctn.kernel.genesis import chain_name
    from ctn.modules.staking.bond import Bond
    from ctn.node.abci.simulation import FIFTH, KEYS, Stake

    pubkeys = [*sorted(KEYS), FIFTH]
    operators = {key: _address(_seed(number)) for number, key in enumerate(pubkeys)}
    batch = stake_batch(genesis)
    last = _seed(len(pubkeys) - 1)
    return Stake(operators, batch, _envelope(chain_name(genesis), last, Bond(batch, STAKE_T), 0))


def _payment(chain: str, sequence: int) -> bytes:
    """The envelope of a transfer of one unit to the payer itself."""
    from ctn.modules.assets.transfer import Transfer

    return _envelope(chain, SEED, Transfer("cny", 1, _address(SEED)), sequence)


def _envelope(chain: str, seed: bytes, op: "Op", sequence: int) -> bytes:
    """A transaction of one operation, signed."""
    from ctn.crypto import ed25519
    from ctn.kernel.codec import encode
    from ctn.kernel.tx import Body, Fee, Signature, pack, sign_bytes

    body = encode(Body(chain, _address(seed), sequence, FAR, Fee(FEE, None), "", (op,)))
    signature = ed25519.sign(seed, sign_bytes(body))
    return pack(body, [Signature(1, ed25519.public_key(seed), signature)])
