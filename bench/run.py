"""Run every benchmark and write docs/benchmarks.md: `python bench/run.py [--quick]`."""

import os
import platform
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import api_keys
import engine
import factors
import logins
import migrate_clients
import product_tokens
import roles
import starting
import timing
from measure import ROOT

PARTS = {
    "Operations": (
        logins,
        """One worker process on one core, 32 callers with keep-alive connections in another process on the other core; UI-05
with both cores. Every write is synced. The empty POST is Falcon on the same HTTP server.""",
    ),
    "Second factors": (
        factors,
        """The same load, RS512. UI-25 makes a code, seals it and puts it into the outbox, which waits for a mail server;
UI-26 answers challenges that were prepared, each once; UI-08 rotates an associated device's token and begins a session.""",
    ),
    "API keys": (api_keys, "The authentication and the requirement of UI-21, around an operation that does nothing."),
    "Product tokens": (
        product_tokens,
        "32 callers, each with a token of its own, all at hand after the first time; one of nobody is looked up each time.",
    ),
    "Bulk": (migrate_clients, "CI-03 over HTTP, one call at a time: each client changed and recorded, or found in its place."),
    "Roles": (
        roles,
        """The kernel around a look-up of somebody's roles, in a directory of 10,000 users and 1,000 groups: a user is in 10
groups, which depend on others, some 100 all in all, each with a role. At hand is how logins find them after the first.""",
    ),
    "Engine": (engine, "The statements of one login, by the engine and by the driver alone, in one process."),
    "Time and names": (
        timing,
        """Answers to wrong credentials for known and unknown names, in random order on one connection; the slowest 5 % of each
are left out. The names' limits are lifted.""",
    ),
    "Start, memory, import": (
        starting,
        """A start is from the command to `/readyz`, on a database that is there, with the modules compiled as `make setup`, pip
or a first start leaves them.""",
    ),
}
HEAD = """# Benchmarks

Written by `make bench`: medians of rounds in which the candidates take turns, after one that does not count. Absolute
figures are of the machine below, whose speed changes with its neighbours by a third and more within minutes; the ratios are
what to look at.
"""


def main() -> None:
    """Run all, or those named, and write the document if none was named."""
    quick = "--quick" in sys.argv
    parts = [HEAD, _machine()]
    for title, (module, how) in PARTS.items():
        print(f"{title} …", file=sys.stderr)
        parts.append(f"\n## {title}\n\n{how}\n\n{module.run(quick=quick)}\n")
    text = "\n".join(parts)
    print(text)
    if not quick:
        notes, at_scale = ROOT / "bench" / "notes.md", ROOT / "bench" / "scale.md"
        # Measured by itself, by `make bench-scale`.
        scale = at_scale.read_text() if at_scale.exists() else ""
        (ROOT / "docs" / "benchmarks.md").write_text(text + scale + "\n" + notes.read_text())


def _machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{os.cpu_count()} cores of {model}, Python {platform.python_version()}, {platform.system()}.\n"


if __name__ == "__main__":
    main()
