"""Who plays: invented people and companies, with keys that follow from the seed.

Whoever knows the seed has every key, which is why nothing here may ever be worth anything. Genesis
holds what it always holds: duties, the first attestations of those who hold them, classes, the
calendar, the first fees of the authorities, and the two keys of each organisation.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from ctn.client.founding import Authority, class_records, council_record, founding
from ctn.crypto import ed25519
from ctn.crypto.digest import sha256, sha256_hex
from ctn.demo.ground import CHAIN_ID
from ctn.kernel.account import (
    Account,
    DutyKind,
    Signer,
    Threshold,
    Thresholds,
    key_address,
)
from ctn.kernel.codec import Json
from ctn.kernel.genesis import Genesis
from ctn.kernel.op import Op
from ctn.kernel.record import Record
from ctn.modules.accounts.records import RECOVERY_DELAY
from ctn.modules.assets.records import Calendar
from ctn.modules.governance.records import COUNCIL_DELAY, VOTE_MS
from ctn.modules.identity.records import SubjectKind
from ctn.wallet.keystore import Key

SEED = 20_231_115
ED25519 = 1
PERSON: SubjectKind = "person"
ENTERPRISE: SubjectKind = "enterprise"
MAKER = "maker"
CNY = 10_000  # units
FEES = 10_000 * CNY
CALENDAR = "always"
UTC8_MIN = 480
EVERY_DAY = 127
HOUR_MS = 3_600_000
# Slower than a dev chain, so that a newcomer still finds a vote, a wait and a recovery under way.
SLOWER: dict[str, Json] = {
    RECOVERY_DELAY.name: 72 * HOUR_MS, COUNCIL_DELAY.name: 12 * HOUR_MS, VOTE_MS.name: 48 * HOUR_MS,
}  # fmt: skip

REGISTRAR, SECOND_REGISTRAR, CUSTODIAN = "registrar", "second-registrar", "custodian"
REGULATOR, ATTESTOR, OPERATOR, BANK = "regulator", "attestor", "operator", "bank"
VERIFIER, ANCHOR = "verifier", "anchor"
DEVELOPER = "developer"
HOST = "host"
MARKET_MAKERS = ("maker-north", "maker-south")
RETIRING = ("ocean-tea", "white-pagoda", "long-wind")
NODES = ("node-river", "node-harbour", "node-summit", "node-ember")
APPLICANT = "node-dawn"
CAREFUL, LOST, SUSPECT = "careful", "lost", "suspect"


class Actor(NamedTuple):
    """A part: its name in keys, how the page calls it, what it is, and its duty if it has one."""

    name: str
    zh: str
    en: str
    kind: SubjectKind = PERSON
    duty: DutyKind | None = None
    scope: str = ""


AUTHORITIES = (
    Actor(REGISTRAR, "东篱登记所", "Dongli Registry", duty=DutyKind.REGISTRAR),
    Actor(SECOND_REGISTRAR, "北岸登记所", "Beian Registry", duty=DutyKind.REGISTRAR),
    Actor(CUSTODIAN, "石桥托管", "Stone Bridge Custody", duty=DutyKind.CUSTODIAN, scope="verra"),
    Actor(REGULATOR, "演示监管处", "Demo Regulator", duty=DutyKind.REGULATOR),
    Actor(ATTESTOR, "明信身份", "Mingxin Identity", duty=DutyKind.ATTESTOR),
    Actor(OPERATOR, "天平市场", "Tianping Market", duty=DutyKind.OPERATOR),
    Actor(BANK, "江川支付", "Jiangchuan Payments", duty=DutyKind.PAYMENT_INSTITUTION),
    Actor(VERIFIER, "衡准核证", "Hengzhun Verification", duty=DutyKind.VERIFIER),
    Actor(ANCHOR, "锚石存证", "Anchor Stone", duty=DutyKind.ANCHOR),
)
# Institutions of the network; the regulator is none of them, so that it freezes on its own.
COUNCIL = (REGISTRAR, CUSTODIAN, ATTESTOR, OPERATOR, BANK)
COMPANIES = (
    Actor(DEVELOPER, "远山碳资产", "Far Hill Carbon", ENTERPRISE),
    Actor(MARKET_MAKERS[0], "蓝田做市", "Lantian Quotes", ENTERPRISE),
    Actor(MARKET_MAKERS[1], "松烟做市", "Songyan Quotes", ENTERPRISE),
    Actor(RETIRING[0], "海洋茶业", "Ocean Tea", ENTERPRISE),
    Actor(RETIRING[1], "白塔物流", "White Pagoda Logistics", ENTERPRISE),
    Actor(RETIRING[2], "长风货运", "Long Wind Freight", ENTERPRISE),
    Actor(NODES[0], "江岸节点", "River Node", ENTERPRISE),
    Actor(NODES[1], "海港节点", "Harbour Node", ENTERPRISE),
    Actor(NODES[2], "峰顶节点", "Summit Node", ENTERPRISE),
    Actor(NODES[3], "余烬节点", "Ember Node", ENTERPRISE),
    Actor(APPLICANT, "晨光节点", "Dawn Node", ENTERPRISE),
)
TRADERS = tuple(
    [
        Actor(f"trader-{number:02d}", zh, en)
        for number, (zh, en) in enumerate(
            (
                ("林见", "Lin Jian"), ("沈禾", "Shen He"), ("陆青", "Lu Qing"),
                ("顾南", "Gu Nan"), ("温舟", "Wen Zhou"), ("许霁", "Xu Ji"),
                ("宋柏", "Song Bai"), ("叶澜", "Ye Lan"), ("江述", "Jiang Shu"),
                ("韩川", "Han Chuan"), ("白朔", "Bai Shuo"), ("程野", "Cheng Ye"),
            ),
            1,
        )
    ]
)  # fmt: skip
# A person, for a company could give to trusted addresses only, and a newcomer's is known to nobody.
HOSTS = (Actor(HOST, "迎宾小筑", "The Host"),)
# People who do not trade: what befalls their accounts is shown.
WARDS = (
    Actor(CAREFUL, "祝谨", "Zhu Jin"),
    Actor(LOST, "方遗", "Fang Yi"),
    Actor(SUSPECT, "贾真", "Jia Zhen"),
)
PLAYERS = COMPANIES + TRADERS + HOSTS + WARDS
ACTORS = AUTHORITIES + PLAYERS
# Organisations sign what is more than a trade with two keys, as on any network.
ORGANISATIONS = AUTHORITIES + COMPANIES
BOTH = Thresholds(1, 2, 2)


def owner_of(name: str) -> str:
    """The beneficial owner of a part, as its attestor names it."""
    return sha256_hex(name.encode())


class Cast:
    """The keys of everybody, and who stands behind an address."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.keys = {actor.name: _key(seed, actor.name) for actor in ACTORS}
        self.seconds = {
            actor.name: _key(seed, f"{actor.name}/second") for actor in ORGANISATIONS
        }
        self.new_keys = {actor.name: _key(seed, f"{actor.name}/new") for actor in WARDS}
        self.actors = {self.keys[actor.name].address: actor for actor in ACTORS}

    def address(self, name: str) -> str:
        """The address of a part."""
        return self.keys[name].address

    def signers(self, name: str, ops: Sequence[Op]) -> tuple[Key, ...]:
        """Who signs these operations for a part: an organisation's second key where it must."""
        second = self.seconds.get(name)
        is_low = all(op.threshold.value <= Threshold.LOW.value for op in ops)
        return (self.keys[name],) if second is None or is_low else (self.keys[name], second)

    @property
    def maker_seed(self) -> bytes:
        """The key seed of the block maker."""
        return _key_seed(self.seed, MAKER)

    def consensus_seed(self, name: str) -> bytes:
        """The key seed with which a part would sign blocks, were this no chain of one maker."""
        return _key_seed(self.seed, f"{name}/consensus")

    def genesis(self, time: int) -> Genesis:
        """The first state of the demo chain, at a time in ms."""
        calendar = Calendar(CALENDAR, UTC8_MIN, EVERY_DAY, (), ())
        authorities = [
            Authority(self.address(actor.name), actor.duty, actor.scope)
            for actor in AUTHORITIES
            if actor.duty is not None
        ]
        council = council_record([self.address(name) for name in COUNCIL])
        founded = founding(
            CHAIN_ID,
            time=time,
            maker=ed25519.public_key(self.maker_seed).hex(),
            profile="dev",
            authorities=authorities,
            people=(),
            money={authority.address: FEES for authority in authorities},
            records=[
                *class_records(), (calendar, ""), council, *self._accounts(time),
            ],
        )
        return msgspec.structs.replace(founded, params=founded.params | SLOWER)

    def _accounts(self, time: int) -> list[tuple[Record, str]]:
        """The two keys of each organisation."""
        found: list[tuple[Record, str]] = []
        for name, second in self.seconds.items():
            keys = [Signer(key.scheme, key.public.hex(), 1) for key in (self.keys[name], second)]
            account = Account(tuple(sorted(keys)), BOTH, 0, time, None)
            found.append((account, self.address(name)))
        return found


def _key_seed(seed: int, name: str) -> bytes:
    return sha256(f"ctn/demo/{seed}/{name}".encode())


def _key(seed: int, name: str) -> Key:
    key_seed = _key_seed(seed, name)
    address = key_address(ED25519, ed25519.public_key(key_seed))
    return Key(0, ED25519, address, key_seed)
