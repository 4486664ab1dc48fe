"""Send a contact the code that shows whose it is."""

from authme.challenges import Challenge, send_code
from authme.kernel.context import Context
from authme.notify.send import recipient_at
from authme.users.model import User


def send_confirmation(
    ctx: Context, user: User, *, factor_id: str, contact_type: str, address: str, session_id: str | None = None
) -> Challenge:
    """Send the code with the unit of work. Without a session it is taken in any session of the user (UI-40)."""
    return send_code(
        ctx,
        purpose="VERIFY",
        subject=user.id,
        factor_id=factor_id,
        session_id=session_id,
        to=recipient_at(contact_type, address),
        language=user.language,
    )
