"""What is wrong with settings, beyond the form of each."""

import json
import ssl
from pathlib import Path

from authme.settings.forms import THIS_MACHINE, sample_message
from authme.settings.sections import MessageSettings
from authme.settings.settings import Settings


class SettingsInvalid(Exception):
    """The settings cannot be used; `problems` names every reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def across(loaded: Settings) -> list[str]:
    """Return the problems that lie between settings."""
    problems = []
    server, database = loaded.server, loaded.database
    if (server.tls_certificate is None) != (server.tls_key is None):
        problems.append("AUTHME_TLS_CERTIFICATE and AUTHME_TLS_KEY: both or neither are expected.")
    for name, file in (("AUTHME_TLS_CERTIFICATE", server.tls_certificate), ("AUTHME_TLS_KEY", server.tls_key)):
        if file is not None and not file.is_file():
            problems.append(f"{name}: there is no file {file}.")
    if server.development and server.host not in THIS_MACHINE:
        problems.append("AUTHME_DEVELOPMENT: only with AUTHME_HOST on a loopback address: it shows every message to everybody.")
    problems += _message_problems(loaded.messages)
    problems += _certificate_problems(loaded)
    if database.master_key is not None and database.master_key_file is not None:
        problems.append("AUTHME_MASTER_KEY and AUTHME_MASTER_KEY_FILE: one of them is expected.")
    is_postgresql = not database.database_url.startswith("sqlite:")
    if is_postgresql and database.master_key is None and database.master_key_file is None:
        problems.append("AUTHME_MASTER_KEY: is required with PostgreSQL (or AUTHME_MASTER_KEY_FILE).")
    return problems


def _message_problems(messages: MessageSettings) -> list[str]:
    problems = []
    if (messages.smtp_host is None) != (messages.mail_from is None):
        problems.append("AUTHME_SMTP_HOST and AUTHME_MAIL_FROM: both or neither are expected.")
    if messages.smtp_tls == "none" and messages.smtp_host not in {None, *THIS_MACHINE}:
        problems.append("AUTHME_SMTP_TLS: none is only for a mail server on this machine: codes would travel in the clear.")
    if (messages.smtp_username is None) != (messages.smtp_password is None):
        problems.append("AUTHME_SMTP_USERNAME and AUTHME_SMTP_PASSWORD: both or neither are expected.")
    problems += _authority_problems(messages.smtp_ca_file)
    problems += _gateway_problems(messages)
    return problems


def _certificate_problems(loaded: Settings) -> list[str]:
    """Return what is missing for certificates of TLS connections to be asked for, or believed."""
    problems = []
    server, certificates = loaded.server, loaded.certificates
    if (certificates.certificate_header is None) != (not certificates.certificate_proxies):
        problems.append("AUTHME_CERTIFICATE_HEADER and AUTHME_CERTIFICATE_PROXIES: both or neither are expected.")
    if certificates.certificate_port == 0:
        return problems
    if server.tls_certificate is None or server.tls_key is None:
        problems.append("AUTHME_CERTIFICATE_PORT: needs AUTHME_TLS_CERTIFICATE and AUTHME_TLS_KEY.")
    if certificates.certificate_roots is None:
        problems.append("AUTHME_CERTIFICATE_PORT: needs AUTHME_CERTIFICATE_ROOTS.")
    if certificates.certificate_port == server.port:
        problems.append("AUTHME_CERTIFICATE_PORT: a port other than AUTHME_PORT is expected.")
    return problems


def _authority_problems(file: Path | None) -> list[str]:
    if file is None:
        return []
    if not file.is_file():
        return [f"AUTHME_SMTP_CA_FILE: there is no file {file}."]
    try:
        ssl.create_default_context(cafile=file)
    except (ssl.SSLError, OSError):
        return [f"AUTHME_SMTP_CA_FILE: {file} holds no certificates in PEM."]
    return []


def _gateway_problems(messages: MessageSettings) -> list[str]:
    if messages.sms_url is None or messages.sms_content_type != "application/json":
        return []
    try:
        json.loads(sample_message(messages.sms_body))
    except ValueError:
        return ["AUTHME_SMS_BODY: does not make JSON, which AUTHME_SMS_CONTENT_TYPE says it is."]
    return []
