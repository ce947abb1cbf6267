"""From operations to a receipt: build a body, sign it by local keys, hand it in, say what came."""

from ctn.cli.link import Answer, Link
from ctn.cli.terminal import Refused, note, say
from ctn.client import building
from ctn.client.building import Place, Terms
from ctn.client.refusals import refusal_of
from ctn.kernel.op import Op
from ctn.kernel.receipt import APPLIED
from ctn.wallet.keystore import Key

EXPIRES_AFTER = 100_000  # heights; a file may travel between signers for hours
OWN_KEY = 1


def build(link: Link, sender: str, ops: tuple[Op, ...], terms: Terms) -> bytes:
    """The canonical body of the sender's next transaction, with the least fee.

    The fee allows for a signature of every signer of the account, unless `schemes` says less.
    """
    status = link.status()
    account = link.state("account", sender)["value"]
    signers = account["signers"] if account else []
    schemes = [signer["scheme"] for signer in signers] or [OWN_KEY]
    stated: Terms = {"schemes": schemes, **terms}
    sequence = account["sequence"] if account else 0
    place = Place(status["chain"], sender, sequence, status["height"] + EXPIRES_AFTER)
    return building.build(ops, place, stated)


def submit(link: Link, ops: tuple[Op, ...], keys: list[Key], sender: str = "") -> Answer:
    """The receipt of operations that local keys sign; raises Refused when they were refused."""
    schemes = [key.scheme for key in keys]
    body = build(link, sender or keys[0].address, ops, {"schemes": schemes})
    return applied(link.send(building.sign(body, keys)))


def applied(receipt: Answer) -> Answer:
    """A receipt that says that everything was applied; raises Refused for any other."""
    if receipt["status"] == APPLIED:
        return receipt
    refusal = refusal_of(receipt["refusal"], receipt["status"], receipt["facts"])
    sentence = (type(refusal).__doc__ or "").strip().split("\n", 1)[0]
    facts = dict(receipt["facts"])
    if receipt["op"] is not None:
        facts["op"] = receipt["op"]
    note(f"{receipt['status']} in block {receipt['height']}: {receipt['tx']}")
    raise Refused(receipt["refusal"], sentence, facts)


def say_receipt(receipt: Answer) -> None:
    """Print what a transaction did."""
    lines = [f"applied {receipt['tx']} in block {receipt['height']}"]
    fee = receipt["fee"]
    if fee is not None:
        lines.append(f"fee {fee['amount']} {fee['asset']} paid by {fee['payer']}")
    for event in receipt["events"]:
        facts = [f"{key}={value}" for key, value in event.items() if key not in ("event", "op")]
        lines.append(" ".join([event["event"], *facts]))
    say({"id": receipt["tx"], "status": receipt["status"], "receipt": receipt}, *lines)
