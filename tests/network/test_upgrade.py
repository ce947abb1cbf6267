"""An upgrade by height with real processes: all stop below it, and the next version goes on."""

import base64

from ctn.kernel.genesis import Genesis
from tests.network.callers import Callers, check_network
from tests.network.conftest import Begin
from tests.network.networks import Net, plain_genesis
from tests.node.chains import address
from tests.node.test_upgrading import FOUND, planned

HEIGHT = 10


def at_height_ten(genesis: Genesis) -> Genesis:
    return planned(genesis, HEIGHT)


def reason(net: Net, number: int) -> str:
    """Why the application of a node ended."""
    rows = [row for row in net.events(number) if row["event"] == "stopped"]
    found: str = rows[-1]["reason"]
    return found


def found_by_alice(net: Net, number: int) -> str:
    path = f"/state/balance/{address('alice')}/cny"
    value: str = net.call(number, "abci_query", path=path)["response"]["value"]
    return value


def test_four_nodes_stop_below_the_height_and_go_on_as_the_next_version(begin: Begin) -> None:
    net = begin(4, kind="ctn", founder=lambda _keys: at_height_ten(plain_genesis())).start()
    net.wait_for_height(2)
    callers = Callers(net)
    assert [net.wait_end(number) for number in range(4)] == [3, 3, 3, 3]
    for number in range(4):
        assert reason(net, number).startswith("UpgradeNeeded: height 10 is for version 2")

    net.start(0)  # still the old program
    assert net.wait_end(0) == 3

    net.start(kind="programs:next_version")
    net.wait_for_height(HEIGHT + 2, seconds=60)
    assert callers.wait_for_more(4)
    assert check_network(net, callers.stop()) > HEIGHT
    versions = [
        net.call(0, "block", height=str(height))["block"]["header"]["version"].get("app")
        for height in (HEIGHT, HEIGHT + 1)
    ]
    assert versions == ["1", "2"]
    paid = base64.b64encode(b"%d" % FOUND).decode()
    assert {found_by_alice(net, number) for number in range(4)} == {paid}


def test_the_next_version_refuses_to_start_before_the_height(begin: Begin) -> None:
    net = begin(1, kind="ctn", founder=lambda _keys: planned(plain_genesis(), 1_000)).start()
    net.wait_for_height(3)
    assert net.stop(0) == 0
    net.start(0, kind="programs:next_version")
    assert net.wait_end(0) == 3
    assert "version 2, is for height 1000 and later" in reason(net, 0)
    net.start(0)
    net.wait_for_height(net.height(0) + 2)
