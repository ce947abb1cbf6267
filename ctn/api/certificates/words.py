"""The words of certificates in Chinese and English; a document says both."""

from typing import Final

BOTH: Final = "both"

WORDS: Final[dict[str, tuple[str, str]]] = {
    "title": ("碳信用注销证书", "Certificate of retirement"),
    "certificate": ("证书编号", "Certificate"),
    "holder": ("持有人", "Holder"),
    "beneficiary": ("受益人", "Beneficiary"),
    "on_behalf_of": ("代表", "On behalf of"),
    "quantity": ("数量", "Quantity"),
    "use": ("用途", "Use"),
    "purpose": ("目的", "Purpose"),
    "country": ("消费所在国家", "Country of consumption"),
    "period": ("所涉期间", "Period covered"),
    "message": ("留言", "Message"),
    "project": ("项目", "Project"),
    "place": ("项目所在地", "Place"),
    "registry": ("登记处", "Registry"),
    "vintage": ("年份", "Vintage"),
    "batch": ("批次", "Batch"),
    "methodology": ("方法学", "Methodology"),
    "unit_type": ("单位类型", "Type of unit"),
    "labels": ("标签", "Labels"),
    "date": ("注销日期", "Date of retirement"),
    "time": ("注销时间", "Time of retirement"),
    "transaction": ("交易", "Transaction"),
    "block": ("区块", "Block"),
    "replaces": ("所替换的证书", "Replaces"),
    "impairment": ("减损", "Impairment"),
    "none_recorded": ("无记录", "none on record"),
    "fingerprint": ("记录指纹", "Fingerprint of the record"),
    "serials": ("序列号", "Serials"),
    "stands_for": ("对应", "for"),
    "hidden": ("未公开，账本上只有承诺值", "not published; the ledger holds a commitment"),
    "downloads": ("下载", "Downloads"),
    "proof": ("离线证明", "offline proof"),
    "scan": ("扫码核对", "Scan to check"),
    "agrees": (
        "您手中的证书与账本上的记录一致。",
        "The document you hold agrees with the ledger's record.",
    ),
    "differs": (
        "您手中的证书与账本上的记录不一致，请勿采信。",
        "The document you hold differs from the ledger's record: do not rely on it.",
    ),
    "no_such": ("没有这张证书。", "There is no such certificate."),
    "find_it": (
        "按受益人、项目或年份查找证书",
        "Find it by beneficiary, project or year",
    ),
    "check_file": ("核验手中的证明文件", "Verify the proof file that you hold"),
    "source": (
        "本页依账本记录生成；证明文件无需网络即可核验：",
        "Made from the ledger's record. The proof file is checked without a network:",
    ),
    "voluntary": ("自愿注销", "voluntary"),
    "compliance_other": ("其他履约", "other compliance"),
    "ndc": ("国家自主贡献", "nationally determined contribution"),
    "oimp_corsia": ("国际航空（CORSIA）", "international aviation (CORSIA)"),
    "oimp_other": ("其他国际减缓目的", "other international mitigation purposes"),
    "emissions_inventory": ("排放清单", "emissions inventory"),
    "product": ("产品", "product"),
    "event": ("活动", "event"),
    "travel": ("出行", "travel"),
    "contribution": ("气候贡献", "contribution"),
    "gift": ("赠予", "gift"),
    "other": ("其他", "other"),
    "avoidance_nature": ("避免排放，自然类", "avoidance, nature"),
    "avoidance_technical": ("避免排放，技术类", "avoidance, technical"),
    "reduction_nature": ("减少排放，自然类", "reduction, nature"),
    "reduction_technical": ("减少排放，技术类", "reduction, technical"),
    "removal_nature": ("清除，自然类", "removal, nature"),
    "removal_technical": ("清除，技术类", "removal, technical"),
    "undetermined": ("未定", "undetermined"),
}  # fmt: skip


def word(name: str, language: str) -> str:
    """A word in `zh` or `en`, or in both one after the other."""
    zh, en = WORDS[name]
    return {"zh": zh, "en": en, BOTH: f"{zh} {en}"}[language]
