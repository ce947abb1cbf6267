"""Proofs of any records: the maker under whose seal the answer of a door stands."""

import json
from typing import Any

from ctn.client.proofs import proved_value, read_header
from ctn.kernel.proof import ProofInvalid

NO_PROOF = {"path": None, "absent": None}


def verify_answer(answer: dict[str, Any]) -> str:
    """The maker under whose seal every record of an answer is proved, or proved absent.

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
