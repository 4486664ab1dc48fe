"""The example of the settings."""

from dataclasses import MISSING

from authme.settings.load import PREFIX
from authme.settings.settings import SECTIONS, declared_by


def example() -> str:
    """Return the text of `.env.example`: every setting with its meaning, default and an example."""
    lines = ["# Every setting of AuthMe. All are optional, except the master key with PostgreSQL."]
    for kind in SECTIONS.values():
        lines += ["", f"## {(kind.__doc__ or '').strip()}"]
        for name, declared in declared_by(kind).items():
            default = None if declared.default is MISSING else declared.default
            shown = str(default).lower() if isinstance(default, bool) else default
            lines += [
                "",
                f"# {declared.metadata['meaning']}",
                f"# Default: {'none' if shown in (None, '', ()) else shown}",
                f"#{PREFIX}{name.upper()}={declared.metadata['example']}",
            ]
    return "\n".join(lines) + "\n"
