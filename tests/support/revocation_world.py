"""What stands when a test of revocation begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509

from authme.certificates.model import NotAccepted
from authme.certificates.revocation import Revocation
from authme.kernel.clock import FakeClock
from authme.kernel.fetch import Fetcher
from support.authority import Authority, Draft, distinguished
from support.authority_keys import key_of
from support.revocation_server import RevocationServer

Later = Callable[[float], None]


@dataclass
class World:
    """An authority below a root, the server on which both publish, and somebody whom it certified."""

    server: RevocationServer
    clock: FakeClock
    root: Authority
    authority: Authority
    person: x509.Certificate

    def person_with(self, **changes: Any) -> x509.Certificate:
        now = datetime.fromtimestamp(self.clock.now(), UTC)
        draft = Draft(
            subject=distinguished("MARIA DA SILVA"),
            key=key_of("P-256", "person"),
            not_before=now - timedelta(days=1),
            not_after=now + timedelta(days=300),
        )
        return self.authority.issue(draft, **changes).certificate

    def path(self, person: x509.Certificate | None = None) -> Sequence[x509.Certificate]:
        return (person or self.person, self.authority.certificate, self.root.certificate)

    def revocation(self, mode: Any = "hard", seconds: float = 5) -> Revocation:
        return Revocation(Fetcher(seconds=5, allows_loopback=True), self.clock, mode, seconds)

    async def check(self, revocation: Revocation | None = None, person: x509.Certificate | None = None) -> None:
        await (revocation or self.revocation()).check(self.path(person))

    async def refusal(self, revocation: Revocation | None = None, person: x509.Certificate | None = None) -> str:
        """Return why it is not accepted."""
        with pytest.raises(NotAccepted) as caught:
            await self.check(revocation, person)
        return str(caught.value)

    def only_lists(self) -> None:
        """From now on certificates name no responder."""
        self.authority = replace(self.authority, ocsp=())
        self.person = self.person_with()
