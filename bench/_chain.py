"""A chain for benches: funded accounts, signed transfers made beforehand, a home on disk."""

import hashlib
import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from ctn.crypto import ed25519
from ctn.kernel.account import key_address
from ctn.kernel.codec import encode
from ctn.kernel.genesis import Genesis
from ctn.kernel.tx import Body, Fee, Signature, pack, sign_bytes
from ctn.modules.accounts.records import PERSON, Guard
from ctn.modules.assets.records import FREE, Asset
from ctn.modules.assets.transfer import Transfer
from ctn.node.config import Config, StoreTable
from ctn.node.home import Home, Opened

FUNDS = 10**9
CHUNK = 2_000


class Key(NamedTuple):
    """An account of the bench."""

    seed: bytes
    public: bytes
    address: str


def key(number: int) -> Key:
    """The account of a number."""
    seed = hashlib.sha256(b"ctn/bench/%d" % number).digest()
    public = ed25519.public_key(seed)
    return Key(seed, public, key_address(1, public))


def keys(count: int) -> list[Key]:
    """The first `count` accounts, made on all cores."""
    with ProcessPoolExecutor() as pool:
        return list(pool.map(key, range(count), chunksize=CHUNK))


def genesis(accounts: list[Key], maker: bytes) -> Genesis:
    """Every account open, attested and funded."""
    guard = msgspec.to_builtins(Guard(False, (), (), 0, PERSON, 2**62))
    records: list[tuple[str, str, Any]] = [
        ("asset", "cny", msgspec.to_builtins(Asset("cny", FREE))),
        ("balance", "issued:cny/cny", -FUNDS * len(accounts)),
    ]
    thresholds = {"low": 1, "medium": 1, "high": 1}
    for _seed, public, address in accounts:
        signers = [{"scheme": 1, "key": public.hex(), "weight": 1}]
        account = {"signers": signers, "thresholds": thresholds, "sequence": 0, "opened": 1}
        records.append(("account", address, account | {"closed": None}))
        records.append(("balance", f"{address}/cny", FUNDS))
        records.append(("guard", address, guard))
    maker_key = ed25519.public_key(maker).hex()
    params = {"fee_asset": "cny"}
    return Genesis("ctn-bench", 1, 1, 1, maker_key, params, records, None, {})


@contextmanager
def home(founded: Genesis, maker: bytes) -> Iterator[Home]:
    """A home on disk that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ctn-bench-") as folder:
        made = Home(Path(folder))
        made.create(founded, maker, Config(store=StoreTable(ballast_mib=0, min_free_mib=64)))
        yield made


@contextmanager
def opened(place: Home) -> Iterator[Opened]:
    """A home in use."""
    found = Opened(place)
    try:
        yield found
    finally:
        found.close()


def _sign(job: tuple[str, int, int, int]) -> bytes:
    chain, sender, target, sequence = job
    mine = key(sender)
    transfer = Transfer("cny", 5, key(target).address)
    body = encode(Body(chain, mine.address, sequence, 4_000_000, Fee(20, None), "", (transfer,)))
    return pack(body, [Signature(1, mine.public, ed25519.sign(mine.seed, sign_bytes(body)))])


def transfers(chain: str, accounts: int, count: int) -> list[bytes]:
    """Signed transfers between random accounts, in sequence."""
    chance = random.Random(20_231_115)
    sequences: dict[int, int] = {}
    jobs = []
    for _ in range(count):
        sender, target = chance.randrange(accounts), chance.randrange(accounts)
        sequence = sequences.get(sender, 0)
        sequences[sender] = sequence + 1
        jobs.append((chain, sender, target, sequence))
    with ProcessPoolExecutor() as pool:
        return list(pool.map(_sign, jobs, chunksize=CHUNK))
