"""Authorities, and a server that trusts their root."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from authme.certificates.certificates import Certificates
from authme.kernel.clock import FakeClock
from authme.kernel.fetch import Fetcher
from authme.settings.proofs import CertificateSettings
from support.authority_profiles import Brasil

Trusting = Callable[..., Certificates]


@pytest.fixture
def brasil(clock: FakeClock) -> Brasil:
    return Brasil.made(clock)


@pytest.fixture
def trusting(brasil: Brasil, clock: FakeClock, tmp_path: Path) -> Trusting:
    """Who trusts the root, by other settings if need be; nobody is asked about revocation."""

    def make(**settings: Any) -> Certificates:
        chosen = {"certificate_roots": brasil.write_roots(tmp_path / "roots"), "certificate_revocation": "off"} | settings
        return Certificates(CertificateSettings(**chosen), Fetcher(seconds=1), clock)

    return make


@pytest.fixture
def certificates(trusting: Trusting) -> Certificates:
    return trusting()
