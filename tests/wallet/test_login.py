"""The text of a login: one form, every line strict, and never the bytes of a transaction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.crypto import domains
from ctn.kernel.account import key_address
from ctn.kernel.tx import sign_bytes
from ctn.wallet.login import BadMessage, Login, login_bytes, login_text, read_login

ACCOUNT = key_address(1, bytes(range(32)))
LOGIN = Login(
    "thallo.example:8080", ACCOUNT, "Read and sign.", "http://thallo.example:8080", "ctn-demo",
    "00112233445566778899aabbccddeeff", 1_795_614_698_000, 1_795_614_998_000,
)  # fmt: skip
TEXT = f"""\
thallo.example:8080 wants you to sign in with your CTN account:
{ACCOUNT}

Read and sign.

URI: http://thallo.example:8080
Version: 1
Chain ID: ctn-demo
Nonce: 00112233445566778899aabbccddeeff
Issued At: 2026-11-25T13:51:38Z
Expiration Time: 2026-11-25T13:56:38Z"""


def test_is_written_as_people_12_says() -> None:
    assert login_text(LOGIN) == TEXT


def test_scopes_stand_one_a_line() -> None:
    text = login_text(LOGIN._replace(scopes=("profile", "act:content")))
    assert text == TEXT + (
        "\nResources:\n- urn:ctn:scope:profile\n- urn:ctn:scope:act:content"
    )
    assert read_login(text).scopes == ("profile", "act:content")


@given(
    issued=st.integers(0, 4_102_444_800).map(lambda seconds: seconds * 1_000),
    life=st.integers(1, 600).map(lambda seconds: seconds * 1_000),
    nonce=st.binary(min_size=16, max_size=16).map(bytes.hex),
    statement=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=200),
    scopes=st.lists(st.from_regex(r"\A[a-z][a-z_.:]{0,20}\Z"), max_size=13, unique=True),
)
def test_what_is_written_is_read_back(
    issued: int, life: int, nonce: str, statement: str, scopes: list[str]
) -> None:
    login = LOGIN._replace(
        issued=issued, expires=issued + life, nonce=nonce, statement=statement,
        scopes=tuple(scopes),
    )  # fmt: skip
    assert read_login(login_text(login)) == login


@given(st.text(max_size=400))
def test_any_other_text_is_refused_by_name(text: str) -> None:
    with pytest.raises(BadMessage) as found:
        read_login(text)
    assert found.value.field
    assert found.value.rule


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("your CTN account", "your Ethereum account", "domain"),
        ("thallo.example:8080 wants", " wants", "domain"),
        (ACCOUNT, ACCOUNT[:-1] + "y", "account"),
        ("Read and sign.", "a\ttab", "statement"),
        ("\n\nURI", "\nmore\nURI", "statement"),
        ("URI: http:", "URI: file:", "URI"),
        ("Version: 1", "Version: 2", "Version"),
        ("Chain ID: ctn-demo", "Chain ID: CTN", "Chain ID"),
        ("ccddeeff", "CCDDEEFF", "Nonce"),
        ("13:51:38Z", "13:51:38+00:00", "Issued At"),
        ("2026-11-25T13:51", "2026-02-30T13:51", "Issued At"),
        ("Expiration Time", "Not Before", "Expiration Time"),
        ("13:56:38Z", "13:56:38Z\n", "Resources"),
        ("13:56:38Z", "13:56:38Z\nResources:", "Resources"),
        ("13:56:38Z", "13:56:38Z\nResources:\n- https://example.com", "Resources"),
        ("13:56:38Z", "13:56:38Z\nResources:" + "\n- urn:ctn:scope:role" * 2, "Resources"),
        ("Read", "\r\nRead", "statement"),
        ("Read", "R" * 4_096, "message"),
    ],
)
def test_names_the_line_that_is_wrong(before: str, after: str, field: str) -> None:
    assert before in TEXT
    with pytest.raises(BadMessage) as found:
        read_login(TEXT.replace(before, after))
    assert found.value.field == field


@given(st.binary(max_size=200))
def test_the_bytes_signed_are_never_those_of_a_transaction(body: bytes) -> None:
    assert login_bytes(TEXT) != sign_bytes(body)
    assert not login_bytes(TEXT).startswith(domains.TX)
    assert login_bytes(TEXT) == b"ctn/login/1\n" + TEXT.encode()
