"""The parts of one dashboard: whatever fails at the start, nothing stays claimed or open."""

from pathlib import Path

import psutil
import pytest

from config import Environment
from dashboard.errors import StartError
from dashboard.processes.data_dir import MOST_INSTANCES, claim
from dashboard.runtime import Runtime
from dashboard.targets.user_app_options import App
from tests.served import public


def claimed(data_dir: Path) -> int:
    """The first number that is free, which is claimed and released."""
    instance = claim(data_dir)
    instance.release()
    return int(instance.path.name)


def test_an_app_that_cannot_be_prepared_leaves_no_claim(tmp_path: Path) -> None:
    data_dir = public(tmp_path / "d")
    with pytest.raises(StartError):
        Runtime(Environment(data_dir), App("no:app", tmp_path / "python", tmp_path, ()))
    assert claimed(data_dir) == 1


@pytest.mark.parametrize("part", ["Ledger", "Receiver", "ServerProcess", "Survey"])
def test_a_part_that_cannot_be_made_leaves_no_claim_and_no_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    data_dir = public(tmp_path / "d")

    def broken(*_: object) -> None:
        raise OSError("no file is left to open")

    monkeypatch.setattr(f"dashboard.runtime.{part}", broken)
    before = len(psutil.Process().net_connections("udp"))
    for _ in range(MOST_INSTANCES + 1):  # or the last would find no free directory
        with pytest.raises(OSError, match="no file is left"):
            Runtime(Environment(data_dir))
    assert claimed(data_dir) == 1
    assert len(psutil.Process().net_connections("udp")) == before


def test_leaving_it_lets_go_of_everything(tmp_path: Path) -> None:
    data_dir = public(tmp_path / "d")
    before = len(psutil.Process().net_connections("udp"))
    with Runtime(Environment(data_dir)):
        assert claimed(data_dir) == 2
    assert claimed(data_dir) == 1
    assert len(psutil.Process().net_connections("udp")) == before
