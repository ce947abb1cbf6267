"""Any operation is sent by its tag; what the ledger refuses is said by name, sentence and facts."""

from tests.cli.homes import Cli

BOB = "to=@bob"
PAY = ("assets.transfer", "asset=cny", BOB, "--key", "alice")


def test_a_transfer_moves_money_and_says_its_events(live: Cli) -> None:
    before = live.ok("balance", "@bob")["balances"]["cny"]
    receipt = live.send(*PAY, "amount=10")
    assert receipt["events"][0]["event"] == "assets.Transferred"
    assert live.ok("balance", "@bob")["balances"]["cny"] == before + 10


def test_a_refusal_names_code_sentence_and_facts(live: Cli) -> None:
    said = live("op", *PAY, "amount=99999999999999", "--json")
    assert said.code == 1
    line = said.err.splitlines()[-1]
    assert line.startswith(
        "refused kernel.InsufficientBalance: The source holds less than the amount."
    )
    assert "need=99999999999999" in line
    assert said.json["refused"] == "kernel.InsufficientBalance"


def test_a_refusal_without_the_state_needs_no_node(cli: Cli) -> None:
    words = ("assets.transfer", "asset=cny", "amount=-1", "to=ctn1x", "--key", "alice")
    said = cli("op", *words)
    assert said.code == 1
    assert said.err.startswith("refused kernel.Malformed:")
    assert "field=amount" in said.err
    assert "rule=" in said.err


def test_a_trial_changes_nothing(live: Cli) -> None:
    height = live.ok("node", "status")["height"]
    assert live.ok("op", *PAY, "amount=10", "--dry-run")["simulated"]["status"] == "applied"
    assert live("op", *PAY, "amount=99999999999999", "--dry-run").code == 1
    assert live.ok("node", "status")["height"] == height


def test_a_memo_is_sent_along(live: Cli) -> None:
    assert live.send(*PAY, "amount=1", "--memo", "thanks")["status"] == "applied"
    said = live("op", *PAY, "amount=1", "--memo", "x" * 300)
    assert said.code == 1
    assert "kernel.BadText" in said.err


def test_wrong_words_are_usage(live: Cli) -> None:
    said = live("op", *PAY, "amont=10")
    assert said.code == 2
    assert "'amont'" in said.err
    assert live("op", "assets.transfer", "asset=cny", BOB, "amount=1").code == 2
    assert live("op", *PAY, "amount=1", "--amount").code == 2


def test_every_operation_is_listed_and_has_help(cli: Cli) -> None:
    tags = [row["op"] for row in cli.ok("op", "--list")["ops"]]
    assert "assets.transfer" in tags
    told = cli.ok("op", "assets.transfer", "--help")
    assert [field["name"] for field in told["fields"]] == ["asset", "amount", "to"]
    text = cli("op", "assets.transfer", "--help").out
    assert "kernel.InsufficientBalance" in text
    assert "account or @name" in text
