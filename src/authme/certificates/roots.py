"""The folder of the authorities that are trusted, read when the server starts and at no other time."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import structlog
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from authme.certificates.chain import Anchors
from authme.certificates.reading import UNREADABLE, Link, link
from authme.settings import SettingsInvalid

_log = structlog.get_logger(__name__)
_ENDINGS: Final = (".pem", ".crt", ".cer")
_SETTING: Final = "AUTHME_CERTIFICATE_ROOTS"


def read_anchors(folder: Path | None, now: datetime) -> Anchors:
    """Return the roots and the intermediates in the folder; raise SettingsInvalid with everything that is wrong with it.

    A certificate that its own key signed is a root. One that has expired, or whose key is of a kind that is not accepted, is
    logged, and no reason not to start.
    """
    if folder is None:
        return Anchors()
    roots: list[Link] = []
    intermediates: list[Link] = []
    problems: list[str] = []
    for file in _files(folder, problems):
        for found in _certificates(file, problems):
            if not found.is_authority:
                problems.append(f"{file}: holds a certificate that is not an authority's.")
                continue
            (roots if found.is_signed_by_itself() else intermediates).append(found)
            _warn(file, found, now)
    if not roots and not problems:
        problems.append(f"{folder} holds no root: none of its certificates is signed by itself.")
    if problems:
        raise SettingsInvalid([f"{_SETTING}: {problem}" for problem in problems])
    return Anchors(tuple(roots), tuple(intermediates))


def _files(folder: Path, problems: list[str]) -> list[Path]:
    try:
        found = sorted(file for file in folder.iterdir() if file.suffix.lower() in _ENDINGS)
    except OSError as error:
        problems.append(f"{folder} is not a folder that can be read: {error.strerror}.")
        return []
    if not found:
        problems.append(f"{folder} holds no files that end in {', '.join(_ENDINGS)}.")
    return found


def _certificates(file: Path, problems: list[str]) -> Iterator[Link]:
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except OSError as error:
        problems.append(f"{file}: cannot be read: {error.strerror}.")
        return
    except ValueError:
        problems.append(f"{file}: holds no certificates in PEM.")
        return
    for certificate in found:
        try:
            yield link(certificate)
        except UnsupportedAlgorithm:
            _log.warning(
                "certificates.authority_unsupported", file=str(file), reason="its key or signature is of an unknown kind"
            )
        except UNREADABLE:
            problems.append(f"{file}: holds a certificate that is malformed.")


def _warn(file: Path, found: Link, now: datetime) -> None:
    if found.not_after < now:
        _log.warning("certificates.authority_expired", file=str(file), expired_at=found.not_after.astimezone(UTC).isoformat())
    if not found.is_strong:
        _log.warning(
            "certificates.authority_unsupported", file=str(file), reason="its key is too weak, too long or of an unknown curve"
        )
