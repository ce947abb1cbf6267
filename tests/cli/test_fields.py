"""`field=value` words become exactly what they say, or are refused by the name of the field."""

from typing import Any

import pytest
from typer import BadParameter

from ctn.cli.fields import describe, description, find_kind, read_op
from ctn.kernel.account import Signer, Thresholds
from ctn.kernel.refusal import BadAddress, Malformed
from ctn.modules import op_kinds
from ctn.modules.accounts.open_multisig import OpenMultisig
from ctn.modules.assets.transfer import Transfer
from tests.worlds import Person

BOB = Person("bob")
TRANSFER = ("assets.transfer", "asset=cny", f"to={BOB.address}")


def test_words_become_an_operation_in_any_order() -> None:
    assert read_op([*TRANSFER, "amount=10"]) == Transfer("cny", 10, BOB.address)


def test_lists_and_objects_are_json() -> None:
    key = BOB.key.hex()
    op = read_op(
        [
            "accounts.open_multisig",
            f'signers=[{{"scheme":1,"key":"{key}","weight":1}}]',
            'thresholds={"low":1,"medium":1,"high":1}',
        ]
    )
    assert op == OpenMultisig((Signer(1, key, 1),), Thresholds(1, 1, 1))


@pytest.mark.parametrize("text", ["1.5", "1e3", "+1", "01", "", " 1", "١", "0x1", "null"])
def test_refuses_any_other_spelling_of_an_integer(text: str) -> None:
    with pytest.raises(BadParameter, match="amount"):
        read_op([*TRANSFER, f"amount={text}"])


def test_refuses_numbers_out_of_range_by_rule() -> None:
    for text in ("-1", "9223372036854775808"):
        with pytest.raises(Malformed) as refused:
            read_op([*TRANSFER, f"amount={text}"])
        assert refused.value.facts["field"] == "amount"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([*TRANSFER, "amont=1"], "amont"),
        ([*TRANSFER], "amount"),
        ([*TRANSFER, "amount=1", "amount=1"], "amount"),
        ([*TRANSFER, "amount"], "amount"),
        (["assets.transfr"], "assets.transfer"),
        (["accounts.open_multisig", "signers=[", "thresholds={}"], "signers"),
    ],
)
def test_refuses_what_no_field_is_and_names_it(words: list[str], named: str) -> None:
    with pytest.raises(BadParameter, match=named):
        read_op(words)


def test_refuses_an_address_with_a_wrong_checksum() -> None:
    with pytest.raises(BadAddress):
        read_op(["assets.transfer", "asset=cny", "amount=1", f"to={BOB.address[:-1]}q"])


@pytest.mark.parametrize("tag", sorted(op_kinds()))
def test_every_operation_is_described(tag: str) -> None:
    kind = find_kind(tag)
    told: dict[str, Any] = describe(kind)
    assert told["doc"]
    assert [field["name"] for field in told["fields"]] == list(kind.__struct_encode_fields__)
    assert len(told["refuses"]) == len(kind.refuses)
    assert list(description(kind))
