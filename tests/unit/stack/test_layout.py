from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from backoffice.errors import ConfigurationError, StackError
from backoffice.stack.account import Account
from backoffice.stack.layout import Layout, prepare_data_dir, socket_folder
from backoffice.stack.lock import AlreadyRunningError, exclusive, is_held
from backoffice.stack.pidfile import read_postmaster

SELF = Account("self", os.geteuid(), os.getegid(), switch=False)
STRANGER = Account("stranger", 54321, 54321, switch=True)


def layout(folder: Path) -> Layout:
    return Layout(folder, folder / "postgres", folder, SELF)


def test_the_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "data"
    prepare_data_dir(folder)
    prepare_data_dir(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    before = tmp_path.stat().st_mode
    with pytest.raises(ConfigurationError, match="holds other files"):
        prepare_data_dir(tmp_path)
    assert tmp_path.stat().st_mode == before


def test_who_may_pass_through_is_told_from_every_folder_above(tmp_path: Path) -> None:
    open_folder = tmp_path / "open"
    open_folder.mkdir()
    tmp_path.chmod(0o700)
    assert SELF.can_traverse(open_folder)
    assert not STRANGER.can_traverse(open_folder)


def test_the_socket_lies_beside_the_cluster_when_its_path_fits(tmp_path: Path) -> None:
    folder = socket_folder(layout(tmp_path))
    assert folder == tmp_path / "run"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_long_path_gets_a_short_owner_only_folder_and_the_same_again(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)
    deep.mkdir()
    folder = socket_folder(layout(deep))
    try:
        assert len(os.fsencode(folder / ".s.PGSQL.65535")) < 104
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert socket_folder(layout(deep)) == folder
    finally:
        folder.rmdir()


def test_a_short_folder_somebody_prepared_is_not_used(tmp_path: Path) -> None:
    deep = tmp_path / ("y" * 100)
    deep.mkdir()
    expected = socket_folder(layout(deep))
    expected.chmod(0o777)
    folder = socket_folder(layout(deep))
    try:
        assert folder != expected
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        expected.rmdir()
        folder.rmdir()


def test_a_lock_is_held_by_one_and_names_them(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not is_held(path)
    with exclusive(path):
        assert is_held(path)
        with pytest.raises(AlreadyRunningError, match=f"Process {os.getpid()} "), exclusive(path):
            pass
    assert not is_held(path)
    assert issubclass(AlreadyRunningError, StackError)


def test_a_postmaster_of_another_cluster_is_not_ours(tmp_path: Path) -> None:
    lines = [str(os.getpid()), str(tmp_path), "0", "5432", "/sockets", "", "0", "ready   "]
    (tmp_path / "postmaster.pid").write_text("\n".join(lines))
    postmaster = read_postmaster(tmp_path)
    assert postmaster is not None
    assert postmaster.is_ready
    assert not postmaster.is_running(), "this process is no PostgreSQL; its id was reused"


def test_a_half_written_postmaster_file_is_none(tmp_path: Path) -> None:
    assert read_postmaster(tmp_path) is None
    (tmp_path / "postmaster.pid").write_text("123\n/data\n")
    assert read_postmaster(tmp_path) is None
