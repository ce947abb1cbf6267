"""The home that a command works on, which must hold a chain."""

from ctn.cli.terminal import options
from ctn.node.home import Home
from ctn.node.stops import BadConfig


def chain_home() -> Home:
    """The home of the options; raises BadConfig when it holds no chain."""
    home = Home(options().home)
    if not home.genesis.exists():
        raise BadConfig(f"{home.folder} holds no chain: ctn init makes one")
    return home
