"""The link to the engine: shared, bounded, and made again when the engine comes back."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from ctn.api import link
from tests.api.chains import Asked, Chain, running


def test_many_requests_share_one_connection_from_the_first_moment(chain: Chain) -> None:
    asked = Asked(chain)
    answers = asked.get_many("/state/chain/clock", 50)
    assert [answer.status_code for answer in answers] == [200] * 50
    asked.close()


def test_goes_on_when_the_engine_comes_back() -> None:
    with TemporaryDirectory(prefix="ctn-") as folder, running(Path(folder) / "home") as chain:
        asked = Asked(chain)
        assert asked.get("/status").status_code == 200
        for _ in range(3):
            chain.reopen_door()
            statuses = [answer.status_code for answer in asked.get_many("/status", 20)]
            assert set(statuses) <= {200, 503}
            assert asked.get("/status").status_code == 200
        asked.close()


def test_says_busy_when_the_engine_does_not_answer_in_time(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = Asked(chain)
    monkeypatch.setattr(link, "CALL_SECONDS", 0)
    answer = asked.get("/status")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    asked.close()
