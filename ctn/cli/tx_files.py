"""Transactions in files, to travel between signers.

A file is one JSON object: `body` is the very text that is signed, `signatures` are hex. What a
body says is told from its bytes, by the ledger's own reading; one that it cannot read is refused.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctn.cli.terminal import Trouble

if TYPE_CHECKING:
    from ctn.kernel.tx import Signature

FORMAT = "ctn-tx/1"

File = Annotated[Path, typer.Argument(help="A transaction file.")]
Out = Annotated[Path, typer.Option(help="File to write.")]


def read_file(file: Path) -> tuple[bytes, list["Signature"]]:
    """Body and signatures of a file; the body is one that the ledger can read."""
    import msgspec

    from ctn.client.reading import read_body
    from ctn.kernel.tx import Signature

    try:
        value: Any = msgspec.json.decode(file.read_bytes())
        body = value["body"].encode()
        read_body(body)
        if value["format"] != FORMAT:
            raise ValueError(f"format {value['format']}")
        signatures = [
            Signature(row["scheme"], bytes.fromhex(row["key"]), bytes.fromhex(row["signature"]))
            for row in value["signatures"]
        ]
    except (msgspec.DecodeError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Trouble(f"{file} is no transaction file: {error}") from None
    return body, signatures


def write_file(file: Path, body: bytes, signatures: list["Signature"]) -> list["Signature"]:
    """Write a file whose signatures are sorted, each once."""
    from ctn.kernel.codec import encode
    from ctn.node.files import write_whole

    kept = sorted({(each.scheme, each.key): each for each in signatures}.values())
    rows = [
        {"scheme": each.scheme, "key": each.key.hex(), "signature": each.signature.hex()}
        for each in kept
    ]
    value = {"format": FORMAT, "body": body.decode(), "signatures": rows}
    write_whole(file, encode(value) + b"\n")
    return kept


def body_lines(body: dict[str, Any]) -> list[str]:
    """What a body says, for a reader: chain, place, fee, memo, and each operation whole."""
    lines = [f"{name:<9}{body[name]}" for name in ("chain", "sender", "sequence", "expires")]
    lines.append(f"fee      {body['fee']['amount']} by {body['fee']['payer'] or 'sender'}")
    lines += [f"memo     {body['memo']}"] if body["memo"] else []
    for op in body["ops"]:
        fields = [f"{name}={json.dumps(value)}" for name, value in op.items() if name != "op"]
        lines.append(" ".join([f"op       {op['op']}", *fields]))
    return lines
