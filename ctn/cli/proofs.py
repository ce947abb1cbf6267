"""Proofs that stand alone: records, the header that holds their root, and the maker's seal.

The door answers records of one height with their paths; `.proof.json` is that answer as a file
(registry.md 8), checked without a network: each value hashes into its leaf, all paths end in the
root that the header states, and the seal over the header is the maker's.
"""

import json
from typing import Any

from ctn.client.proofs import proved_value, read_header
from ctn.kernel.proof import ProofInvalid

FORMAT = "ctn-proof/1"
NO_PROOF = {"path": None, "absent": None}


def proof_file(answer: dict[str, Any]) -> dict[str, Any]:
    """The content of a `.proof.json` from an answer about records."""
    names = ("table", "id", "value", "path")
    records = [
        {name: row[name] for name in names}
        for row in answer["records"]
        if row["value"] is not None
    ]
    return {
        "format": FORMAT, "chain": answer["chain"], "height": answer["height"],
        "records": records, "header": answer["header"], "seal": answer["seal"],
    }  # fmt: skip


def verify_answer(answer: dict[str, Any]) -> str:
    """The maker under whose seal every record of an answer or file is proved.

    Raises ProofInvalid, its text naming what fails.
    """
    try:
        if answer["header"] is None:
            raise ProofInvalid("no block is sealed yet")
        maker: str = json.loads(answer["header"])["maker"]
        read_header(answer["header"], answer["seal"], maker)
        for row in answer["records"]:
            key = f"{row['table']}\0{row['id']}".encode()
            sealed = {name: answer[name] for name in ("header", "seal", "height")}
            proved_value(NO_PROOF | row | sealed, key=key, maker=maker, chain=answer["chain"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, ProofInvalid):
            raise
        raise ProofInvalid(f"this is no proof: {error!r}") from None
    return maker


def values_of(answer: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """The values of the records that there are, by table and id."""
    return {
        (row["table"], row["id"]): json.loads(row["value"])
        for row in answer["records"]
        if row["value"] is not None
    }
