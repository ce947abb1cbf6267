"""Files that must survive a power cut, and the mark that notices an old copy."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctn.node.files import MIB, SLOT, Lock, Mark, Slot, ensure_ballast, write_whole
from ctn.node.stops import HomeInUse, WriteFailed


def _hash(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_replaces_a_file_whole_with_the_mode_that_was_asked(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    write_whole(path, b"old", 0o600)
    write_whole(path, b"new", 0o600)
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [item.name for item in tmp_path.iterdir()] == ["key.json"]


def test_syncs_the_file_before_the_rename_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    sync, replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        done.append(f"sync {kind}")
        sync(descriptor)

    def rename(source: Path, target: Path) -> None:
        done.append("rename")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", rename)
    write_whole(tmp_path / "a", b"data")
    assert done == ["sync file", "rename", "sync folder"]


def test_writes_on_when_the_system_takes_a_part_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    write_whole(tmp_path / "a", b"0123456789")
    assert (tmp_path / "a").read_bytes() == b"0123456789"


def test_leaves_the_old_file_when_the_new_one_cannot_be_made_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_whole(tmp_path / "a", b"old")

    def fails(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="Input/output"):
        write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_second_holder_of_the_lock_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    first = Lock(tmp_path / "lock")
    with pytest.raises(HomeInUse):
        Lock(tmp_path / "lock")
    first.release()
    Lock(tmp_path / "lock").release()


def test_the_mark_writes_its_two_slots_in_turn(tmp_path: Path) -> None:
    mark = Mark(tmp_path / "mark")
    assert mark.read() is None
    for height in (1, 2, 3):
        mark.write(height, _hash(height))
        assert mark.read() == Slot(height, _hash(height))
    data = (tmp_path / "mark").read_bytes()
    assert len(data) == 2 * SLOT
    assert [int.from_bytes(data[at : at + 8], "big") for at in (0, SLOT)] == [2, 3]
    mark.close()


def test_a_torn_slot_leaves_the_one_before_it(tmp_path: Path) -> None:
    mark = Mark(tmp_path / "mark")
    mark.write(6, _hash(6))
    mark.write(7, _hash(7))
    data = bytearray((tmp_path / "mark").read_bytes())
    for at in (SLOT, SLOT + 20, SLOT + 71):
        torn = bytearray(data)
        torn[at] ^= 1
        (tmp_path / "mark").write_bytes(torn)
        assert mark.read() == Slot(6, _hash(6))
    (tmp_path / "mark").write_bytes(data[: SLOT + 30])
    assert mark.read() == Slot(6, _hash(6))
    mark.close()


@given(data=st.binary(max_size=200))
def test_no_bytes_but_a_mark_s_own_are_a_slot(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("mark") / "mark"
    path.write_bytes(data)
    mark = Mark(path)
    assert mark.read() is None
    mark.close()


def test_clearing_the_mark_forgets_a_higher_slot(tmp_path: Path) -> None:
    mark = Mark(tmp_path / "mark")
    mark.write(8, _hash(8))
    mark.write(9, _hash(9))
    mark.clear(5, _hash(50))
    assert mark.read() == Slot(5, _hash(50))
    mark.close()


def test_a_mark_that_cannot_be_written_or_synced_stops_the_node(tmp_path: Path) -> None:
    mark = Mark(tmp_path / "mark")
    os.close(mark._descriptor)
    with pytest.raises(WriteFailed, match="mark"):
        mark.write(1, _hash(1))
    with pytest.raises(WriteFailed, match="mark"):
        mark.sync()


def test_the_ballast_is_really_allocated_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "ballast.bin"
    ensure_ballast(path, 3)
    assert path.stat().st_size == 3 * MIB
    assert path.stat().st_blocks * 512 >= 3 * MIB
    before = path.stat().st_mtime_ns
    ensure_ballast(path, 3)
    assert path.stat().st_mtime_ns == before


def test_no_space_for_the_ballast_stops_the_start_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_descriptor: int, _offset: int, _length: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", fails)
    with pytest.raises(WriteFailed, match="No space"):
        ensure_ballast(tmp_path / "ballast.bin", 3)
    assert not list(tmp_path.iterdir())
