"""A disk of its own whose power can be cut: an ext4 image on a loop mount.

Shutting the file system down without flushing its log drops the page cache and the journal that
has not reached the disk, as a power cut does; it does not model a disk that lies.
"""

import fcntl
import os
import shutil
import struct
import subprocess
import time
from pathlib import Path

SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN
NO_LOG_FLUSH = 2


class Missing(Exception):
    """This machine cannot cut the power of a disk; the text says why and what to do."""


class Disk:
    """An ext4 image, mounted."""

    def __init__(self, folder: Path, mebibytes: int = 192) -> None:
        self.image = folder / "disk.img"
        self.mount_point = folder / "disk"
        self.is_mounted = False
        remedy = "to run: as root, with loop devices and e2fsprogs, make test-faults"
        if os.geteuid() != 0:
            raise Missing(f"mounting needs root; {remedy}")
        if not os.path.exists("/dev/loop-control"):
            raise Missing(f"no loop devices; {remedy}")
        if shutil.which("mkfs.ext4") is None:
            raise Missing(f"mkfs.ext4 not found; {remedy}")
        with self.image.open("wb") as file:
            file.truncate(mebibytes << 20)
        self.mount_point.mkdir()
        try:
            _run("mkfs.ext4", "-q", "-F", str(self.image))
            self.mount()
        except subprocess.CalledProcessError as error:
            reason = error.stderr.decode().strip().splitlines()[:1]
            raise Missing(f"no loop mount: {' '.join(reason)}; {remedy}") from None

    def mount(self) -> None:
        """Mount, replaying the journal."""
        _run("mount", "-o", "loop", str(self.image), str(self.mount_point))
        self.is_mounted = True

    def cut_power(self) -> None:
        """Lose all that is not on the disk, at once."""
        descriptor = os.open(self.mount_point, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        except OSError as error:
            raise Missing(
                f"EXT4_IOC_SHUTDOWN: {error.strerror}; to run: a kernel that has it for ext4"
            ) from None
        finally:
            os.close(descriptor)

    def unmount(self) -> None:
        """Unmount; waits for processes that were just killed to let go."""
        for _ in range(100):
            try:
                _run("umount", str(self.mount_point))
            except subprocess.CalledProcessError:
                time.sleep(0.05)
            else:
                self.is_mounted = False
                return
        raise AssertionError("the disk stays busy")

    def close(self) -> None:
        """Give the loop device back."""
        if self.is_mounted:
            self.unmount()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
