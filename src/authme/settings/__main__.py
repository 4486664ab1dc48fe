"""Print the example of the settings."""

from authme.settings.example import example

print(example(), end="")  # noqa: T201  # what this module prints when it is run
