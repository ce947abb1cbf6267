"""The words of the board in both languages, and how figures are written."""

from typing import NamedTuple

from ctn.demo.listing import LISTED
from ctn.kernel.asset import GRAMS_PER_TONNE

MISSING = "–"


class Words(NamedTuple):
    """What the board says."""

    title: str
    notice: str
    height: str
    root: str
    ago: str
    instruments: str
    columns: tuple[str, ...]
    book: str
    tape: str
    blocks: str
    block_columns: tuple[str, ...]
    certificate: str
    no_certificate: str
    retired: str
    doors: str
    stops: str
    making: str
    history: str
    page: str
    rest: str
    seats: str
    command: str
    seat: str
    rising: str
    falling: str


ZH = Words(
    title="CTN 演示世界",
    notice="价格为模拟；行为真实登记行的副本，其登记处未锁定任何数量，均非真实碳信用",
    height="高度",
    root="状态根",
    ago="{} 秒前出块",
    instruments="合约",
    columns=("合约", "最新", "较基准", "买一", "卖一", "今日吨", "笔"),
    book="盘口",
    tape="成交",
    blocks="区块",
    block_columns=("高度", "交易", "成交", "拒绝"),
    certificate="最新注销证书",
    no_certificate="近来无注销",
    retired="注销",
    doors="入口",
    stops="Ctrl-C 停止，下次继续",
    making="正在生成历史",
    history="{} 天模拟历史，均非真实碳信用",
    page="网页",
    rest="REST",
    seats="席位",
    command="命令",
    seat="您的钥匙",
    rising="red",
    falling="green",
)
EN = Words(
    title="CTN demo world",
    notice="simulated prices; real rows, nothing is locked at their registry; no real credits",
    height="height",
    root="root",
    ago="block {} s ago",
    instruments="Instruments",
    columns=("instrument", "last", "to ref", "bid", "ask", "t today", "trades"),
    book="Order book",
    tape="Tape",
    blocks="Blocks",
    block_columns=("block", "tx", "trades", "refused"),
    certificate="Last certificate",
    no_certificate="nothing retired of late",
    retired="retired",
    doors="Doors",
    stops="Ctrl-C stops, the next start goes on",
    making="making history",
    history="{} days of simulated history, not real credits",
    page="web",
    rest="REST",
    seats="seats",
    command="command",
    seat="your key",
    rising="green",
    falling="red",
)


def title_of(instrument: str, words: Words) -> str:
    """What an instrument trades, in words; its id when it is not one of the demo's."""
    line = LISTED.get(instrument)
    if line is None:
        return instrument
    return line.zh if words is ZH else line.en


def price_text(price: int | None) -> str:
    """A price in units of 1/10^4 with two decimals, which is what a tick of 100 needs."""
    if price is None:
        return MISSING
    return f"{price // 10_000:,}.{price % 10_000 // 100:02d}"


def tonnes_text(grams: int) -> str:
    """Grams as tonnes; kilograms behind the point only where there are any."""
    whole, rest = divmod(grams, GRAMS_PER_TONNE)
    return f"{whole:,}" if not rest else f"{whole:,}.{rest // 1000:03d}"


def change_text(price: int | None, ref: int) -> tuple[str, int]:
    """The change of a price to its reference in percent with an arrow, and its sign."""
    if price is None or not ref:
        return MISSING, 0
    # Towards zero on both sides, so that a change and its opposite read alike.
    points = abs(price - ref) * 10_000 // ref
    sign = (price > ref) - (price < ref)
    mark = "▲" if sign > 0 else "▼" if sign < 0 else " "
    return f"{mark}{points // 100}.{points % 100:02d}%", sign
