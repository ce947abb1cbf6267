"""When the pages are built anew, with which Node, and what a failure says."""

import json
import os
import stat
from pathlib import Path

import pytest

from ctn.devtools import web
from ctn.devtools.refusals import NodeTooOld, WebNotBuilt

# A stand-in for npm, which is a foreign program: it makes what `npm run build` would.
NPM = """#!/bin/sh
echo "$*" >> ../calls
case "$1" in
ci) mkdir -p node_modules ;;
run) mkdir -p dist/assets && cp source.ts dist/assets/page.js ;;
esac
"""
BROKEN_NPM = """#!/bin/sh
echo "npm warn config"
echo "npm error code ENOTFOUND"
echo "npm error network request to the index failed"
exit 1
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout with one source of the pages."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "source.ts").write_text("first")
    (tmp_path / "web" / "package-lock.json").write_text("{}")
    (tmp_path / "ctn" / "api").mkdir(parents=True)
    return tmp_path


def node(root: Path, text: str = NPM) -> web.Node:
    """A Node whose npm is a script."""
    folder = root / "tools"
    folder.mkdir(exist_ok=True)
    npm = folder / "npm"
    npm.write_text(text)
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    return web.Node(folder, (str(npm),))


def calls(root: Path) -> list[str]:
    """What npm was asked to do, in order."""
    return (root / "calls").read_text().splitlines()


def test_a_bundle_fits_until_a_source_changes_appears_or_goes(root: Path) -> None:
    assert not web.is_built(root)
    web.build(root, node(root))
    assert web.is_built(root)
    (root / "web" / "source.ts").write_text("other")
    assert not web.is_built(root)
    (root / "web" / "source.ts").write_text("first")
    assert web.is_built(root)
    (root / "web" / "new.ts").write_text("")
    assert not web.is_built(root)


def test_what_the_tools_write_is_no_source(root: Path) -> None:
    before = web.sources_digest(root)
    web.build(root, node(root))
    (root / "web" / "node_modules" / "left-over.js").write_text("")
    assert web.sources_digest(root) == before


def test_a_bundle_that_lost_a_file_does_not_fit(root: Path) -> None:
    web.build(root, node(root))
    (web.served_folder(root) / "assets" / "page.js").unlink()
    assert not web.is_built(root)


def test_build_json_names_the_sources_and_the_bytes(root: Path) -> None:
    web.build(root, node(root))
    facts = json.loads((web.served_folder(root) / "build.json").read_text())
    assert facts == {"sources_sha256": web.sources_digest(root), "bytes": len("first")}


def test_a_new_bundle_replaces_the_whole_old_one(root: Path) -> None:
    web.build(root, node(root))
    (web.served_folder(root) / "old.js").write_text("")
    web.build(root, node(root))
    assert not (web.served_folder(root) / "old.js").exists()
    assert sorted(path.name for path in (root / "ctn" / "api").iterdir()) == ["static"]


def test_packages_are_installed_once_for_a_lock(root: Path) -> None:
    web.build(root, node(root))
    web.build(root, node(root))
    assert calls(root) == ["ci --ignore-scripts", "run build", "run build"]
    (root / "web" / "package-lock.json").write_text("{ }")
    web.build(root, node(root))
    assert calls(root)[3:] == ["ci --ignore-scripts", "run build"]


def test_a_failure_says_its_cause_and_leaves_the_bundle_of_before(root: Path) -> None:
    web.build(root, node(root))
    (root / "web" / "package-lock.json").write_text("{ }")
    with pytest.raises(WebNotBuilt) as refused:
        web.build(root, node(root, BROKEN_NPM))
    assert refused.value.line() == (
        "web application not built: npm ci: npm error network request to the index failed "
        "(all of it: .tools/web.log)"
    )
    assert (web.served_folder(root) / "assets" / "page.js").read_text() == "first"


def test_an_npm_that_does_not_start_is_no_bundle(root: Path) -> None:
    with pytest.raises(WebNotBuilt):
        web.build(root, web.Node(root, (str(root / "absent"),)))


@pytest.mark.parametrize(
    ("version", "is_usable"),
    [
        ("v22.14.9", False),
        ("v22.15.0\n", True),
        ("v23.0.0", True),
        ("v24.19.0", True),
        ("v25.0.0", False),
        ("v20.20.2", False),
        ("", False),
        ("24", False),
    ],
)
def test_a_node_from_22_15_to_24_is_usable(version: str, is_usable: bool) -> None:
    assert web.is_usable(version) is is_usable


def test_an_old_node_on_path_is_named_and_not_taken(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = node(root)
    program = found.folder / "node"
    program.write_text("#!/bin/sh\necho v20.20.2\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(found.folder))
    with pytest.raises(NodeTooOld, match=r"v20\.20\.2"):
        web.node_on_path()
    program.write_text("#!/bin/sh\necho v24.1.0\n")
    assert web.node_on_path() == web.Node(found.folder, (str(found.folder / "npm"),))


def test_npm_writes_inside_the_checkout_unless_the_user_says_where(root: Path) -> None:
    ours = web.npm_environment(root, node(root), {"PATH": "bin", "NODE_ENV": "production"})
    assert ours["npm_config_cache"] == str(root / ".tools" / "npm-cache")
    assert ours["PATH"] == f"{root / 'tools'}{os.pathsep}bin"
    assert "NODE_ENV" not in ours
    theirs = web.npm_environment(root, node(root), {"npm_config_cache": "elsewhere"})
    assert theirs["npm_config_cache"] == "elsewhere"


def test_a_lock_loses_its_funding_and_keeps_all_else() -> None:
    package = {"version": "1.0.0", "integrity": "sha512-x"}
    lock = {"packages": {"": {}, "node_modules/a": {**package, "funding": {"url": "x"}}}}
    stripped = web.strip_funding(json.dumps(lock))
    assert json.loads(stripped) == {"packages": {"": {}, "node_modules/a": package}}
    assert web.packages(stripped) == {"node_modules/a": "1.0.0"}
    assert web.packages("") == {}
