"""How a proposal stands, as a field of its type."""

from typing import Any, Final

from strawberry.types import Info

from ctn.api.graphql import scalars
from ctn.api.graphql.nodes import Field, maybe, object_type
from ctn.api.graphql.reading import reading
from ctn.views import governance

Tally: Final = object_type(
    "ProposalTally",
    "What a proposal has and needs now.",
    {
        "owners": Field(scalars.Count, "Owners who said yes or no."),
        "tonnes": Field(scalars.Count, "What they locked, in whole tonnes."),
        "owners_needed": Field(scalars.Count),
        "tonnes_needed": Field(scalars.Count, "The least, and 1 % of all that is bonded."),
        "weight_needed": Field(scalars.Count, "Two thirds of the weight of yes and no."),
        "approvals": Field(int, "Of those who sit on the council now."),
        "approvals_needed": Field(int),
        "objections": Field(int), "objections_needed": Field(int),
        "is_enough": Field(maybe(bool), "Null once it is decided."),
    },
)  # fmt: skip


def _tally(root: Any, info: Info) -> Any:
    return governance.tally(reading(info).view, root)


TALLY: Final = Field(Tally, "How it stands now.", _tally, is_relation=True)
