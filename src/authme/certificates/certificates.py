"""Certificates that callers present: whether one is to be believed, and for whom it speaks."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from authme.certificates.chain import find_path
from authme.certificates.holder import read_holder
from authme.certificates.leaf import check_use
from authme.certificates.model import Accepted, NotAccepted
from authme.certificates.policies import check_policy, method_of
from authme.certificates.reading import read
from authme.certificates.revocation import Revocation
from authme.certificates.roots import read_anchors
from authme.kernel.clock import Clock
from authme.kernel.fetch import Fetcher
from authme.settings.proofs import CertificateSettings

MOST_GIVEN: Final = 10
"""Certificates that a caller may send, its own among them."""


class Certificates:
    """Believes certificates that lead to the operator's roots. Whether the caller has the key is not its question."""

    def __init__(self, settings: CertificateSettings, fetcher: Fetcher, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._anchors = read_anchors(settings.certificate_roots, self._now())
        self._revocation = Revocation(fetcher, clock, settings.certificate_revocation, settings.certificate_seconds)

    async def check(self, chain: Sequence[bytes]) -> Accepted:
        """Return for whom the first certificate (DER) speaks, the others being those above it, in any order.

        Raises NotAccepted with the failed check. Asks the authorities' servers, last and for a bounded time: not to be called
        by a unit of work that has written.
        """
        if not self._anchors.roots:
            raise NotAccepted("this server accepts no certificates")
        if not 0 < len(chain) <= MOST_GIVEN:
            raise NotAccepted(f"1 to {MOST_GIVEN} certificates are expected")
        leaf, *given = [read(der) for der in chain]
        check_use(leaf)
        path = find_path(leaf, given, self._anchors, self._now())
        policies = check_policy(path, self._settings.certificate_policies)
        holder = read_holder(leaf)
        await self._revocation.check([link.certificate for link in path])
        return Accepted(
            holder=holder,
            method=method_of(policies),
            serial=f"{leaf.certificate.serial_number:x}",
            issuer=leaf.issuer.rfc4514_string(),
        )

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now(), UTC)
