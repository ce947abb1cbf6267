"""Headers that a light client came to trust, on disk from one run to the next."""

import contextlib
import os
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from ctn.client.light import comet
from ctn.client.light.comet import VALIDATORS_MAX, LightBlock, Strict, Validator
from ctn.client.light.failures import LightVerifyFailed
from ctn.client.light.trust import Root
from ctn.client.light.verify import check_block

KEPT_MAX = 64


class Stored(Strict, frozen=True):
    """A block as the file holds it."""

    header: comet.CometHeader
    commit: comet.Commit
    validators: Annotated[list[Validator], Meta(min_length=1, max_length=VALIDATORS_MAX)]


class _File(Strict, frozen=True):
    """The file: blocks by rising height."""

    blocks: list[Stored]


class Headers:
    """Trusted blocks by height: the root, and the newest that followed from it."""

    def __init__(self, folder: Path | None, root: Root) -> None:
        """Read what the folder keeps for this root; raises LightVerifyFailed (stored)."""
        self._file = None
        self._blocks: dict[int, LightBlock] = {}
        if folder is not None:
            # The root is in the name: another root never meets headers that followed from it not.
            self._file = folder / f"headers-{root.height}-{root.hash[:16]}.json"
            with contextlib.suppress(FileNotFoundError):
                self._read(self._file)

    def __len__(self) -> int:
        return len(self._blocks)

    def at(self, height: int) -> LightBlock | None:
        """The trusted block of a height."""
        return self._blocks.get(height)

    def below(self, height: int) -> LightBlock | None:
        """The nearest trusted block of a lower height."""
        lower = [found for found in self._blocks if found < height]
        return self._blocks[max(lower)] if lower else None

    def keep(self, blocks: list[LightBlock]) -> None:
        """Trust these from now on, and write them down before anything rests on them."""
        for block in blocks:
            self._blocks[block.height] = block
        first, *others = sorted(self._blocks)
        kept = [first, *others[-KEPT_MAX:]]
        self._blocks = {height: self._blocks[height] for height in kept}
        if self._file is not None:
            stored = [Stored(*self._blocks[height]) for height in kept]
            write_whole(self._file, msgspec.json.encode(_File(stored), order="sorted"))

    def _read(self, file: Path) -> None:
        try:
            found = comet.read_text(file.read_bytes(), _File)
            for row in found.blocks:
                block = LightBlock(row.header, row.commit, row.validators)
                check_block(block, found.blocks[0].header.chain_id)
                self._blocks[block.height] = block
        except LightVerifyFailed as error:
            reason = f"{file.name} is damaged; without it the client begins at its root again"
            raise LightVerifyFailed("stored", f"{reason} ({error})") from None


def plain(block: LightBlock) -> Any:
    """A block as JSON-RPC prints it."""
    return msgspec.to_builtins(Stored(*block))


def write_whole(file: Path, data: bytes) -> None:
    """Replace a file by temp file, fsync, rename, and fsync of its folder."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_name(file.name + ".new")
    with draft.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
