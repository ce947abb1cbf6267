"""The user's own index is used by pip and uv alike, and an old Python is refused."""

import sys
from pathlib import Path

import pytest

from ctn.devtools.environment import index_settings
from ctn.devtools.python import find_python
from ctn.devtools.refusals import PythonTooOld


def test_an_index_set_for_pip_is_told_to_uv() -> None:
    said = "global.index-url='a'\nglobal.find-links='/x\\n/y'\nuser.cert='c.pem'\n"
    assert index_settings(said, {}) == {
        "UV_DEFAULT_INDEX": "a",
        "UV_FIND_LINKS": "/x,/y",
        "SSL_CERT_FILE": "c.pem",
    }


def test_a_variable_outranks_a_file() -> None:
    said = ":env:.index-url='b'\nglobal.index-url='a'\n"
    assert index_settings(said, {}) == {"UV_DEFAULT_INDEX": "b"}


def test_what_is_set_for_uv_stays() -> None:
    said = "global.index-url='a'\nglobal.extra-index-url='e'\n"
    assert index_settings(said, {"UV_INDEX_URL": "u"}) == {"UV_INDEX": "e"}


def _interpreter(folder: Path, version: str) -> str:
    path = folder / f"python{version}"
    path.write_text(f"#!/bin/sh\necho {version.replace('.', ' ')} {path}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.skipif(sys.platform == "win32", reason="needs sh; to run: on Linux or macOS")
def test_takes_the_python_that_the_user_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = _interpreter(tmp_path, "3.12")
    monkeypatch.setenv("PYTHON", newer)
    assert find_python() == newer


@pytest.mark.skipif(sys.platform == "win32", reason="needs sh; to run: on Linux or macOS")
def test_refuses_when_the_named_python_is_too_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON", _interpreter(tmp_path, "3.9"))
    with pytest.raises(PythonTooOld, match=r"3\.9"):
        find_python()


@pytest.mark.skipif(sys.platform == "win32", reason="needs sh; to run: on Linux or macOS")
def test_passes_over_a_name_that_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python3.13"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    newer = _interpreter(tmp_path, "3.12")
    monkeypatch.delenv("PYTHON", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_python() == newer
