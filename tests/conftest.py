import os
from collections.abc import Generator

import pytest

from support.two_engines import clock, open_database, postgres, prepared_file, url

__all__ = ["clock", "open_database", "postgres", "prepared_file", "url"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is installed, a skipped test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("AUTHME_TESTS_SKIP_NOTHING") == "1":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report
