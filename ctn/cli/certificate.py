"""`ctn certificate`: certificates of retirement, and proofs of them that need no network."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctn.cli.terminal import DEFAULT_URL, Trouble, note, options, say

if TYPE_CHECKING:
    from ctn.cli.link import Link
    from ctn.client.certificate_proof import Pin, Shown

NOT_TRUSTED = 3
ARCHIVAL_MS = 14 * 86_400_000
YEAR_10000_MS = 253_402_300_800_000

app = typer.Typer(no_args_is_help=True, help="Certificates of retirement, and their proofs.")


@app.command()
def show(
    certificate: Annotated[str, typer.Argument(metavar="ID", help="Id, such as r-5311...")],
    proof: Annotated[Path | None, typer.Option(help="Write the proof to this file.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the document to this file.")] = None,
) -> None:
    """Show a certificate; write what proves it offline, or the document that is printed."""
    from ctn.cli.link import linked

    with linked() as link:
        found = link.state("certificate", certificate)
        value = found["value"]
        if value is None:
            raise Trouble(f"no certificate {certificate}")
        if proof is not None:
            _write_proof(link, value, proof)
    if pdf is not None:
        _write_document(certificate, pdf)
    result = {"certificate": value, "height": found["height"]}
    lines = [f"{name:<13} {json.dumps(value[name], ensure_ascii=False)}" for name in value]
    for name, file in (("proof", proof), ("pdf", pdf)):
        if file is not None:
            result[name] = str(file)
            lines.append(f"{name} in {file}")
    say(result, *lines)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A .proof.json file.")],
    maker: Annotated[
        str | None, typer.Option(metavar="KEY", help="Key of the block maker that you trust.")
    ] = None,
    trust: Annotated[
        str | None, typer.Option(metavar="HEIGHT:HASH", help="Block that you trust.")
    ] = None,
    validators: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Set of validators that you trust.")
    ] = None,
) -> None:
    """Check a proof offline: hashes, paths, root, seal or commit, and that the tonnes ended for it.

    Without --maker, --trust or --validators, taken from a source other than the file, it can only
    be consistent: exit code 3. The file of --validators is what CometBFT's JSON-RPC answers to
    `validators`, or only the list of it.
    """
    from ctn.client.certificate_proof import check_proof
    from ctn.kernel.proof import ProofInvalid

    try:
        pin = _pin(maker, trust, validators)
        shown = check_proof(file.read_bytes(), pin)
    except ProofInvalid as error:
        raise Trouble(f"ProofInvalid: {error}") from None
    result = _result(shown) | {"trusted": pin.is_set}
    verdict = "valid" if pin.is_set else f"consistent, not trusted: {shown.header.signer}"
    say(result, verdict, *_lines(result))
    if not pin.is_set:
        note("pin by --maker, --trust or --validators, from a source other than the file")
        raise typer.Exit(NOT_TRUSTED)


def _pin(maker: str | None, trust: str | None, validators: Path | None) -> "Pin":
    from ctn.client.certificate_proof import Pin
    from ctn.client.light.pinned import pinned_set
    from ctn.client.light.trust import KEY, trust_of

    if maker is not None and not KEY.fullmatch(maker):
        raise typer.BadParameter(f"maker {maker!r}: a key of 64 lower-case hex digits")
    block = None
    if trust is not None:
        try:
            block = trust_of(trust).root
        except ValueError:
            block = None
        if block is None:
            raise typer.BadParameter(f"trust {trust!r}: HEIGHT:HASH")
    found = None if validators is None else pinned_set(validators.read_bytes())
    return Pin(maker, block, found)


def _result(shown: "Shown") -> dict[str, Any]:
    """What a proof shows, in the words of the independent verifier."""
    import time

    header, certificate = shown.header, shown.certificate
    return {
        "valid": True, "certificate": certificate["id"], "batch": certificate["batch"],
        "grams": certificate["grams"], "proved_g": shown.proved_g,
        "unproved_g": shown.unproved_g, "chain": header.chain, "height": header.height,
        "time": header.time, "block": header.block, "block_height": header.place,
        "maker": header.maker, "validators": header.validators,
        "archival": time.time_ns() // 1_000_000 - header.time > ARCHIVAL_MS,
    }  # fmt: skip


def _lines(result: dict[str, Any]) -> list[str]:
    lines = [
        f"certificate {result['certificate']} of batch {result['batch']}",
        f"{result['grams']} g: proved {result['proved_g']} g, unproved {result['unproved_g']} g",
        f"chain {result['chain']}, height {result['height']}, time {_utc(result['time'])}",
        f"block {result['block_height']}:{result['block']}",
        "not shown: whether it was impaired after this height",
    ]
    return [*lines, "archival: the block is older than 14 days"] if result["archival"] else lines


def _utc(time: int) -> str:
    """A time of a block; those after year 9999 as they stand."""
    from datetime import UTC, datetime, timedelta

    if time >= YEAR_10000_MS:
        return f"{time} ms"
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time)
    return moment.isoformat(timespec="milliseconds")


def _write_proof(link: "Link", value: dict[str, Any], file: Path) -> None:
    from ctn.client.certificate_proof import Pin, check_proof, keys_of, proof_bytes
    from ctn.client.documents import fetch
    from ctn.kernel.proof import ProofInvalid
    from ctn.node.files import write_whole

    if link.status()["engine"] == "embedded":
        answer = link.proofs(keys_of(value))
        if answer["header"] is None:
            raise Trouble("no block is sealed yet")
        data = proof_bytes(answer)
    else:
        # The commit is CometBFT's, and only the platform asks it.
        data = fetch(options().url or DEFAULT_URL, f"/certificates/{value['id']}.proof.json")
    try:
        check_proof(data, Pin())
    except ProofInvalid as error:
        raise Trouble(f"ProofInvalid: {error}") from None
    write_whole(file, data)


def _write_document(certificate: str, file: Path) -> None:
    """The PDF, made here from the engine of this home, or else by a platform."""
    from ctn.node.files import write_whole

    socket = options().home / "run" / "node.sock"
    if options().url is None and socket.exists():
        write_whole(file, _made_here(certificate, socket))
        return
    from ctn.client.documents import fetch

    write_whole(file, fetch(options().url or DEFAULT_URL, f"/certificates/{certificate}.pdf"))


def _made_here(certificate: str, socket: Path) -> bytes:
    import asyncio

    from ctn.api.certificates.facts import facts_of
    from ctn.api.certificates.pdf import document
    from ctn.api.link import Link as EngineLink
    from ctn.api.problems import sentence_of
    from ctn.api.refusals import DoorRefusal
    from ctn.node.config import read_config

    public_url = read_config(options().home / "config" / "node.toml").api.public_url

    async def made() -> bytes:
        link = EngineLink(str(socket))
        try:
            _head, facts = await facts_of(link, certificate)
            return document(facts, public_url)
        finally:
            await link.close()

    try:
        return asyncio.run(made())
    except DoorRefusal as refusal:
        raise Trouble(f"{refusal.code}: {sentence_of(type(refusal))}") from None
