"""Keys are made, listed and moved encrypted; a password never stands in a line or a variable."""

import stat

from tests.cli.homes import Cli

PASSWORD = "a password of the test"


def test_a_key_is_made_and_found_by_name(cli: Cli) -> None:
    made = cli.ok("keys", "new", "carol", stdin=PASSWORD + "\n")
    assert cli.ok("keys", "list")["keys"] == [made]
    shown = cli.ok("keys", "show", "carol")
    assert shown == {"name": "carol", "address": made["address"], "scheme": "ed25519"}
    assert stat.S_IMODE((cli.home / "keystore.json").stat().st_mode) == 0o600


def test_a_second_key_may_have_another_scheme(cli: Cli) -> None:
    cli.ok("keys", "new", "carol", stdin=PASSWORD)
    made = cli.ok("keys", "new", "dave", "--scheme", "secp256k1", stdin=PASSWORD)
    found = cli.ok("keys", "show", "dave", "--public", stdin=PASSWORD)
    assert found["address"] == made["address"]
    assert len(found["public"]) == 66


def test_a_password_may_come_from_a_file(cli: Cli) -> None:
    file = cli.home.parent / "password"
    file.write_text(PASSWORD + "\n")
    cli.ok("keys", "new", "carol", "--password-file", str(file))
    assert cli("keys", "show", "carol", "--public", "--password-file", str(file)).code == 0


def test_refuses_a_wrong_password_and_an_unknown_name(cli: Cli) -> None:
    cli.ok("keys", "new", "carol", stdin=PASSWORD)
    said = cli("keys", "show", "carol", "--public", stdin="wrong")
    assert said.code == 1
    assert "KeystoreUnreadable" in said.err
    said = cli("keys", "show", "mallory")
    assert said.code == 2
    assert "carol" in said.err
    assert cli("keys", "new", "carol", stdin=PASSWORD).code == 1
    assert cli("keys", "new", "eve", "--scheme", "rsa", stdin=PASSWORD).code == 2


def test_export_and_import_carry_keys_and_names(cli: Cli) -> None:
    made = cli.ok("keys", "new", "carol", stdin=PASSWORD)
    copy = cli.home.parent / "copy.json"
    cli.ok("keys", "export", str(copy), stdin=PASSWORD)
    assert cli("keys", "export", str(copy), stdin=PASSWORD).code == 1
    other = Cli(cli.home.parent / "other")
    assert other("keys", "import", str(copy), stdin="wrong").code == 1
    other.ok("keys", "import", str(copy), stdin=PASSWORD)
    assert other.ok("keys", "show", "carol")["address"] == made["address"]
    assert other("keys", "import", str(copy), stdin=PASSWORD).code == 1
