"""What is installed has the templates with it."""

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parents[2]


def test_every_template_is_in_the_wheel():
    builder = WheelBuilder(str(ROOT))
    packed = {Path(one.path) for one in builder.recurse_included_files()}

    templates = [file for file in (ROOT / "src/authme/notify/templates").rglob("*") if file.is_file()]
    assert len(templates) > 20
    assert set(templates) <= packed
