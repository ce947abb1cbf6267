"""`ctn abci-sim`: the conformance driver against an application of a chain made for the run."""

from typing import TYPE_CHECKING

import typer

from ctn.cli.terminal import Trouble, say, table

if TYPE_CHECKING:
    from pathlib import Path

    from ctn.node.abci.simulation import Stage

app = typer.Typer(help="Play CometBFT against the application, in Python.")

SEED = b"payer of the conformance driver."
MONEY, FEE, FAR = 10_000_000, 1_000, 1_000_000
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
    """Two homes of one chain, and who pays on it."""
    import sys

    import msgspec

    from ctn.client.founding import Member, founding
    from ctn.crypto import ed25519
    from ctn.kernel.account import key_address
    from ctn.kernel.codec import encode
    from ctn.kernel.genesis import chain_name
    from ctn.node.abci.driver import set_time
    from ctn.node.abci.pb import abci_pb2 as pb
    from ctn.node.abci.simulation import KEYS, Stage
    from ctn.node.abci.updates import update_rows
    from ctn.node.config import Config, EngineTable, SnapshotTable, StoreTable
    from ctn.node.home import Home

    payer = key_address(1, ed25519.public_key(SEED))
    made = founding(
        "ctn-sim", time=1_790_000_000_000, maker="", profile="dev", authorities=[],
        people=[Member(payer)], money={payer: MONEY},
    )  # fmt: skip
    genesis = msgspec.structs.replace(made, maker=None)
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
        request, lambda sequence: _payment(chain_name(genesis), payer, sequence),
    )  # fmt: skip


def _payment(chain: str, payer: str, sequence: int) -> bytes:
    """The envelope of a transfer of one unit to the payer itself."""
    from ctn.crypto import ed25519
    from ctn.kernel.codec import encode
    from ctn.kernel.tx import Body, Fee, Signature, pack, sign_bytes
    from ctn.modules.assets.transfer import Transfer

    ops = (Transfer("cny", 1, payer),)
    body = encode(Body(chain, payer, sequence, FAR, Fee(FEE, None), "", ops))
    signature = ed25519.sign(SEED, sign_bytes(body))
    return pack(body, [Signature(1, ed25519.public_key(SEED), signature)])
