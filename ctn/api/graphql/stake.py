"""The collections of stake: validators, lots, what is on its way out, proofs of reduction."""

from typing import Final

from ctn.api.graphql import scalars
from ctn.api.graphql.connections import Collection, Filter, equal
from ctn.api.graphql.nodes import Field, object_type
from ctn.api.graphql.objects import OBJECTS
from ctn.api.graphql.pages import Sort
from ctn.views import tables

RECORDS: Final = tables.RECORDS
_OF_OPERATOR: Final = {
    "operator": Filter(scalars.Address, equal("operator")),
    "batch": Filter(str, equal("batch")),
}

Epoch: Final = object_type(
    "Epoch",
    "A validator at the end of an epoch: what it signed in it, and what it weighed after it.",
    {
        "epoch": Field(scalars.Count, "The number of the epoch that ended."),
        "operator": Field(scalars.Address),
        "power": Field(scalars.Count, "Of consensus, from here on."),
        "weight": Field(scalars.Amount, "Kilograms: stake x (1 + bonus) x credit."),
        "credit": Field(int, "Of 10,000."),
        "blocks": Field(scalars.Count, "Heights in which it was to sign."),
        "signed": Field(scalars.Count, "Heights that it signed."),
        "height": Field(scalars.Height),
        "time": Field(scalars.Time),
    },
    lambda row: f"{row['epoch']}/{row['operator']}",
)
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
EPOCHS: Final = Collection(
    "Epoch",
    Epoch,
    tables.epochs,
    (
        Sort("newest", ("epoch", "operator"), descending=True),
        Sort("oldest", ("epoch", "operator")),
    ),
    {"operator": Filter(scalars.Address, equal("operator"))},
    "Validators at the end of each epoch.",
)
