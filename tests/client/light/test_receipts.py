"""A receipt is believed where a path leads from it to a header that follows from the trust root."""

import hashlib
from typing import Any

import msgspec
import pytest

from ctn.client.light import comet
from ctn.client.light.client import LightClient
from ctn.client.light.failures import LightVerifyFailed
from ctn.client.light.trust import Root, Trust
from ctn.client.talks import Ask, Reply
from ctn.crypto import ed25519
from ctn.crypto.digest import merkle_path, merkle_root
from ctn.kernel.block import seal_bytes
from ctn.kernel.codec import encode
from tests.client import test_proofs as sealed
from tests.client.light.comet_chain import START_NS, Chain, Platform, run
from tests.client.light.test_sealed import NOW, Maker

IDS = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(5)]
STATUSES = ["applied", "refused", "broken", "not_admitted", "applied"]
PLACE = 1


def receipts(height: int) -> list[bytes]:
    return [
        encode({"tx": name, "height": height, "index": n, "status": STATUSES[n]})
        for n, name in enumerate(IDS)
    ]


class Told(Platform):
    """A platform under CometBFT that shows a receipt; `edit` lies about its proof."""

    def __init__(self) -> None:
        chain = Chain(9)
        self.texts = receipts(7)
        leaves = [
            comet.result_leaf(min(n, 4) % 4, hashlib.sha256(text).digest())
            for n, text in enumerate(self.texts)
        ]
        header = chain.signed[8]["header"]
        chain.sign(8, header | {"last_results_hash": merkle_root(leaves).hex().upper()})
        self.leaves = leaves
        super().__init__(chain)

    def serve(self, ask: Ask) -> Reply:
        if "/transactions/" not in ask.path:
            return super().serve(ask)
        answer = {"proof": {
            "receipt": self.texts[PLACE].decode(), "index": PLACE, "size": len(self.leaves),
            "path": [step.hex() for step in merkle_path(self.leaves, PLACE)],
            "header": None, "seal": None,
        }}  # fmt: skip
        self.edit(answer["proof"])
        return Reply(200, msgspec.json.encode(answer))


def ask(platform: Told, name: str = IDS[PLACE]) -> dict[str, Any]:
    trust = Trust(root=Root(1, platform.chain.hash(1)), witnesses=("http://w",))
    light = LightClient(trust, lambda: START_NS + 20 * 10**9)
    return run(light.receipt(name), platform, Platform(platform.chain))


def test_cometbfts_next_header_proves_a_receipt() -> None:
    found = ask(Told())
    assert found["receipt"]["status"] == "refused"
    assert (found["height"], found["block"]) == (7, Told().chain.hash(8).lower())


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"receipt": receipts(7)[PLACE].decode().replace("refused", "applied")}, "path"),
        ({"receipt": receipts(7)[PLACE].decode().replace("refused", "fine")}, "receipt"),
        ({"receipt": receipts(6)[PLACE].decode()}, "path"),
        ({"receipt": receipts(7)[2].decode()}, "receipt"),
        ({"receipt": "{"}, "format"), ({"index": 2}, "path"), ({"size": 2}, "path"),
        ({"path": ["00"]}, "path"), ({"path": ["zz"]}, "path"),
    ],
)  # fmt: skip
def test_each_lie_about_a_receipt_is_named_by_its_step(changes: dict[str, Any], step: str) -> None:
    platform = Told()
    platform.edit = lambda proof: proof.update(changes)
    with pytest.raises(LightVerifyFailed) as caught:
        ask(platform)
    assert caught.value.step == step


class Sealer(Maker):
    """A platform of an embedded chain that shows a receipt."""

    def serve(self, ask: Ask) -> Reply:
        if "/transactions/" not in ask.path:
            return super().serve(ask)
        texts = receipts(self.height)
        maker = ed25519.public_key(self.seed).hex()
        header = sealed.header(
            height=self.height, time=self.height, maker=maker, receipts=merkle_root(texts).hex()
        )
        proof = {
            "receipt": texts[PLACE].decode(), "index": PLACE, "size": len(texts),
            "path": [step.hex() for step in merkle_path(texts, PLACE)],
            "header": header.decode(), "seal": ed25519.sign(self.seed, seal_bytes(header)).hex(),
        }  # fmt: skip
        self.edit(proof)
        return Reply(200, msgspec.json.encode({"proof": proof}))


def test_the_makers_own_header_proves_a_receipt() -> None:
    light = LightClient(Trust(maker=sealed.MAKER), lambda: NOW)
    found = run(light.receipt(IDS[PLACE]), Sealer())
    assert (found["receipt"]["tx"], found["height"]) == (IDS[PLACE], 9)


def test_refuses_a_receipt_that_the_maker_did_not_put_there() -> None:
    platform = Sealer()
    platform.edit = lambda proof: proof.update(
        receipt=receipts(9)[PLACE].decode().replace("refused", "applied")
    )
    with pytest.raises(LightVerifyFailed, match="not in the header's tree"):
        run(LightClient(Trust(maker=sealed.MAKER), lambda: NOW).receipt(IDS[PLACE]), platform)
