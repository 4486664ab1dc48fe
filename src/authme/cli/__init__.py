"""The command line: `authme`.

Owns reading arguments and showing results. What a command does is a use case, run as the operator; all commands read the same
settings as the server.
"""

from authme.cli.main import main

__all__ = ["main"]
