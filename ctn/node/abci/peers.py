"""The peer filter: who is banned by this node's operator or expelled by the chain.

CometBFT asks when a connection opens, by node id and by address (`filter_peers = true`).
"""

from pathlib import Path

from ctn.node.store import Store

FILE = "banned.txt"
LINES_MAX = 100_000


def is_banned(store: Store, folder: Path, kind: str, name: str) -> bool:
    """Whether a node id or address (`ip:port`) may not connect; `folder` holds the ban list."""
    names = [name]
    if kind == "addr":
        names.append(name.rpartition(":")[0].strip("[]"))
    banned = _banned(folder / FILE)
    if any(known in banned for known in names):
        return True
    return kind == "id" and store.value(f"expelled\0{name}".encode()) is not None


def _banned(path: Path) -> frozenset[str]:
    """The names of the list, one a line; an empty list when there is none."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return frozenset()
    return frozenset(line.strip() for line in lines[:LINES_MAX] if line.strip())
