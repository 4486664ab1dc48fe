"""Bytes that are nearly certificates: they are refused in words, and nothing else happens."""

import contextlib
import os
import random
import time
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authme.certificates.certificates import Certificates
from authme.certificates.chain import check_path
from authme.certificates.holder import read_holder
from authme.certificates.leaf import check_use
from authme.certificates.model import NotAccepted
from authme.certificates.policies import check_policy
from authme.certificates.reading import Link, link, read
from support.authority_profiles import Brasil
from support.odd_bytes import changed

# The library warns of serial numbers and the like that it will not read for ever.
pytestmark = pytest.mark.filterwarnings("default")
_SECONDS = float(os.environ.get("AUTHME_FUZZ_SECONDS", "2"))


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes(der: bytes):
    with pytest.raises(NotAccepted):
        read(der)


async def test_certificates_of_which_some_bytes_were_changed(certificates: Certificates, brasil: Brasil):
    """Also the signed part: an authority may have signed it. AUTHME_FUZZ_SECONDS says for how long."""
    whole = [
        issued.chain for issued in (brasil.person(), brasil.person(profile="new", key="P-256"), brasil.company(), brasil.seal())
    ]
    chance, end = random.Random(), time.monotonic() + _SECONDS
    tried = refused = 0
    while time.monotonic() < end:
        chain = list(chance.choice(whole))
        place = chance.randrange(len(chain))
        chain[place] = changed(chain[place], chance)
        tried += 1
        try:
            await certificates.check(chain)
        except NotAccepted:
            refused += 1
    # What leaves a chain whole is a change of nothing, or of an authority that need not be there.
    assert refused > tried * 0.9


def test_what_an_authority_signed_however_odd(brasil: Brasil):
    """As above, as if each changed certificate were rightly signed: every later check sees it."""
    whole = [issued.chain for issued in (brasil.person(), brasil.person(profile="new"), brasil.company(), brasil.seal())]
    root, now = link(brasil.root.certificate), brasil.issuing.certificate.not_valid_before_utc + timedelta(days=730)
    chance, end, checked = random.Random(), time.monotonic() + _SECONDS, 0
    while time.monotonic() < end:
        chain = list(chance.choice(whole))
        place = chance.randrange(len(chain))
        chain[place] = changed(chain[place], chance)
        try:
            path = [*(read(der) for der in chain), root]
        except NotAccepted:
            continue
        checked += 1
        for check in (
            lambda path: check_use(path[0]),
            lambda path: check_path(path, now),
            _policy,
            lambda path: read_holder(path[0]),
        ):
            with contextlib.suppress(NotAccepted):
                check(path)
    assert checked


def _policy(path: list[Link]) -> None:
    check_policy(path, ("2.16.76.1.2.1", "2.16.76.1.2.3"))
