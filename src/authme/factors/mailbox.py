"""Which mailbox stands behind a login at an identity provider: a code that comes to it is no second proof."""

from typing import Final

from authme.crypto.digests import Digester
from authme.factors.model import Factor
from authme.kernel.context import Context
from authme.sessions import Session

_PURPOSE: Final = "mailbox-of-account"
_PREFIX: Final = "mailbox:"


def mark_of(ctx: Context, key: str) -> str:
    """Return what a session keeps, among its proofs, of an e-mail address by whose account it began: no address."""
    return f"{_PREFIX}{ctx.part(Digester).digest(_PURPOSE, key).hex()}"


def stands_behind(ctx: Context, factor: Factor, session: Session) -> bool:
    """Whether the factor is the mailbox by whose account the session began.

    Whoever reads a mailbox can mostly enter the account of that address at its provider too.
    """
    return factor.contact_type == "EMAIL" and factor.key is not None and mark_of(ctx, factor.key) in session.proofs
