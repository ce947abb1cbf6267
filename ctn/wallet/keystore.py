"""The keystore: seeds sealed under a password, in the one file format of page and CLI.

Argon2id makes the key, XChaCha20-Poly1305 seals the seeds, and everything else in the
file is bound to them as additional data: nobody can exchange an address in the list,
or weaken the key derivation, without the password failing. What is legible without
the password is the list of accounts. Source: people.md 13.3; RFC 9106.
"""

import os
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError as SealBroken
from nacl.pwhash import argon2id

from ctn.crypto import schemes
from ctn.crypto.errors import SchemeUnknown, WeakKey
from ctn.kernel.account import key_address
from ctn.kernel.codec import DECODE_ERRORS, Count, Date, encode

SEED_BYTES = 32
SALT_BYTES = 16
NONCE_BYTES = 24
CIPHER_KEY_BYTES = 32
TAG_BYTES = 16  # Poly1305
MEMORY_KIB_MIN = 64 * 1024  # 64 MiB
MEMORY_KIB_MAX = 1024 * 1024  # 1 GiB
PASSES_MIN = 3
PASSES_MAX = 10


class KeystoreError(Exception):
    """The keystore cannot be opened."""


class KeystoreUnreadable(KeystoreError):
    """The password is wrong or the file is damaged; nobody can tell which."""


class KdfTooWeak(KeystoreError):
    """The file asks for less than 64 MiB or 3 passes, so its password could be guessed."""


class KdfTooHeavy(KeystoreError):
    """The file asks for more than 1 GiB or 10 passes, which would stop this machine."""


@dataclass(frozen=True, slots=True)
class Key:
    """One signing key of the wallet; its text form never shows the seed."""

    index: int
    scheme: int
    address: str
    seed: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """Public key, in the scheme's encoding (engine.md 3.1)."""
        return schemes.find(self.scheme).public_key(self.seed)

    def sign(self, message: bytes) -> bytes:
        """Signature of `message`, in the scheme's encoding (engine.md 3.1)."""
        return schemes.find(self.scheme).sign(self.seed, message)


class Kdf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the password becomes the cipher's key: memory in KiB, passes, lanes, salt in hex."""

    name: Literal["argon2id"]
    m_kib: int
    t: int
    p: Literal[1]
    salt: str


