"""One function per target of the developer's commands; each returns an exit code."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from ctn.devtools import bench, parts
from ctn.devtools.environment import ROOT, ensure, ensure_uv, script, uv_environment
from ctn.devtools.locks import write_locks


def run_target(target: str, words: Sequence[str]) -> int:
    """Run a target by its name; `words` go to the program that the target starts."""
    match target:
        case "run":
            ensure(tests=False)
            return start([str(script("ctn")), "demo", *words])
        case "reference":
            ensure(tests=False)
            return start([str(script("python")), "-m", "ctn.reference", *words])
        case "bench":
            ensure(tests=False)
            return 0 if bench.run_benches() else 1
        case "lock":
            return lock()
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


def lock() -> int:
    """Make the locks anew and print what changed."""
    ensure_uv()
    said = write_locks(ROOT, script("uv"), uv_environment())
    print(*(said or ["locks unchanged"]), sep="\n")
    return 0


def clean_demo() -> int:
    """Remove the data of the demo world, which `run` makes again."""
    data = ROOT / ".ctn" / "demo"
    existed = data.exists()
    shutil.rmtree(data, ignore_errors=True)
    print("removed .ctn/demo" if existed else "nothing to remove: no .ctn/demo")
    return 0
