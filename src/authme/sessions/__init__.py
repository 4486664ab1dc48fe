"""Sessions.

Owns what a login proved, when it ends, and telling every worker process that it ended. Does not know how anyone proves
anything (sign_in does), nor what a token looks like (tokens does).
"""

from authme.sessions.end import SESSION_TOPIC, USER_TOPIC, end, end_all, end_all_of_client, end_all_on_device, end_own
from authme.sessions.model import Session, SessionState
from authme.sessions.prove import keep, with_grant, with_proof
from authme.sessions.start import start

__all__ = [
    "SESSION_TOPIC",
    "USER_TOPIC",
    "Session",
    "SessionState",
    "end",
    "end_all",
    "end_all_of_client",
    "end_all_on_device",
    "end_own",
    "keep",
    "start",
    "with_grant",
    "with_proof",
]
