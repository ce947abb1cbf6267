"""Installing CometBFT into .tools/bin: from source, by Go, at the one version that counts.

The Go of PATH builds it when it is new enough, else the pinned one of `requirements/go.in`.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from ctn import cometbft
from ctn.devtools.environment import ROOT, ensure_go
from ctn.devtools.refusals import CometBFTNotFound, GoProxyUnreachable

GO_OLDEST = (1, 22, 11)  # what the go.mod of CometBFT asks for

_REACHES = ("dial tcp", "proxyconnect", "no such host", "i/o timeout", "connection refused",
            "TLS handshake", "410 Gone", "404 Not Found", "502 Bad Gateway", "disabled by GOPROXY",
            "module lookup disabled", "EOF")  # fmt: skip


def fetch_cometbft() -> str:
    """Make the program be there, and say where; raises GoProxyUnreachable or CometBFTNotFound."""
    looked = cometbft.look()
    if looked.path is not None:
        return f"cometbft v{cometbft.VERSION} is at {looked.path}"
    go = find_go()
    print(f"building {cometbft.MODULE} with {go}", flush=True)
    built = subprocess.run(
        [go, "install", cometbft.MODULE], cwd=ROOT, env=go_environment(), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if built.returncode != 0:
        raise cause(built.stderr)
    program = cometbft.TOOLS / "cometbft"
    version = cometbft.version_of(str(program))
    if version != cometbft.VERSION:
        raise CometBFTNotFound(f"{program} was built and says {version or 'nothing'}; {by_hand()}")
    return f"cometbft v{version} is at {program}"


def find_go() -> str:
    """Return a Go that is new enough: of PATH, else the pinned one of .venv."""
    found = shutil.which("go")
    if found is not None and go_version(found) >= GO_OLDEST:
        return found
    return str(ensure_go())


def go_version(program: str) -> tuple[int, ...]:
    """Return the version of a Go, (0,) for what is none."""
    try:
        said = subprocess.run(
            [program, "env", "GOVERSION"], capture_output=True, text=True, timeout=30, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return (0,)
    digits = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", said.strip())
    return tuple([int(part or 0) for part in digits.groups()]) if digits else (0,)


def go_environment() -> dict[str, str]:
    """Return the user's environment, with the program put into .tools and no other Go fetched."""
    return {**os.environ, "GOBIN": str(cometbft.TOOLS), "GOTOOLCHAIN": "local"}


def cause(said: str) -> CometBFTNotFound | GoProxyUnreachable:
    """Return the refusal for what Go said when it failed."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = lines[-1][:200] if lines else "no reason given"
    if any(word in said for word in _REACHES):
        return GoProxyUnreachable(f"{last}; set GOPROXY if you use one of your own, or {by_hand()}")
    return CometBFTNotFound(f"go install failed: {last}; {by_hand()}")


def by_hand() -> str:
    """Say how to place the program without a module proxy."""
    line = f"go install {cometbft.MODULE}"
    place = Path(os.path.relpath(cometbft.TOOLS, ROOT)) / "cometbft"
    return f"on a machine that has one: {line}; copy it to {place}, or set {cometbft.VARIABLE}"
