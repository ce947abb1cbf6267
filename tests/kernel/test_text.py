"""Free text and addresses inside typed fields (engine.md 1.3)."""

from typing import Annotated, Any, Generic, TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from ctn.kernel.refusal import BadAddress, BadText
from ctn.kernel.text import AccountId, Address, Text, Text64, check_texts, is_clean
from tests.worlds import Person

ALICE = Person("alice").address
REFUSED = [
    *range(0x20), *range(0x7F, 0xA0), *range(0x200B, 0x2010), *range(0x2028, 0x202F),
    *range(0x2060, 0x206A), 0xFEFF,
]  # fmt: skip
T = TypeVar("T")


class Inner(msgspec.Struct, frozen=True):
    """A struct in a struct."""

    note: Text64


class Outer(msgspec.Struct, Generic[T], frozen=True):
    """Every place where a text may stand."""

    plain: str
    note: Text
    maybe: Text | None
    many: Annotated[tuple[Text64, ...], Meta(max_length=9)]
    one: Inner
    inner: tuple[Inner, ...]
    owner: Address | None
    account: AccountId
    owners: tuple[Address, ...]
    items: tuple[T, ...]


def _outer(**changes: Any) -> Outer[Inner]:
    fields: dict[str, Any] = {
        "plain": "\0", "note": "", "maybe": None, "many": (), "one": Inner(""), "inner": (),
        "owner": None, "account": ALICE, "owners": (), "items": (),
    }  # fmt: skip
    return Outer(**(fields | changes))


def test_the_list_of_refused_characters_is_fixed() -> None:
    assert [code for code in range(0x1_0000) if not is_clean(chr(code))] == REFUSED
    assert is_clean("".join(chr(code) for code in range(0x1_0000, 0x1_1000)))


@given(text=st.text(max_size=30))
def test_a_text_is_clean_exactly_when_each_character_is(text: str) -> None:
    assert is_clean(text) == all(ord(character) not in REFUSED for character in text)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"note": "\0"}, "body.note"),
        ({"maybe": "\u200b"}, "body.maybe"),
        ({"many": ("a", "\n")}, "body.many[1]"),
        ({"one": Inner("\t")}, "body.one.note"),
        ({"inner": (Inner(""), Inner("\x85"))}, "body.inner[1].note"),
        ({"items": (Inner("\x85"),)}, "body.items[0].note"),
        ({"note": "a" * 257}, "body.note"),
        ({"many": ("碳" * 22,)}, "body.many[0]"),
    ],
)
def test_refuses_a_bad_text_wherever_it_stands(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadText) as caught:
        check_texts(_outer(**changes), "body")
    assert caught.value.facts["field"] == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"owner": ALICE.upper()}, "body.owner"),
        ({"owner": "fees:tx"}, "body.owner"),
        ({"account": "bob"}, "body.account"),
        ({"account": "x:\n"}, "body.account"),
        ({"account": "x:" + "y" * 199}, "body.account"),
        ({"owners": (ALICE, "")}, "body.owners[1]"),
    ],
)
def test_refuses_a_bad_address_wherever_it_stands(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadAddress) as caught:
        check_texts(_outer(**changes), "body")
    assert caught.value.facts["field"] == field


def test_takes_what_is_clean_and_what_is_not_marked() -> None:
    check_texts(
        _outer(
            note="碳" * 85, maybe="a", many=("b" * 64,), inner=(Inner("c"),), owner=ALICE,
            account="x:" + "y" * 198, owners=(ALICE,), items=(Inner("d"),),
        ),
        "body",
    )  # fmt: skip
