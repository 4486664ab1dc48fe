import os
from collections.abc import Generator, Iterator

import pytest
import structlog

from support.two_engines import clock, open_database, postgres, prepared_file, url

__all__ = ["clock", "open_database", "postgres", "prepared_file", "url"]


_UNCONFIGURED = structlog.get_config()


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """What a test sets up for logging writes to a standard error that is closed when the test is over."""
    yield
    structlog.configure(**_UNCONFIGURED)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is installed, a test that is skipped for want of a program is a failed one."""
    report = yield
    is_for_want_of_a_program = report.skipped and "not installed" in str(report.longrepr)
    if is_for_want_of_a_program and os.environ.get("AUTHME_TESTS_SKIP_NOTHING") == "1":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longrepr}"
    return report
