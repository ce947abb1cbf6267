"""The keystore file: format, refusals, writing."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt

from ctn.crypto import schemes
from ctn.crypto.errors import SchemeUnknown
from ctn.kernel.account import key_address
from ctn.wallet import keystore
from ctn.wallet.keystore import KdfTooHeavy, KdfTooWeak, Key, Keystore, KeystoreUnreadable

PASSWORD = "绿水青山 and a long password"
SEED = b"engine.md example seed, 32 bytes"


@pytest.fixture(scope="module")
def one() -> Keystore:
    return keystore.create(PASSWORD)


@pytest.fixture(scope="module")
def text(one: Keystore) -> str:
    return keystore.file_text(one).decode()


def edited(text: str, **changes: Any) -> str:
    """The file with top-level fields exchanged; a dict is merged into the field's own."""
    file = json.loads(text)
    for name, value in changes.items():
        file[name] = {**file[name], **value} if isinstance(value, dict) else value
    return json.dumps(file, sort_keys=True, separators=(",", ":"))


def test_a_new_keystore_opens_to_one_key_that_signs(text: str) -> None:
    (key,) = keystore.open_keystore(text, PASSWORD)
    assert (key.index, key.scheme, len(key.seed)) == (0, 1, 32)
    assert key.address == key_address(1, key.public)
    schemes.verify(1, key.public, b"message", key.sign(b"message"))


def test_the_file_has_the_published_format(text: str) -> None:
    file = json.loads(text)
    (key,) = keystore.open_keystore(text, PASSWORD)
    salt, nonce, ciphertext = file["kdf"]["salt"], file["cipher"]["nonce"], file["ciphertext"]
    assert file == {
        "format": "ctn-keystore",
        "version": 1,
        "kdf": {"name": "argon2id", "m_kib": 65536, "t": 3, "p": 1, "salt": salt},
        "cipher": {"name": "xchacha20-poly1305", "nonce": nonce},
        "ciphertext": ciphertext,
        "accounts": [{"index": 0, "scheme": "ed25519", "address": key.address}],
        "created": file["created"],
    }
    assert (len(salt), len(nonce)) == (32, 48)
    assert date.fromisoformat(file["created"])
    assert text == json.dumps(file, sort_keys=True, separators=(",", ":")) + "\n"


def test_a_second_implementation_opens_the_file(text: str) -> None:
    file = json.loads(text)
    salt = bytes.fromhex(file["kdf"]["salt"])
    kdf = Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=65536)
    sealed = bytes.fromhex(file.pop("ciphertext"))
    bound = json.dumps(file, sort_keys=True, separators=(",", ":")).encode()
    plaintext = crypto_aead_xchacha20poly1305_ietf_decrypt(
        sealed, bound, bytes.fromhex(file["cipher"]["nonce"]), kdf.derive(PASSWORD.encode())
    )
    (key,) = keystore.open_keystore(text, PASSWORD)
    assert json.loads(plaintext) == {
        "seeds": [{"index": 0, "scheme": "ed25519", "seed": key.seed.hex()}]
    }


def test_two_keystores_share_neither_salt_nor_nonce_nor_key(one: Keystore) -> None:
    other = keystore.create(PASSWORD)
    assert other.kdf.salt != one.kdf.salt
    assert other.cipher.nonce != one.cipher.nonce
    assert other.accounts != one.accounts


def test_an_added_account_keeps_the_others_under_a_fresh_nonce(one: Keystore) -> None:
    two = keystore.add_account(one, PASSWORD, "secp256k1")
    before = keystore.open_keystore(keystore.file_text(one), PASSWORD)
    after = keystore.open_keystore(keystore.file_text(two), PASSWORD)
    assert after[:1] == before
    assert (after[1].index, after[1].scheme) == (1, 2)
    assert after[1].address == key_address(2, after[1].public)
    assert two.cipher.nonce != one.cipher.nonce
    schemes.verify(2, after[1].public, b"message", after[1].sign(b"message"))


def test_a_password_typed_with_composed_or_separate_accents_is_one_password() -> None:
    text = keystore.file_text(keystore.create("caf\u00e9"))
    assert keystore.open_keystore(text, "cafe\u0301")


def test_the_accounts_can_be_read_without_the_password(one: Keystore, text: str) -> None:
    assert keystore.read_keystore(text) == one


def test_refuses_a_scheme_nobody_knows() -> None:
    with pytest.raises(SchemeUnknown):
        keystore.create(PASSWORD, "rsa")


def test_refuses_when_the_password_is_wrong(one: Keystore, text: str) -> None:
    with pytest.raises(KeystoreUnreadable):
        keystore.open_keystore(text, PASSWORD + " ")
    with pytest.raises(KeystoreUnreadable):
        keystore.add_account(one, "")


@pytest.mark.parametrize(
    "change",
    [
        {"created": "1999-12-31"},
        {"ciphertext": "00" * 120},
        {"ciphertext": "00"},
        {"cipher": {"nonce": "00" * 24}},
        {"kdf": {"salt": "00" * 16}},
        {"kdf": {"t": 4}},
        {"accounts": []},
    ],
    ids="-".join,
)
def test_refuses_when_anything_in_the_file_was_exchanged(text: str, change: dict[str, Any]) -> None:
    with pytest.raises(KeystoreUnreadable):
        keystore.open_keystore(edited(text, **change), PASSWORD)


