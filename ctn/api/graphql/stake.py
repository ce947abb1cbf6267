"""The collections of stake: validators, lots, what is on its way out, proofs of reduction."""

from typing import Final

from ctn.api.graphql import scalars
from ctn.api.graphql.connections import Collection, Filter, equal
from ctn.api.graphql.objects import OBJECTS
from ctn.api.graphql.pages import Sort
from ctn.views import tables

RECORDS: Final = tables.RECORDS
_OF_OPERATOR: Final = {
    "operator": Filter(scalars.Address, equal("operator")),
    "batch": Filter(str, equal("batch")),
}

VALIDATORS: Final = Collection(
    "Validator",
    OBJECTS.record("validator"),
    RECORDS["validator"].table,
    (
        Sort("key", ("place",)),
        Sort("weight", ("weight", "place"), descending=True,
             text="By the weight of the last epoch, so one may be met twice or missed."),
    ),
    {"status": Filter(str, equal("status"))},
    "Validators: declared, admitted or barred, with the numbers of the last epoch.",
)  # fmt: skip
BONDS: Final = Collection(
    "Bond",
    OBJECTS.record("bond"),
    RECORDS["bond"].table,
    (Sort("key", ("place",)),),
    _OF_OPERATOR,
    "Lots that are bonded.",
)
UNBONDINGS: Final = Collection(
    "Unbonding",
    OBJECTS.record("unbonding"),
    RECORDS["unbonding"].table,
    (Sort("key", ("place",)),),
    _OF_OPERATOR,
    "Tonnes on their way out of a bond.",
)
CPOES: Final = Collection(
    "Cpoe",
    OBJECTS.record("cpoe"),
    RECORDS["cpoe"].table,
    (Sort("newest", ("filed", "place"), descending=True), Sort("key", ("place",))),
    {
        "owner": Filter(scalars.Address, equal("owner")),
        "verifier": Filter(scalars.Address, equal("verifier")),
        "project": Filter(str, equal("project")),
        "status": Filter(str, equal("status")),
    },
    "Proofs of emission reduction.",
)
