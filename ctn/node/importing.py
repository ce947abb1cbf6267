"""A chain that goes on from the exported state of another (engine.md 16).

The records, and with them the root, stay what they were; the chain's name is new, so nothing that
was signed for the old one is valid on the new one.
"""

from pathlib import Path
from typing import Any

import msgspec

from ctn.genesis import genesis_values
from ctn.kernel.codec import Count, Hash, Json, Time, encode
from ctn.kernel.commitment import Commitment, change
from ctn.kernel.genesis import Genesis, Parent
from ctn.node.stops import BadConfig, Stop

PARAM = "param"


class ImportRootMismatch(Stop):
    """The records of an export do not make the root that it names."""

    code = 1


class ExportedState(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last line of an export: everything of one height."""

    app_version: Count
    chain: str
    height: Count
    params: dict[str, Json]
    records: list[tuple[str, str, Any]]
    root: Hash
    time: Time


def continued(path: Path, chain_id: str, maker: str | None = None) -> Genesis:
    """The genesis of a chain that goes on from an export; without a maker validators order it.

    Raises BadConfig for a file that is no export or a name that is none, ImportRootMismatch for a
    file that was changed.
    """
    state = read_state(path)
    records = [row for row in state.records if row[0] != PARAM]
    parent = Parent(state.chain, state.height, state.root)
    genesis = Genesis(
        chain_id, state.time, state.height + 1, state.app_version, maker, state.params, records,
        parent, {},
    )  # fmt: skip
    try:
        msgspec.json.decode(encode(genesis), type=Genesis)
    except msgspec.ValidationError as error:
        raise BadConfig(f"the new chain: {error}") from None
    try:
        values = genesis_values(genesis)
    except ValueError as error:
        raise ImportRootMismatch(str(error)) from None
    root = Commitment().update([change(key, value) for key, value in values.items()]).hex()
    if root != state.root:
        raise ImportRootMismatch(f"the records make {root}, the export names {state.root}")
    return genesis


def read_state(path: Path) -> ExportedState:
    """The state in an export of either kind, whose bytes must be the canonical ones."""
    lines = path.read_bytes().splitlines()
    try:
        state = msgspec.json.decode(lines[-1] if lines else b"", type=ExportedState)
    except msgspec.DecodeError as error:
        raise BadConfig(f"{path.name} is no export: {error}") from None
    if encode(state) != lines[-1]:
        raise BadConfig(f"{path.name} is not in canonical form")
    return state
