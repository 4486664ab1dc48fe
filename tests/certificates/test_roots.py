"""The folder of the authorities that are trusted."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from structlog.testing import capture_logs

from authme.certificates.roots import read_anchors
from authme.kernel.clock import FakeClock
from authme.settings import SettingsInvalid
from support.authority import authority_draft, pem, root
from support.authority_keys import key_of
from support.authority_profiles import Brasil

NOON = datetime.fromtimestamp(1_764_000_000, UTC)


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(SettingsInvalid) as invalid:
        read_anchors(folder, NOON)
    return invalid.value.problems


def test_several_certificates_in_one_file_and_files_by_three_endings(brasil: Brasil, clock: FakeClock, tmp_path: Path):
    (tmp_path / "a.pem").write_bytes(pem(brasil.root.certificate, brasil.first.certificate))
    (tmp_path / "b.CRT").write_bytes(pem(root("another", clock).certificate))
    (tmp_path / "c.cer").write_bytes(b"words of whom it is\n" + pem(brasil.issuing.certificate))
    (tmp_path / "README.txt").write_text("no certificate")

    anchors = read_anchors(tmp_path, NOON)

    assert [one.subject.rfc4514_string()[:10] for one in anchors.roots] == ["CN=root,O=", "CN=another"]
    assert [one.certificate for one in anchors.intermediates] == [brasil.first.certificate, brasil.issuing.certificate]


def test_without_a_folder_there_are_none():
    assert read_anchors(None, NOON).roots == ()


def test_a_folder_that_is_missing_is_named(tmp_path: Path):
    (problem,) = problems_of(tmp_path / "none")
    assert problem.startswith(f"AUTHME_CERTIFICATE_ROOTS: {tmp_path}/none is not a folder that can be read: ")


def test_an_empty_folder_is_named(tmp_path: Path):
    assert problems_of(tmp_path) == [f"AUTHME_CERTIFICATE_ROOTS: {tmp_path} holds no files that end in .pem, .crt, .cer."]


def test_everything_that_is_wrong_is_named_at_once(brasil: Brasil, tmp_path: Path):
    (tmp_path / "a.pem").write_text("no certificate")
    (tmp_path / "b.pem").write_bytes(pem(brasil.person().certificate))
    (tmp_path / "c.pem").mkdir()
    (tmp_path / "d.pem").write_bytes(pem(brasil.root.certificate))

    first, second, third = problems_of(tmp_path)

    assert first == f"AUTHME_CERTIFICATE_ROOTS: {tmp_path}/a.pem: holds no certificates in PEM."
    assert second == f"AUTHME_CERTIFICATE_ROOTS: {tmp_path}/b.pem: holds a certificate that is not an authority's."
    assert third.startswith(f"AUTHME_CERTIFICATE_ROOTS: {tmp_path}/c.pem: cannot be read: ")


def test_intermediates_alone_are_no_roots(brasil: Brasil, tmp_path: Path):
    (tmp_path / "a.pem").write_bytes(pem(brasil.first.certificate))
    assert problems_of(tmp_path) == [
        f"AUTHME_CERTIFICATE_ROOTS: {tmp_path} holds no root: none of its certificates is signed by itself."
    ]


def test_a_name_of_its_own_makes_no_root(brasil: Brasil, tmp_path: Path):
    """A certificate that calls itself its issuer, and was signed by another's key."""
    forged = root("root", brasil.clock, key=key_of("P-256", "forger"))
    issued = forged.issue(authority_draft("root", brasil.clock))
    (tmp_path / "a.pem").write_bytes(pem(issued.certificate))

    assert "holds no root" in problems_of(tmp_path)[0]


def test_an_expired_root_is_logged(clock: FakeClock, tmp_path: Path):
    old = root("old", clock, not_after=NOON.replace(year=NOON.year - 1))
    (tmp_path / "old.pem").write_bytes(pem(old.certificate))

    with capture_logs() as logged:
        anchors = read_anchors(tmp_path, NOON)

    assert len(anchors.roots) == 1
    assert [(one["event"], one["log_level"], one["file"]) for one in logged] == [
        ("certificates.authority_expired", "warning", f"{tmp_path}/old.pem")
    ]


@pytest.mark.parametrize("key", ["RSA-1024", "Ed25519", "P-224"])
def test_a_root_with_a_key_that_is_not_accepted_is_logged(clock: FakeClock, tmp_path: Path, key: str):
    (tmp_path / "root.pem").write_bytes(pem(root("root", clock, key=key_of(key)).certificate))  # type: ignore[arg-type]  # one of the kinds

    with capture_logs() as logged:
        read_anchors(tmp_path, NOON)

    assert [one["event"] for one in logged] == ["certificates.authority_unsupported"]


def test_a_root_may_be_signed_by_sha_1_for_nobody_relies_on_its_signature(clock: FakeClock, tmp_path: Path):
    old = root("old", clock, digest=hashes.SHA1())  # noqa: S303  # as the test says
    (tmp_path / "root.pem").write_bytes(pem(old.certificate))

    assert len(read_anchors(tmp_path, NOON).roots) == 1
