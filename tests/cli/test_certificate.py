"""Certificates from the command line: shown, proved, printed; by the engine or by a platform."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctn.api.certificates.fonts import FOLDER, PATTERN
from tests.cli.homes import Cli, platform

FILE = Path("ctn/demo/verra_units.csv")
HAS_FONTS = any(FOLDER.glob(PATTERN))
needs_fonts = pytest.mark.skipif(not HAS_FONTS, reason="web not built")


@pytest.fixture(scope="module", name="name")
def _name(live: Cli) -> str:
    """A certificate of two and a half tonnes."""
    batch = live.ok("registry", "bring-in", str(FILE), "--rows", "1-1")["batches"][0]["batch"]
    receipt = live.send(
        "registry.retire", f"batch={batch}", "source=market", "parts=[]", "grams=2500000",
        "beneficiary=null", "on_behalf_of=", "use=voluntary", "purpose=gift", "message=谢谢",
        "country=CN", "period_start=null", "period_end=null", "privacy=public",
        "commitment=null", "envelope=null", "--key", "alice",
    )  # fmt: skip
    (name,) = [
        event["certificate"] for event in receipt["events"] if event["event"] == "registry.Retired"
    ]
    return str(name)


@pytest.fixture(scope="module", name="url")
def _url(live: Cli) -> Iterator[str]:
    """A platform over the same engine."""
    with platform(live.home) as found:
        yield found


def test_the_record_is_shown_with_its_own_letters(live: Cli, name: str) -> None:
    assert '"谢谢"' in live("certificate", "show", name).out
    assert live.ok("certificate", "show", name)["certificate"]["grams"] == 2_500_000


def test_both_doors_give_a_proof_that_holds(live: Cli, name: str, url: str) -> None:
    maker = json.loads((live.home / "config" / "genesis.json").read_bytes())["maker"]
    file = live.home / "c.proof.json"
    for words in ([], ["--url", url]):
        shown = live.ok("certificate", "show", name, "--proof", str(file), *words)
        assert shown["proof"] == str(file)
        told = live.ok("certificate", "verify", str(file), "--maker", maker)
        assert (told["proved_g"], told["trusted"]) == (2_500_000, True)
    pin = f"{told['height']}:{told['block']}"
    assert live.ok("certificate", "verify", str(file), "--trust", pin)["trusted"] is True
    assert live("certificate", "verify", str(file), "--trust", f"1:{'00' * 32}").code == 1


@needs_fonts
def test_both_doors_give_the_same_document(live: Cli, name: str, url: str) -> None:
    files = [live.home / "engine.pdf", live.home / "platform.pdf"]
    for file, words in zip(files, ([], ["--url", url]), strict=True):
        assert live.ok("certificate", "show", name, "--pdf", str(file), *words)["pdf"] == str(file)
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].read_bytes().startswith(b"%PDF-")


def test_there_is_no_file_of_no_certificate(live: Cli, url: str) -> None:
    file = live.home / "none.pdf"
    for words in ([], ["--url", url]):
        assert live("certificate", "show", "r-0", "--pdf", str(file), *words).code == 1
    assert not file.exists()
