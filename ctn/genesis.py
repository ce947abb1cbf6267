"""The first state of a chain: the genesis records, checked before anything stands on them."""

from collections.abc import Iterator

from ctn.kernel.block import Clock
from ctn.kernel.codec import encode
from ctn.kernel.commitment import leaf_hash
from ctn.kernel.genesis import Genesis, chain_name
from ctn.kernel.invariant import Breach, recount_balances
from ctn.kernel.record import Record
from ctn.kernel.state import State
from ctn.machine import Machine
from ctn.modules import record_kinds


def genesis_values(genesis: Genesis) -> dict[bytes, bytes]:
    """The records of block 0, parameters among them; raises ValueError for a bad balance sheet."""
    values: dict[bytes, bytes] = {}
    for name, param in genesis.params.items():
        values[b"param\0" + name.encode()] = encode(param)
    kinds: dict[str, list[type[Record]]] = {}
    for kind in record_kinds():
        kinds.setdefault(kind.table, []).append(kind)
    balances: dict[str, int] = {}
    state = State(_Nothing())
    for table, place, value in genesis.records:
        data = encode(value)
        if table == "balance":
            balances[place] = value
        elif table not in kinds:
            raise ValueError(f"genesis: no table {table!r}")
        elif len(kinds[table]) == 1 and encode(state.decode(kinds[table][0], data)) != data:
            raise ValueError(f"genesis: record {table}/{place} is not canonical")
        values[table.encode() + b"\0" + place.encode()] = data
    try:
        recount_balances(balances)
    except Breach as breach:
        raise ValueError(f"genesis: {breach}") from None
    clock = Clock(genesis.initial_height - 1, genesis.time)
    values[b"chain\0clock"] = encode(clock)
    return values


def genesis_machine(genesis: Genesis, state: State) -> Machine:
    """A machine whose state holds the genesis records already, before its first block."""
    machine = Machine(state, chain_name(genesis))
    rows = [(key, leaf_hash(key, value), value) for key, value in state.source.range(b"", b"")]
    machine.load(rows, genesis.initial_height - 1, genesis.time)
    return machine


class _Nothing:
    """A source without values, for decoding alone."""

    def read(self, key: bytes) -> bytes | None:
        """Nothing stands under any key."""
        return None

    def range(self, prefix: bytes, after: bytes) -> Iterator[tuple[bytes, bytes]]:
        """Nothing stands in any range."""
        return iter(())
