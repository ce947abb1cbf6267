"""From words to a key as people.md 13.2 says it, apart from the page that is tested by it."""

import hashlib
import hmac
import unicodedata

from ctn.crypto import ed25519
from ctn.crypto.schemes import ED25519
from ctn.kernel.account import key_address
from ctn.wallet.keystore import Key

PHRASE = "abandon " * 23 + "art"
ROUNDS = 2048
PATH = (44, 3060, 0, 0, 0)
HARDENED = 1 << 31


def root_of(phrase: str) -> bytes:
    """The BIP-39 seed of words without a passphrase, 64 bytes."""
    text = unicodedata.normalize("NFKD", phrase).encode()
    return hashlib.pbkdf2_hmac("sha512", text, b"mnemonic", ROUNDS)


def key_of(phrase: str) -> Key:
    """The first account's key: SLIP-10 at m/44'/3060'/0'/0'/0'."""
    node = hmac.digest(b"ed25519 seed", root_of(phrase), "sha512")
    for step in PATH:
        data = b"\0" + node[:32] + (HARDENED + step).to_bytes(4, "big")
        node = hmac.digest(node[32:], data, "sha512")
    seed = node[:32]
    address = key_address(ED25519, ed25519.public_key(seed))
    return Key(index=0, scheme=ED25519, address=address, seed=seed)
