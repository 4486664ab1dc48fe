from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no `authme.toml` of the folder that the tests are run in take part."""
    monkeypatch.chdir(tmp_path)
