"""What the import contracts in pyproject.toml (`make lint`) cannot say of the house."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_only_config_reads_the_environment() -> None:
    for path in [*(ROOT / "dashboard").rglob("*.py"), *(ROOT / "target_app").rglob("*.py")]:
        # The probe's hooks run in other people's environments, without config.
        if path.name != "told.py":
            assert "environ[" not in path.read_text()
            assert "os.environ" not in path.read_text()
