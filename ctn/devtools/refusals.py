"""Expected failures of the developer's commands: one line, what to do, and an exit code."""

from __future__ import annotations


class ToolRefusal(Exception):
    """A command cannot go on, and its user can do something about it."""

    exit_code = 1

    def line(self) -> str:
        """Return the one line that the user reads."""
        return f"{type(self).__name__}: {self}"


class PythonTooOld(ToolRefusal):
    """No Python of at least 3.11 was found."""

    exit_code = 2


class VenvUnavailable(ToolRefusal):
    """This Python cannot make a virtual environment."""

    exit_code = 2


class IndexUnreachable(ToolRefusal):
    """The Python index did not deliver what the locks name."""

    exit_code = 3


class HashMismatch(ToolRefusal):
    """A delivered file is not the locked one."""

    exit_code = 3


class LockStale(ToolRefusal):
    """A lock was not made from the requirements as they are now."""

    exit_code = 3


class DiskFull(ToolRefusal):
    """The disk has less room than the installation needs."""

    exit_code = 4


class NodeTooOld(ToolRefusal):
    """The Node on PATH cannot build the pages; the pinned one of .venv takes its place."""


class WebNotBuilt(ToolRefusal):
    """The pages could not be built; everything but them works."""

    def line(self) -> str:
        """Return the one line that the user reads."""
        return f"web application not built: {self}"


class ChromiumNotFound(ToolRefusal):
    """There is no browser to test the pages in."""

    exit_code = 3


class CometBFTNotFound(ToolRefusal):
    """There is no CometBFT of the one version that counts."""

    exit_code = 78


class GoProxyUnreachable(ToolRefusal):
    """Go could not fetch the modules that CometBFT is built from."""

    exit_code = 3
