"""The program CometBFT as a child process whose log is read line by line."""

import queue
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from ctn import cometbft
from ctn.node.cometbft.log_lines import Verdict, verdict
from ctn.node.stops import CometBFTNotFound

LOG_BYTES = 16 << 20
LINE_KEPT = 2_000  # letters of the last line that are told when the program ends


def find_program() -> Path:
    """Where CometBFT of the one version is; raises CometBFTNotFound with the line that gets it."""
    looked = cometbft.look()
    if looked.path is None:
        raise CometBFTNotFound(f"{looked.found}; go install {cometbft.MODULE}")
    return looked.path


class Program:
    """CometBFT at work; what its log says is put into a queue."""

    def __init__(
        self, command: Sequence[str], folder: Path, said: "queue.SimpleQueue[Verdict]"
    ) -> None:
        """Start it in `folder`, against which the paths of its sockets are read."""
        self.last_line = ""
        self._said = said
        self._path = folder / "log" / "cometbft.log"
        self._path.parent.mkdir(mode=0o700, exist_ok=True)
        self.process = subprocess.Popen(
            list(command), cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def finish_reading(self, seconds: float) -> None:
        """Wait for the last lines of a program that has ended."""
        self._reader.join(seconds)

    def _read(self, lines: IO[bytes]) -> None:
        """Keep the log, and say what a line means; one old file is kept beside the new one."""
        log = self._path.open("ab")
        for line in lines:
            if log.tell() > LOG_BYTES:
                log.close()
                self._path.replace(self._path.with_suffix(".old.log"))
                log = self._path.open("ab")
            log.write(line)
            log.flush()
            text = line.decode(errors="replace").rstrip()
            self.last_line = text[:LINE_KEPT] or self.last_line
            found = verdict(text)
            if found is not None:
                self._said.put(found)
        log.close()
