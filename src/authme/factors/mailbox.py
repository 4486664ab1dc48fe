"""Which mailbox stands behind a login at an identity provider: a code that comes to it is no second proof."""

from typing import Final

from authme.crypto.digests import Digester
from authme.factors.model import Factor
from authme.kernel.context import Context
from authme.sessions import Session
from authme.users.names import Name

_PURPOSE: Final = "mailbox-of-account"
_PREFIX: Final = "mailbox:"


def mark_of(ctx: Context, email: Name | None) -> str | None:
    """Return what a session keeps, among its proofs, of the address of an account by which it began: no address."""
    return _mark(ctx, email.key) if email is not None else None


def stands_behind(ctx: Context, factor: Factor, session: Session) -> bool:
    """Whether the factor is the mailbox of an account by which the session began.

    Whoever reads a mailbox can mostly enter the account of that address at its provider too.
    """
    return factor.contact_type == "EMAIL" and factor.key is not None and _mark(ctx, factor.key) in session.proofs


def _mark(ctx: Context, key: str) -> str:
    return f"{_PREFIX}{ctx.part(Digester).digest(_PURPOSE, key).hex()}"
