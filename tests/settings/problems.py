"""What loading settings complains of."""

import base64
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from authme.settings import SettingsInvalid, load


def problems_of(environment: Mapping[str, str], file: Path | None = None) -> list[str]:
    with pytest.raises(SettingsInvalid) as caught:
        load(environment, file)
    return caught.value.problems


def problem_of(environment: Mapping[str, str], file: Path | None = None) -> str:
    (problem,) = problems_of(environment, file)
    return problem


def key_text() -> str:
    return base64.b64encode(os.urandom(32)).decode()
