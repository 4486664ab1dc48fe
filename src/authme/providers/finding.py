"""One line of what a test of a provider says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of a provider: what was looked at, whether it is well, and in plain words what is wrong or what was found."""

    check: str
    """A short name that programs may compare: capitals and underscores, such as `ISSUER`."""
    ok: bool
    message: str
    """For operators; never with a secret in it."""
