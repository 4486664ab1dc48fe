"""Other proofs of identity: digital certificates, and what is fetched from providers and authorities."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from authme.settings import forms
from authme.settings.forms import Network
from authme.settings.sections import setting


@dataclass(frozen=True, slots=True)
class CertificateSettings:
    """Digital certificates (ICP-Brasil)."""

    certificate_roots: Path | None = setting(
        "Folder of PEM files: the roots that certificates have to lead to, and intermediates that callers may leave out. "
        "Without it no certificate logs anybody in.",
        None, "/etc/authme/icp-brasil", forms.file,
    )  # fmt: skip
    certificate_policies: tuple[str, ...] = setting(
        "Policies of which a certificate needs one: OIDs, also by their beginning. Those of ICP-Brasil's A1 to A4.",
        ("2.16.76.1.2.1", "2.16.76.1.2.2", "2.16.76.1.2.3", "2.16.76.1.2.4"), "2.16.76.1.2.3", forms.oids,
    )  # fmt: skip
    certificate_revocation: Literal["hard", "soft", "off"] = setting(
        "hard: a certificate whose state cannot be learnt is refused; soft: it is accepted, and logged; off: nobody is asked.",
        "hard", "soft", forms.one_of("hard", "soft", "off"),
    )  # fmt: skip
    certificate_seconds: int = setting(
        "For how long a login waits for the authorities' lists and answers, all together.", 5, "3", forms.between(1, 30)
    )
    certificate_challenge_seconds: int = setting("Life of what is to be signed.", 300, "120", forms.between(30, 3600))
    certificate_first_use: Literal["LINK", "SECOND_PROOF", "REFUSE"] = setting(
        "What the first login by a certificate does: LINK finds its holder by the document, SECOND_PROOF lets them link it in "
        "a session that they began otherwise, REFUSE lets nobody in.",
        "LINK", "SECOND_PROOF", forms.one_of("LINK", "SECOND_PROOF", "REFUSE"),
    )  # fmt: skip
    certificate_creates_users: bool = setting(
        "Whether a certificate whose document nobody has makes a user.", True, "false", forms.flag
    )
    certificate_header: str | None = setting(
        "Header in which a proxy passes the certificate that its TLS checked the caller's possession of, as URL-encoded PEM or "
        "as RFC 9440 says. Without it none is believed.",
        None, "Client-Cert", forms.header_name,
    )  # fmt: skip
    certificate_proxies: tuple[Network, ...] = setting(
        "Networks of the proxies from which that header is believed; they have to remove what callers send under its name.",
        (), "10.0.0.5/32", forms.networks,
    )  # fmt: skip
    certificate_port: int = setting(
        "Port on which this server itself asks callers for a certificate (TLS); 0: none. Needs AUTHME_TLS_CERTIFICATE.",
        0, "9443", forms.between(0, 65535),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class FederationSettings:
    """What is fetched from identity providers and authorities."""

    fetch_seconds: int = setting("For how long an identity provider is waited for, per request.", 5, "3", forms.between(1, 30))
    fetch_ca_file: Path | None = setting(
        "PEM file of the authorities that providers' certificates are checked against. Without it the system's.",
        None, "/etc/authme/providers-ca.pem", forms.file,
    )  # fmt: skip
