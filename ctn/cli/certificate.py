"""`ctn certificate`: certificates of retirement, and proofs of them that need no network."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ctn.cli.terminal import Trouble, note, say

if TYPE_CHECKING:
    from ctn.cli.link import Link

PARTS_PROVED = 16
GRAMS_PER_TONNE = 1_000_000
NOT_TRUSTED = 3

app = typer.Typer(no_args_is_help=True, help="Certificates of retirement, and their proofs.")


@app.command()
def show(
    certificate: Annotated[str, typer.Argument(metavar="ID", help="Id, such as r-5311...")],
    proof: Annotated[Path | None, typer.Option(help="Write the proof to this file.")] = None,
) -> None:
    """Show a certificate; with --proof write what proves it offline."""
    from ctn.cli.link import linked

    with linked() as link:
        found = link.state("certificate", certificate)
        value = found["value"]
        if value is None:
            raise Trouble(f"no certificate {certificate}")
        if proof is not None:
            _write_proof(link, value, proof)
    result = {"certificate": value, "height": found["height"]}
    lines = [f"{name:<13} {json.dumps(value[name])}" for name in value]
    if proof is not None:
        result["proof"] = str(proof)
        lines.append(f"proof in {proof}")
    say(result, *lines)


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="A .proof.json file.")],
    maker: Annotated[str, typer.Option(help="Key of the block maker that you trust.")] = "",
) -> None:
    """Check a proof offline: hashes, paths, root, seal, and that the tonnes ended for it."""
    from ctn.kernel.proof import ProofInvalid

    try:
        answer = json.loads(file.read_bytes())
        told = _check(answer, maker)
    except (ProofInvalid, ValueError) as error:
        raise Trouble(f"ProofInvalid: {error}") from None
    lines = [
        f"certificate {told['certificate']} at height {told['height']}, time {told['time']}",
        f"{told['grams']} g, of them proved {told['proved_g']} g",
        "not shown: whether it was impaired later",
    ]
    if maker:
        say(told | {"valid": True, "trusted": True}, "valid", *lines)
        return
    note("pin the maker by --maker KEY, from a source other than the file")
    say(
        told | {"valid": True, "trusted": False},
        f"consistent, not trusted: maker {told['maker']}", *lines,
    )  # fmt: skip
    raise typer.Exit(NOT_TRUSTED)


def _write_proof(link: "Link", value: dict[str, Any], file: Path) -> None:
    from ctn.cli.proofs import proof_file, verify_answer
    from ctn.node.files import write_whole

    answer = link.proofs(_keys(value))
    verify_answer(answer)
    write_whole(file, json.dumps(proof_file(answer), ensure_ascii=False, indent=1).encode())


def _keys(value: dict[str, Any]) -> list[tuple[str, str]]:
    """What is proved: certificate, batch, project, and where its first parts lie."""
    batch = value["batch"]
    keys = [
        ("certificate", value["id"]),
        ("batch", batch),
        ("project", batch.rsplit("-", 2)[0]),
    ]
    for part in value["parts"][:PARTS_PROVED]:
        is_whole = part["grams"] == _grams(part)
        keys.append(("interval" if is_whole else "fraction", f"{batch}/{part['start']:020d}"))
    return keys


def _grams(part: dict[str, Any]) -> int:
    grams: int = (part["end"] - part["start"] + 1) * GRAMS_PER_TONNE
    return grams


def _check(answer: dict[str, Any], maker: str) -> dict[str, Any]:
    """What a proof shows; raises ProofInvalid."""
    from ctn.cli.proofs import FORMAT, values_of, verify_answer
    from ctn.kernel.proof import ProofInvalid

    if not isinstance(answer, dict) or answer.get("format") != FORMAT:
        raise ProofInvalid(f"the file is no {FORMAT}")
    found = verify_answer(answer)
    if maker not in ("", found):
        raise ProofInvalid(f"sealed by maker {found}, not the trusted one")
    values = values_of(answer)
    certificates = [value for (table, _), value in values.items() if table == "certificate"]
    if len(certificates) != 1:
        raise ProofInvalid(f"{len(certificates)} certificates in one proof")
    certificate = certificates[0]
    parts = certificate["parts"]
    proved = sum([_proved(certificate, part, values) for part in parts[:PARTS_PROVED]])
    if sum([part["grams"] for part in parts]) != certificate["grams"]:
        raise ProofInvalid("the parts do not add up to the grams of the certificate")
    return {
        "certificate": certificate["id"], "grams": certificate["grams"], "proved_g": proved,
        "height": answer["height"], "chain": answer["chain"], "maker": found,
        "time": json.loads(answer["header"])["time"],
    }  # fmt: skip


def _proved(
    certificate: dict[str, Any], part: dict[str, Any], values: dict[tuple[str, str], Any]
) -> int:
    """The grams of a part, which must have ended for this certificate."""
    from ctn.kernel.proof import ProofInvalid

    grams: int = part["grams"]
    name = f"{certificate['batch']}/{part['start']:020d}"
    where = f"serials {part['start']}-{part['end']}"
    if grams == _grams(part):
        interval = values.get(("interval", name))
        if interval is None:
            raise ProofInvalid(f"{where} are not in the proof")
        found = (interval["status"], interval["cause"], interval["end"])
        if found[:2] != ("retired", certificate["id"]) or found[2] < part["end"]:
            raise ProofInvalid(f"{where} did not retire for this certificate")
        return grams
    fraction = values.get(("fraction", name))
    if fraction is None:
        raise ProofInvalid(f"{where} are not in the proof")
    if [certificate["id"], grams] not in fraction["shares"]:
        raise ProofInvalid(f"{where}: the shares of the serial do not list this certificate")
    return grams