class Cipher(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What seals the seeds: nonce in hex."""

    name: Literal["xchacha20-poly1305"]
    nonce: str


class Account(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One account as anybody may read it in the file."""

    index: Count
    scheme: str
    address: str


class Keystore(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: `ciphertext` is hex, `created` a date."""

    format: Literal["ctn-keystore"]
    version: Literal[1]
    kdf: Kdf
    cipher: Cipher
    ciphertext: str
    accounts: tuple[Account, ...]
    created: Date


class Seed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One sealed seed, in hex."""

    index: Count
    scheme: str
    seed: str


class Seeds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is sealed."""

    seeds: tuple[Seed, ...]


def create(password: str, scheme: str = "ed25519") -> Keystore:
    """A new keystore of one random key; an unknown scheme name raises SchemeUnknown."""
    keystore = Keystore(
        format="ctn-keystore",
        version=1,
        kdf=Kdf(
            name="argon2id",
            m_kib=MEMORY_KIB_MIN,
            t=PASSES_MIN,
            p=1,
            salt=secrets.token_hex(SALT_BYTES),
        ),
        cipher=Cipher(name="xchacha20-poly1305", nonce=""),
        ciphertext="",
        accounts=(),
        created=datetime.now(UTC).date().isoformat(),
    )
    return _seal([_random_key(0, scheme)], keystore, _cipher_key(keystore.kdf, password))


def add_account(keystore: Keystore, password: str, scheme: str = "ed25519") -> Keystore:
    """The keystore with one more random key, at the next index; raises like `open_keystore`."""
    cipher_key = _cipher_key(keystore.kdf, password)
    keys = _unseal(keystore, cipher_key)
    index = max((key.index for key in keys), default=-1) + 1
    return _seal([*keys, _random_key(index, scheme)], keystore, cipher_key)


def read_keystore(text: str | bytes) -> Keystore:
    """The file without its secrets; KeystoreUnreadable, KdfTooWeak, KdfTooHeavy."""
    try:
        keystore = msgspec.json.decode(text, type=Keystore)
    except (*DECODE_ERRORS, UnicodeEncodeError):  # the last: half a surrogate pair in a str
        raise KeystoreUnreadable from None
    _check_kdf(keystore.kdf)
    return keystore


def open_keystore(text: str | bytes, password: str) -> list[Key]:
    """The keys in the file, by its password, in the order of the file.

    Raises KeystoreUnreadable for a wrong password as for any damage, and KdfTooWeak or
    KdfTooHeavy before any work.
    """
    keystore = read_keystore(text)
    return _unseal(keystore, _cipher_key(keystore.kdf, password))


def file_text(keystore: Keystore) -> bytes:
    """The text of the file: canonical JSON and a line feed."""
    return encode(keystore) + b"\n"


def save(path: Path, keystore: Keystore) -> None:
    """Write the file so that a power cut leaves the old or the new one, whole.

    The file gets mode 0600; a missing folder is made with mode 0700. OSError passes.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            file.write(file_text(keystore))
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)  # gone already when the replacement succeeded
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _check_kdf(kdf: Kdf) -> None:
    """Refuse a derivation that protects too little or costs too much."""
    if kdf.m_kib < MEMORY_KIB_MIN or kdf.t < PASSES_MIN:
        raise KdfTooWeak
    if kdf.m_kib > MEMORY_KIB_MAX or kdf.t > PASSES_MAX:
        raise KdfTooHeavy


def _cipher_key(kdf: Kdf, password: str) -> bytes:
    """Argon2id of the password; one password typed on two systems gives the same bytes."""
    _check_kdf(kdf)
    text = unicodedata.normalize("NFKD", password).encode()
    salt = _unhex(kdf.salt, SALT_BYTES)
    return argon2id.kdf(CIPHER_KEY_BYTES, text, salt, opslimit=kdf.t, memlimit=kdf.m_kib * 1024)


def _seal(keys: Sequence[Key], keystore: Keystore, cipher_key: bytes) -> Keystore:
    """The keystore with these keys in it, under a fresh nonce."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    names = [schemes.find(key.scheme).name for key in keys]
    opened = msgspec.structs.replace(
        keystore,
        cipher=Cipher(name="xchacha20-poly1305", nonce=nonce.hex()),
        accounts=tuple(
            Account(index=key.index, scheme=name, address=key.address)
            for key, name in zip(keys, names, strict=True)
        ),
    )
    seeds = Seeds(
        seeds=tuple(
            Seed(index=key.index, scheme=name, seed=key.seed.hex())
            for key, name in zip(keys, names, strict=True)
        )
    )
    ciphertext = crypto_aead_xchacha20poly1305_ietf_encrypt(
        encode(seeds), _bound(opened), nonce, cipher_key
    )
    return msgspec.structs.replace(opened, ciphertext=ciphertext.hex())


def _unseal(keystore: Keystore, cipher_key: bytes) -> list[Key]:
    """The sealed keys, which must be those that the file lists."""
    nonce = _unhex(keystore.cipher.nonce, NONCE_BYTES)
    ciphertext = _unhex(keystore.ciphertext)
    if len(ciphertext) < TAG_BYTES:
        raise KeystoreUnreadable
    try:
        plaintext = crypto_aead_xchacha20poly1305_ietf_decrypt(
            ciphertext, _bound(keystore), nonce, cipher_key
        )
        sealed = msgspec.json.decode(plaintext, type=Seeds).seeds
        keys = [_key(seed.index, seed.scheme, _unhex(seed.seed, SEED_BYTES)) for seed in sealed]
    except (SealBroken, *DECODE_ERRORS, SchemeUnknown, WeakKey):
        raise KeystoreUnreadable from None
    found = [(key.index, key.address) for key in keys]
    if found != [(account.index, account.address) for account in keystore.accounts]:
        raise KeystoreUnreadable
    return keys


def _random_key(index: int, scheme: str) -> Key:
    """A key from the system's randomness; a scalar out of range has chance 2^-127."""
    return _key(index, scheme, secrets.token_bytes(SEED_BYTES))


def _key(index: int, scheme: str, seed: bytes) -> Key:
    """The key of a seed, with the address that its public key has in the ledger."""
    number = schemes.number_of(scheme)
    address = key_address(number, schemes.find(number).public_key(seed))
    return Key(index=index, scheme=number, address=address, seed=seed)


def _bound(keystore: Keystore) -> bytes:
    """The additional data: canonical JSON of the file without `ciphertext`."""
    fields = msgspec.structs.asdict(keystore)
    del fields["ciphertext"]
    return encode(fields)


def _unhex(text: str, size: int | None = None) -> bytes:
    """Bytes of lower-case hex, `size` of them if it is given; else KeystoreUnreadable."""
    try:
        data = bytes.fromhex(text)
    except ValueError:
        raise KeystoreUnreadable from None
    if data.hex() != text or (size is not None and len(data) != size):
        raise KeystoreUnreadable
    return data
