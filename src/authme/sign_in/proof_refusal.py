"""What whoever is not let in by a proof is told, and what is recorded of it."""

from authme.audit import record
from authme.kernel.context import Context
from authme.kernel.errors import ProofNotAccepted, Refusal
from authme.sign_in.proof import Proof
from authme.users.model import User


def not_accepted(ctx: Context, proof: Proof, user: User | None, check: str) -> Refusal:
    """Record that a proof let nobody in, and return the refusal that says which check failed."""
    return refused(ctx, proof, ProofNotAccepted(check), user, check)


def refused(ctx: Context, proof: Proof, refusal: Refusal, user: User | None, reason: str) -> Refusal:
    """Record that a proof let nobody in; to be returned."""
    target = user.id if user is not None else None
    said = {"method": proof.method, "reason": reason, "provider": proof.provider_id, **proof.recorded}
    record(ctx, "user.login", target, result="REFUSED", user_id=target, **said)
    return refusal
