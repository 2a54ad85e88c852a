"""Each dashboard has a directory of its own, for as long as it runs."""

import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from dashboard.errors import StartError
from dashboard.processes.data_dir import MOST_INSTANCES, ROOM_BYTES, claim

ROOT = Path(__file__).resolve().parents[3]


def test_two_dashboards_have_two_directories(tmp_path: Path) -> None:
    data = tmp_path / "not" / "there"
    first, second = claim(data), claim(data)
    assert (first.path, second.path) == (data / "1", data / "2")
    assert first.path.is_dir()
    assert first.note == ""
    first.release()
    second.release()


def test_a_directory_that_was_released_is_taken_again_with_what_it_holds(tmp_path: Path) -> None:
    first, second = claim(tmp_path), claim(tmp_path)
    (first.path / "kept").write_text("x")
    first.release()
    first.release()  # twice does no harm
    third = claim(tmp_path)
    assert third.path == tmp_path / "1"
    assert (third.path / "kept").exists()
    second.release()
    third.release()


def test_the_kernel_releases_the_directory_of_a_dashboard_that_dies(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from dashboard.processes.data_dir import claim\n"
        "held = claim(Path(sys.argv[1])); print(held.path.name, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "1\n"
        meanwhile = claim(tmp_path)
        assert meanwhile.path.name == "2"
        other.kill()
    after = claim(tmp_path)
    assert after.path.name == "1"
    meanwhile.release()
    after.release()


def test_where_nothing_can_be_written_a_temporary_directory_serves_and_says_so(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("in the way")
    instance = claim(tmp_path / "file" / "data")
    assert instance.path.is_dir()
    assert tmp_path not in instance.path.parents
    assert "is not writable" in instance.note
    assert f"the databases are in {instance.path.parent}" in instance.note
    instance.release()
    assert not instance.path.parent.exists()


def test_the_directory_is_no_one_elses_to_list(tmp_path: Path) -> None:
    instance = claim(tmp_path)
    assert instance.path.stat().st_mode & 0o066 == 0
    instance.release()


def test_there_is_an_end_to_dashboards(tmp_path: Path) -> None:
    held = [claim(tmp_path) for _ in range(MOST_INSTANCES)]
    with pytest.raises(StartError, match="16 dashboards already use"):
        claim(tmp_path)
    for instance in held:
        instance.release()


def test_where_the_disk_is_full_a_temporary_directory_serves_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = {str(tmp_path): ROOM_BYTES - 1}
    monkeypatch.setattr(
        "shutil.disk_usage", lambda path: SimpleNamespace(free=free.get(str(path), ROOM_BYTES))
    )
    instance = claim(tmp_path)
    assert tmp_path not in instance.path.parents
    assert instance.note.startswith(f"The disk of {tmp_path} has less than 300 MiB left, so ")
    instance.release()


def test_a_directory_that_is_deleted_is_made_again_and_stays_ours(tmp_path: Path) -> None:
    data = tmp_path / "data"
    instance = claim(data)
    assert not instance.restore()
    shutil.rmtree(data)
    assert instance.restore()
    assert instance.path.is_dir()
    other = claim(data)
    assert other.path != instance.path
    other.release()
    instance.release()


def test_a_directory_that_another_has_taken_meanwhile_is_left_to_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    instance = claim(data)
    shutil.rmtree(data)
    other = claim(data)
    assert other.path == instance.path
    with pytest.raises(StartError, match="another dashboard uses it now"):
        instance.restore()
    other.release()
    assert instance.restore()
    instance.release()