@pytest.mark.parametrize(
    "change",
    [
        {"format": "web3"},
        {"version": 2},
        {"version": 1.5},
        {"kdf": {"name": "scrypt"}},
        {"kdf": {"p": 2}},
        {"kdf": {"m_kib": "65536"}},
        {"kdf": {"salt": "0" * 31}},
        {"kdf": {"salt": "A0" * 16}},
        {"kdf": {"salt": "00" * 15}},
        {"cipher": {"name": "aes"}},
        {"cipher": {"nonce": "00" * 23}},
        {"ciphertext": "zz"},
        {"created": "yesterday"},
        {"accounts": [{"index": -1, "scheme": "ed25519", "address": ""}]},
        {"extra": 1},
    ],
    ids=json.dumps,
)
def test_refuses_another_format(text: str, change: dict[str, Any]) -> None:
    with pytest.raises(KeystoreUnreadable):
        keystore.open_keystore(edited(text, **change), PASSWORD)


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", "\ud800", "[" * 100_000, b"\xff"])
def test_refuses_what_is_no_keystore(damage: str | bytes) -> None:
    with pytest.raises(KeystoreUnreadable):
        keystore.open_keystore(damage, PASSWORD)


@pytest.mark.parametrize("kdf", [{"m_kib": 65535}, {"m_kib": -1}, {"t": 2}, {"t": 0}])
def test_refuses_a_weak_derivation_before_any_work(text: str, kdf: dict[str, int]) -> None:
    with pytest.raises(KdfTooWeak):
        keystore.read_keystore(edited(text, kdf=kdf))
    with pytest.raises(KdfTooWeak):
        keystore.open_keystore(edited(text, kdf=kdf), PASSWORD)


@pytest.mark.parametrize("kdf", [{"m_kib": 1048577}, {"m_kib": 2**80}, {"t": 11}])
def test_refuses_a_heavy_derivation_before_any_work(text: str, kdf: dict[str, int]) -> None:
    with pytest.raises(KdfTooHeavy):
        keystore.read_keystore(edited(text, kdf=kdf))
    with pytest.raises(KdfTooHeavy):
        keystore.open_keystore(edited(text, kdf=kdf), PASSWORD)


@pytest.mark.parametrize("kdf", [{"m_kib": 65536, "t": 3}, {"m_kib": 1048576, "t": 10}])
def test_the_limits_themselves_are_allowed(text: str, kdf: dict[str, int]) -> None:
    assert keystore.read_keystore(edited(text, kdf=kdf)).kdf.t == kdf["t"]


def test_no_text_form_of_a_key_shows_its_seed() -> None:
    key = Key(index=0, scheme=1, address=key_address(1, bytes(32)), seed=SEED)
    for shown in (repr(key), str(key), f"{key}", f"{[key]}"):
        assert key.address in shown
        assert "seed" not in shown
        assert SEED.hex() not in shown
        assert SEED.decode() not in shown


def test_a_key_cannot_be_changed() -> None:
    key = Key(index=0, scheme=1, address="", seed=SEED)
    with pytest.raises(AttributeError):
        key.seed = bytes(32)  # type: ignore[misc]


@settings(max_examples=50)
@given(place=st.integers(min_value=0), letter=st.integers(0, 127))
def test_any_change_of_one_character_is_refused_or_changes_nothing(
    shared_text: tuple[str, bytes], place: int, letter: int
) -> None:
    text, cipher_key = shared_text
    place %= len(text)
    changed = text[:place] + chr(letter) + text[place + 1 :]
    try:
        file = keystore.read_keystore(changed)
        keys = keystore._unseal(file, cipher_key)
    except keystore.KeystoreError:
        return
    assert file == keystore.read_keystore(text)
    assert keys == keystore._unseal(file, cipher_key)


@pytest.fixture(scope="module")
def shared_text(one: Keystore, text: str) -> tuple[str, bytes]:
    """The file and its derived key, so that the property does not derive it each time."""
    return text, keystore._cipher_key(one.kdf, PASSWORD)


def test_saves_under_private_modes_and_leaves_no_draft(tmp_path: Path, one: Keystore) -> None:
    path = tmp_path / "wallet" / "main.json"
    umask = os.umask(0)
    try:
        keystore.save(path, one)
    finally:
        os.umask(umask)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path]
    assert keystore.read_keystore(path.read_bytes()) == one


def test_saving_replaces_the_whole_file(tmp_path: Path, one: Keystore) -> None:
    path = tmp_path / "main.json"
    path.write_text("x" * 10_000)
    path.chmod(0o644)
    keystore.save(path, one)
    assert path.read_bytes() == keystore.file_text(one)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_failed_save_keeps_the_old_and_leaves_no_draft(tmp_path: Path, one: Keystore) -> None:
    path = tmp_path / "main.json"
    path.mkdir()
    with pytest.raises(IsADirectoryError):
        keystore.save(path, one)
    assert list(tmp_path.iterdir()) == [path]
