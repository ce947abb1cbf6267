"""An institution's keys come by one strict file, and make an account that acts from the start."""

import json
from typing import Any

import pytest

from ctn.client.founding_signers import FILE_BYTES_MAX, Signing, account_record, read_signing
from ctn.kernel.account import SIGNERS_MAX, Account, Signer, Thresholds
from tests.modules.accounts.worlds import weak_keys
from tests.worlds import START, Person

ONE, TWO = Person("regulator/one"), Person("regulator/two", scheme=2)
THRESHOLDS = {"low": 1, "medium": 2, "high": 2}


def key(person: Person, weight: int = 1) -> dict[str, Any]:
    return {"scheme": person.scheme, "key": person.key.hex(), "weight": weight}


def data(*signers: Any, **thresholds: Any) -> bytes:
    found = {"signers": signers, "thresholds": THRESHOLDS | thresholds}
    return json.dumps(found, indent=2).encode()


def test_the_first_key_gives_the_address_and_the_record_is_ordered() -> None:
    signing = read_signing(data(key(TWO), key(ONE)))
    record, place = account_record(signing, START)
    assert place == TWO.address
    signers = (Signer(1, ONE.key.hex(), 1), Signer(2, TWO.key.hex(), 1))
    assert record == Account(signers, Thresholds(1, 2, 2), 0, START, None)


def test_takes_sixteen_keys_and_refuses_one_more() -> None:
    keys = [key(Person(f"officer {number}")) for number in range(SIGNERS_MAX + 1)]
    assert len(read_signing(data(*keys[1:])).signers) == SIGNERS_MAX
    with pytest.raises(ValueError, match="signers"):
        read_signing(data(*keys))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (data(), "signers"),
        (data(key(ONE), key(ONE)), "distinct signers"),
        (data(key(ONE), key(ONE, 2)), "distinct signers"),
        (data(key(ONE), key(TWO), high=3), "sum of weights"),
        (data(key(ONE), key(TWO), low=2, medium=1), "low <= medium"),
        (data(key(ONE), key(TWO, 0)), "weight"),
        (data(key(ONE), key(TWO, 256)), "weight"),
        (data(key(ONE) | {"scheme": 3}), "scheme 1 or 2"),
        (data(key(ONE) | {"scheme": 2}), "length of key"),
        (data(key(ONE) | {"key": ONE.key.hex().upper()}), "key"),
        (data(key(ONE) | {"name": "chen"}), "name"),
        (data({"scheme": 1, "weight": 1}), "key"),
        (b'{"thresholds": {"low": 1, "medium": 1, "high": 1}}', "signers"),
        (json.dumps({"signers": [key(ONE)]}).encode(), "thresholds"),
        (data(key(ONE), low=1.0), "1.0 is no integer"),
        (data(key(ONE), low=float("nan")), "NaN is no integer"),
        (data(key(ONE), low=True), "low"),
        (b'{"signers": [], "signers": [], "thresholds": {}}', "a name stands twice"),
        (data(key(ONE)).decode().encode("utf-16"), "utf-8"),
        (b"[" * 60_000, "recursion"),
        (b" " * (FILE_BYTES_MAX + 1), "more than 65536 bytes"),
        (b"", "Expecting value"),
    ],
)  # fmt: skip
def test_refuses_what_is_no_statement_of_keys(text: bytes, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        read_signing(text)


@pytest.mark.parametrize("weak", weak_keys())
def test_refuses_a_key_that_anybody_could_sign_for(weak: str) -> None:
    with pytest.raises(ValueError, match=f"kernel.WeakKey: key {weak}"):
        read_signing(data(key(ONE), key(ONE) | {"key": weak}))


def test_a_statement_is_read_back() -> None:
    signing = read_signing(data(key(ONE), key(TWO)))
    assert signing == Signing(
        (Signer(1, ONE.key.hex(), 1), Signer(2, TWO.key.hex(), 1)), Thresholds(1, 2, 2)
    )
