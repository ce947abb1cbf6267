"""Every domain tag of CTN, so that no hash or signature can stand for another.

A tag is ASCII and ends in its version and one line feed; it is the first part of
what is hashed or signed. A tag is never reused and never changes its meaning.
Source: engine.md 1 (digests), registry.md 2.2 (record ids) and 8 (personal data),
people.md 12 (login).
"""

TX = b"ctn/tx/1\n"
GENESIS = b"ctn/genesis/1\n"
BLOCK = b"ctn/block/1\n"
SEAL = b"ctn/seal/1\n"
ORDER = b"ctn/order/1\n"
SEED = b"ctn/seed/1\n"
ID = b"ctn/id/1\n"
PII = b"ctn/pii/1\n"
VALIDATOR = b"ctn/validator/1\n"
LOGIN = b"ctn/login/1\n"
