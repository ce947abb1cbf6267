"""One function per target of the developer's commands; each returns an exit code."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from ctn.devtools import bench, parts, web
from ctn.devtools.cometbft import fetch_cometbft
from ctn.devtools.environment import ROOT, ensure, ensure_peers, ensure_uv, script, uv_environment
from ctn.devtools.locks import changes, write_locks
from ctn.devtools.refusals import ChromiumNotFound, ToolRefusal


def run_target(target: str, words: Sequence[str]) -> int:
    """Run a target by its name; `words` go to the program that the target starts."""
    match target:
        case "run":
            ensure(tests=False)
            web.offer()
            return start([str(script("ctn")), "demo", *words])
        case "web":
            print(web.build_if_stale() or "web application unchanged\n", end="")
            return 0
        case "reference":
            ensure(tests=False)
            return start([str(script("python")), "-m", "ctn.reference", *words])
        case "bench":
            ensure(tests=False)
            ensure_peers()
            return 0 if bench.run_benches() else 1
        case "lock":
            return lock()
        case "browser":
            ensure(tests=True)
            return fetch_browser()
        case "cometbft":
            print(fetch_cometbft())
            return 0
        case "network":
            ensure(tests=False)
            return start_network(words)
        case "clean-demo":
            return clean_demo()
    ensure(tests=True)
    return 0 if run_parts(target) else 1


def run_parts(target: str) -> bool:
    """Run the tests that a target names."""
    if target == "lint":
        return parts.report([parts.run_form()], whole=False)
    if target == "test-faults":
        return parts.report([parts.run_pytest("faults", ("tests/faults",))], whole=False)
    assert target == "test"
    return parts.run_tests()


def start(command: Sequence[str]) -> int:
    """Become the command, so that Ctrl-C and the exit code are its own."""
    if os.name != "nt":  # execv of Windows returns to the shell before the command ends
        os.chdir(ROOT)
        os.execv(command[0], list(command))  # noqa: S606  no shell is wanted
    return subprocess.call(list(command), cwd=ROOT)


def start_network(words: Sequence[str]) -> int:
    """Start four validators and show them until Ctrl-C, which leaves them running."""
    folder = ["--dir", str(ROOT / ".ctn" / "network")]
    ctn = str(script("ctn"))
    code = subprocess.call([ctn, "testnet", "start", *folder, *words], cwd=ROOT)
    return code or start([ctn, "testnet", "status", "--watch", *folder])


def lock() -> int:
    """Make the locks anew and print what changed."""
    ensure_uv()
    said = write_locks(ROOT, script("uv"), uv_environment()) + lock_web()
    print(*(said or ["locks unchanged"]), sep="\n")
    return 0


def lock_web() -> list[str]:
    """Make web/package-lock.json anew, without addresses, and return what changed."""
    path = ROOT / "web" / "package-lock.json"
    before = path.read_text("utf-8") if path.exists() else ""
    path.unlink(missing_ok=True)
    # npm would take what is installed for the truth, and that holds no hashes.
    shutil.rmtree(ROOT / "web" / "node_modules", ignore_errors=True)
    try:
        web.run_npm(ROOT, web.find_node(), "install", "--package-lock-only", "--ignore-scripts")
        after = web.strip_funding(path.read_text("utf-8"))
    except ToolRefusal:
        if before:
            path.write_text(before, "utf-8")
        raise
    path.write_text(after, "utf-8")
    return [f"web: {line}" for line in changes(web.packages(before), web.packages(after))]


def fetch_browser() -> int:
    """Let Playwright download the Chromium that the part `browser` drives; 0."""
    environment = {"PLAYWRIGHT_BROWSERS_PATH": str(parts.BROWSERS), **os.environ}
    command = [str(script("python")), "-m", "playwright", "install", "chromium"]
    if subprocess.call(command, cwd=ROOT, env=environment) != 0:
        raise ChromiumNotFound("Playwright could not fetch it; on Debian: apt-get install chromium")
    return 0


def clean_demo() -> int:
    """Remove the data of the demo world, which `run` makes again."""
    data = ROOT / ".ctn" / "demo"
    existed = data.exists()
    shutil.rmtree(data, ignore_errors=True)
    print("removed .ctn/demo" if existed else "nothing to remove: no .ctn/demo")
    return 0
