"""The vectors that the page's wallet is tested by are what this wallet makes."""

import json

from ctn.wallet import keystore
from tests.wallet.page_vectors import FILE, KEYSTORE, text_of, vectors


def test_the_bodies_of_the_page_are_current() -> None:
    assert FILE.read_text("utf-8") == text_of(vectors())


def test_the_keystore_of_the_page_opens_here() -> None:
    committed = json.loads(KEYSTORE.read_text("utf-8"))
    keys = keystore.open_keystore(committed["text"], committed["password"])
    assert [key.seed.hex() for key in keys] == [row["seed"] for row in committed["keys"]]
    assert keystore.file_text(keystore.read_keystore(committed["text"])) == (
        committed["text"].encode()
    )


def test_a_keystore_that_the_page_wrote_opens_here() -> None:
    written = json.loads(KEYSTORE.with_name("page_keystore.json").read_text("utf-8"))
    keys = keystore.open_keystore(written["text"], written["password"])
    assert [
        {"index": key.index, "seed": key.seed.hex(), "address": key.address} for key in keys
    ] == written["keys"]
