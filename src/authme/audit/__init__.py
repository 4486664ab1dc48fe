"""The audit: who did what, on whom, with which result, and the proof that nobody changed the record.

Owns the audit rows, their seals, and reading them back. A row is written with the unit of work it tells about: what is undone
leaves none. Does not own what is worth recording (each use case says so) nor what a row may hold (never a secret: no password,
token, code or key). Asks `crypto` for the key of the seals.
"""

from authme.audit.record import record, record_each
from authme.audit.sealer import Sealer

__all__ = ["Sealer", "record", "record_each"]
