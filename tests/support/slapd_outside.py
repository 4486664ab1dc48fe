"""The mainframe's side of a directory that is reached by LDAP."""

from datetime import date

from support.slapd_racf import Logon, Racf


class RacfOutside:
    """What administrators of the mainframe do, and other programs of it."""

    def __init__(self, racf: Racf) -> None:
        self._racf = racf

    async def add_logon(
        self,
        logon: str,
        secret: str,
        *,
        name: str | None = None,
        document: str | None = None,
        email: str | None = None,
        mobile: str | None = None,
        groups: tuple[str, ...] = (),
    ) -> None:
        told = {"racfProgrammerName": name, "racfDocument": document, "racfEmail": email, "racfMobile": mobile}
        is_password = len(secret) <= 8
        self._racf.logons[logon] = Logon(
            logon,
            password=secret.upper() if is_password else None,
            phrase=None if is_password else secret,
            is_expired=False,
            groups=groups or ("SYS1",),
            attributes={key: value for key, value in told.items() if value},
        )

    async def revoke(self, logon: str) -> None:
        self._racf.logons[logon].is_revoked = True

    async def resume(self, logon: str) -> None:
        self._racf.logons[logon].is_revoked = False

    async def expire(self, logon: str) -> None:
        self._racf.logons[logon].is_expired = True

    async def set_dates(self, logon: str, revoke_on: date | None, resume_on: date | None) -> None:
        found = self._racf.logons[logon]
        found.revoke_on, found.resume_on = revoke_on, resume_on

    async def remove(self, logon: str) -> None:
        del self._racf.logons[logon]

    async def secret_is(self, logon: str, secret: str) -> bool:
        found = self._racf.logons.get(logon)
        return found is not None and (found.is_right(secret) or (len(secret) <= 8 and found.is_right(secret.upper())))
