"""UI-06: log a user in with a legacy logon and its password."""

from dataclasses import dataclass

from authme.clients.model import Client
from authme.credentials.attempts import Attempts, Guess
from authme.credentials.pool import PasswordPool
from authme.kernel.context import Context
from authme.kernel.errors import CredentialLocked, CredentialsWrong, PasswordDue, Refusal, Unavailable
from authme.kernel.http import BasicCredentials, Request
from authme.legacy.directories import Directories
from authme.legacy.logon import read_logon
from authme.legacy.model import Verdict
from authme.legacy.on_its_way import is_standing_on_its_way
from authme.sign_in.caller import get_client
from authme.sign_in.legacy_enter import ProvedLogon, enter_by_logon
from authme.sign_in.legacy_store import Known, find_known
from authme.sign_in.password import LoginRequest, check_right, read_login, refused
from authme.sign_in.reach import logon_key_of
from authme.sign_in.standing import Standing, said
from authme.tokens.model import TokenObject

__all__ = ["ProvedLogon", "login_legacy", "prove_legacy"]

_METHOD = "legacy"


@dataclass(frozen=True, slots=True)
class _Try:
    """One try to log in by a logon, which is somebody's or nobody's."""

    guess: Guess
    apart: Guess
    """The same, counted for this operation alone."""
    logon: str
    known: Known | None


async def login_legacy(ctx: Context, request: Request, body: LoginRequest) -> TokenObject | Refusal:
    """Log a user in by HTTP Basic with a logon and its legacy password, which the logon's directory checks.

    The first success links the logon to a user, found or made. A password that is kept here is enough, also while the directory
    does not answer; everybody else is told to come back (902). Credentials and body are as at UI-05.
    """
    client = await get_client(ctx)
    given, device = read_login(request, body)
    proved = await prove_legacy(ctx, client, given)
    if isinstance(proved, Refusal):
        return proved
    return await enter_by_logon(ctx, client, device, proved, given.password)


async def prove_legacy(ctx: Context, client: Client, given: BasicCredentials) -> ProvedLogon | Refusal:
    """Check a logon and its password, here and then at its directory; a refusal is to be returned, so that it counts.

    What no logon is, a logon that nobody has and a wrong password get one answer: for a logon after the same work here,
    whether anybody has it or not. For what has not the form of one no directory is asked, which tells nothing of who exists.
    Only the right password learns that the logon is revoked (205) or its password expired (208). Raises TooManyTries before any
    work.
    """
    attempts, logon = ctx.part(Attempts), read_logon(given.name)
    key = logon_key_of(given.name)
    guess = await attempts.begin(ctx, key, client_id=client.id)
    # Together with UI-05, and once more apart from it: there the same text may be another's user name, and its owner, logging
    # in with a password of their own, clears what is counted for both.
    apart = await attempts.begin(ctx, key, client_id=client.id, of="LEGACY")
    known = await find_known(ctx.tx, logon or "")
    tried = _Try(guess, apart, logon or "", known)
    is_right = await ctx.part(PasswordPool).verify(given.password, known.password_hash if known is not None else None)
    if known is not None and is_right and known.user.status != "PENDING":
        right = await check_right(ctx, guess, known.as_login(), given.password, link=known.link, method=_METHOD)
        if isinstance(right, Refusal):
            return right
        attempts.succeeded(ctx, apart)
        return ProvedLogon(tried.logon, known, right.standing, is_new_here=False, first_password=right.first_password)
    try:
        verdict = await _ask(ctx, logon, given.password)
    except Unavailable as refusal:
        # For the name alone, and for every name: a password that is kept here would otherwise be guessed while nobody counts.
        # Networks and clients are not stopped by an outage.
        attempts.failed(ctx, guess, everywhere=False)
        attempts.failed(ctx, apart, everywhere=False)
        return refused(ctx, refusal, known.user if known is not None else None, "directory down", method=_METHOD)
    return await _judge(ctx, tried, verdict)


async def _ask(ctx: Context, logon: str | None, password: str) -> Verdict:
    directory = ctx.part(Directories).to_ask(ctx, logon) if logon is not None else None
    return await directory.verify(logon, password) if directory is not None and logon is not None else "UNKNOWN"


async def _judge(ctx: Context, tried: _Try, verdict: Verdict) -> ProvedLogon | Refusal:
    """Say what follows from the directory's answer."""
    known = tried.known
    if verdict in {"WRONG", "UNKNOWN"}:
        return _missed(ctx, tried, "wrong password" if known is not None else "unknown name")
    if known is None:
        return await _judge_right(ctx, tried, verdict, Standing(None, is_revoked=verdict == "REVOKED"))
    if known.link.has_password_pending:
        # Asked all the same, and not believed: the old password is over, and nobody is to learn that it was changed.
        return _missed(ctx, tried, "password on its way")
    if known.user.status == "LOCKED":
        return refused(ctx, CredentialLocked(), known.user, "locked", method=_METHOD)
    if known.user.status == "REMOVED":
        return _missed(ctx, tried, "not active")
    is_ordered = await is_standing_on_its_way(ctx.tx, known.link)
    standing = said(known.link, is_revoked=verdict == "REVOKED") if not is_ordered else None
    return await _judge_right(ctx, tried, verdict, standing)


async def _judge_right(ctx: Context, tried: _Try, verdict: Verdict, standing: Standing | None) -> ProvedLogon | Refusal:
    """Say what follows from the right password."""
    user = tried.known.user if tried.known is not None else None
    if standing is not None and standing.is_revoked:
        await standing.note(ctx)
        return refused(ctx, CredentialLocked(), user, "revoked", method=_METHOD)
    ctx.part(Attempts).succeeded(ctx, tried.guess)
    ctx.part(Attempts).succeeded(ctx, tried.apart)
    if verdict == "EXPIRED":
        return refused(ctx, PasswordDue(), user, "password due", method=_METHOD)
    return ProvedLogon(tried.logon, tried.known, standing, is_new_here=True)


def _missed(ctx: Context, tried: _Try, reason: str) -> Refusal:
    ctx.part(Attempts).failed(ctx, tried.guess)
    ctx.part(Attempts).failed(ctx, tried.apart, everywhere=False)
    return refused(ctx, CredentialsWrong(), tried.known.user if tried.known is not None else None, reason, method=_METHOD)
