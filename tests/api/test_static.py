"""The built pages: which headers they have, what is never served, and a platform without them."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response

from ctn.api.gate import SECURITY_HEADERS, Gate
from ctn.api.limits import Limits
from ctn.api.refusals import DoorRefusal
from ctn.api.static import DEVELOPER_POLICY, DOCUMENTS, FOLDERS, asset, document
from tests.api.chains import Asked, Chain

HASHED = "page-BsDrgg1q.js"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle with one document, one asset, and one file beside them."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / HASHED).write_text("run()")
    (tmp_path / "assets" / "notes.txt").write_text("no page needs this")
    (tmp_path / "page.html").write_text("<!doctype html>")
    (tmp_path / "build.json").write_text("{}")
    return tmp_path


def get(folder: Path, path: str, headers: dict[str, str] | None = None) -> httpx.Response:
    """The answer of a gate around the bundle in a folder; a refusal is its status alone."""
    app = FastAPI()
    app.add_api_route("/page", document(folder, "page.html"), response_class=Response)
    tool = document(folder, "page.html", DEVELOPER_POLICY)
    app.add_api_route("/tool", tool, response_class=Response)
    app.add_api_route("/assets/{name}", asset(folder / "assets"), response_class=Response)
    app.add_exception_handler(DoorRefusal, _refused)
    transport = httpx.ASGITransport(Gate(app, Limits(spares_loopback=True)))

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(ask())


def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, DoorRefusal)
    return Response(None, error.status)


def test_an_asset_is_kept_for_a_year_under_the_strict_policy(bundle: Path) -> None:
    answer = get(bundle, f"/assets/{HASHED}")
    assert (answer.status_code, answer.text) == (200, "run()")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers[name] == value


def test_a_document_is_asked_for_anew_and_has_the_policy_of_developer_pages(bundle: Path) -> None:
    answer = get(bundle, "/tool")
    assert (answer.status_code, answer.text) == (200, "<!doctype html>")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers.get_list("Content-Security-Policy") == [DEVELOPER_POLICY]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_document_of_the_application_is_under_the_strict_policy(bundle: Path) -> None:
    answer = get(bundle, "/page")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    strict = SECURITY_HEADERS["Content-Security-Policy"]
    assert answer.headers.get_list("Content-Security-Policy") == [strict]


def test_the_policy_of_developer_pages_opens_inline_styles_and_nothing_else() -> None:
    strict = SECURITY_HEADERS["Content-Security-Policy"].split("; ")
    opened = [rule for rule in DEVELOPER_POLICY.split("; ") if rule not in strict]
    assert opened == ["style-src 'self' 'unsafe-inline'"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, br", "gzip"), ("br;q=1, GZIP;q=0.5", "gzip"), ("gzip;q=0", None), ("identity", None)],
)
def test_a_script_comes_compressed_to_whoever_takes_that(
    bundle: Path, accepted: str, encoding: str | None
) -> None:
    answer = get(bundle, f"/assets/{HASHED}", {"accept-encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    assert answer.text == "run()"


@pytest.mark.parametrize(
    "name",
    [
        "absent.js",
        "notes.txt",  # a type that no page needs
        "..%2fbuild.json",
        "%2e%2e/build.json",
        "..%5cbuild.json",
        ".js",
        "a%00.js",
        "n" * 200 + ".js",
        "",
    ],
)
def test_serves_nothing_but_named_files_of_its_folder(bundle: Path, name: str) -> None:
    assert get(bundle, f"/assets/{name}").status_code == 404


def test_a_page_that_is_not_built_says_how_to_build_it(tmp_path: Path) -> None:
    answer = get(tmp_path, "/page")
    assert answer.status_code == 503
    assert "web application not built: make web" in answer.text
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_platform_serves_the_developer_pages_or_says_that_they_are_not_built(
    api: Asked,
) -> None:
    for path in DOCUMENTS:
        answer = api.runner.run(api.client.get(path))
        assert answer.status_code in (200, 503)
        assert ("make web" in answer.text) == (answer.status_code == 503)


def test_pages_are_no_part_of_the_contract(api: Asked) -> None:
    assert not {*DOCUMENTS, *FOLDERS} & api.get("/openapi.json").json()["paths"].keys()


@pytest.fixture(scope="module")
def limited(chain: Chain) -> Iterator[Asked]:
    """A platform whose rates bind everyone."""
    asked = Asked(chain, limited=True)
    yield asked
    asked.close()


@pytest.mark.parametrize("folder", FOLDERS)
def test_assets_do_not_count_against_the_rate_of_an_address(limited: Asked, folder: str) -> None:
    async def ask() -> list[int]:
        answers = [await limited.client.get(f"{folder}absent.js") for _ in range(130)]
        return [answer.status_code for answer in answers]

    assert set(limited.runner.run(ask())) == {404}
    assert limited.get("/status").status_code == 200
