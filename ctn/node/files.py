"""Files that must survive a power cut: replaced whole, marked in turn, locked, with ballast."""

import contextlib
import fcntl
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ctn.node.stops import HomeInUse, WriteFailed

MIB = 1 << 20
SLOT = 8 + 32 + 32


@contextlib.contextmanager
def written(what: str) -> Iterator[None]:
    """Stop the node when the system cannot write or make durable what is named."""
    try:
        yield
    except OSError as error:
        raise WriteFailed(f"{what}: {error.strerror}") from None


def write_whole(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Replace a file by temp file, fsync, rename, and fsync of the directory."""
    temporary = path.with_name(path.name + ".new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        # One call may write a part only, as on a disk that is nearly full.
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(temporary, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Lock:
    """The exclusive lock on `<home>/lock`, held for the life of the process."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._descriptor)
            raise HomeInUse(f"{path.parent} is in use by another process") from None

    def release(self) -> None:
        """Let another process have the home."""
        os.close(self._descriptor)


class Slot(NamedTuple):
    """A height that was acknowledged, and the hash of its block."""

    height: int
    block: bytes


class Mark:
    """`<home>/mark`: two slots written in turn, so that an old copy of the state is noticed."""

    def __init__(self, path: Path) -> None:
        is_new = not path.exists()
        with written("mark"):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if is_new:
                sync_folder(path.parent)

    def read(self) -> Slot | None:
        """The higher good slot, None when neither is good."""
        data = os.pread(self._descriptor, 2 * SLOT, 0)
        slots = [_slot(data[at : at + SLOT]) for at in (0, SLOT)]
        good = [slot for slot in slots if slot is not None]
        return max(good) if good else None

    def write(self, height: int, block: bytes) -> None:
        """Note an acknowledged block in the slot that the one before it does not use."""
        body = height.to_bytes(8, "big") + block
        data = body + hashlib.sha256(body).digest()
        with written("mark"):
            os.pwrite(self._descriptor, data, SLOT * (height & 1))

    def clear(self, height: int, block: bytes) -> None:
        """Accept a state as the newest, whatever was noted before."""
        os.ftruncate(self._descriptor, 0)
        self.write(height, block)
        self.sync()

    def sync(self) -> None:
        """Make the slots durable; done once a second, not once a block."""
        with written("mark"):
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Make the slots durable and let go."""
        try:
            self.sync()
        finally:
            os.close(self._descriptor)


def _slot(data: bytes) -> Slot | None:
    body, digest = data[:40], data[40:]
    if len(data) != SLOT or hashlib.sha256(body).digest() != digest:
        return None
    return Slot(int.from_bytes(body[:8], "big"), body[8:])


def ensure_ballast(path: Path, mebibytes: int) -> None:
    """Really allocate the space that an operator frees when the disk is full."""
    if path.exists() and path.stat().st_size == mebibytes * MIB:
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.posix_fallocate(descriptor, 0, max(mebibytes, 1) * MIB)
        os.fsync(descriptor)
    except OSError as error:
        os.close(descriptor)
        path.unlink()
        raise WriteFailed(f"no space for {path.name}: {error.strerror}") from None
    os.close(descriptor)


def free_mebibytes(folder: Path) -> int:
    """The free space of the file system that holds a folder."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize // MIB
