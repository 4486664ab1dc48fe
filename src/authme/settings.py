"""Settings: frozen, loaded once, passed down. Each is declared once, with its meaning, its default and an example.

A setting NAME is given as the environment variable AUTHME_NAME, or as `name` in the TOML file that AUTHME_CONFIG names
(without it `./authme.toml`, if there is one). The environment wins. `python -m authme.settings` prints them all.
"""

import difflib
import ipaddress
import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from authme.crypto.sealing import MasterKey

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
PREFIX = "AUTHME_"
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_CONFIG = "AUTHME_CONFIG"
# Read by the test suite and by the tools around the server, not by it.
_NOT_SETTINGS = frozenset({_CONFIG, "AUTHME_TEST_POSTGRES", "AUTHME_TESTS_SKIP_NOTHING"})


class SettingsInvalid(Exception):
    """The settings cannot be used; `problems` names every reason."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _number(low: int, high: int, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and low <= int(text) <= high):
        raise ValueError(f"a number from {low} to {high} is expected")
    return int(text)


def _flag(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError("true or false is expected")
    return text.lower() == "true"


def _one_of(choices: tuple[str, ...], text: str) -> str:
    if text not in choices:
        raise ValueError(f"one of {', '.join(choices)} is expected")
    return text


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(word) for word in _words(text))


def _database_url(text: str) -> str:
    scheme = urlsplit(text).scheme
    if scheme not in {"postgresql", "postgres"} and not (text.startswith("sqlite:///") and len(text) > len("sqlite:///")):
        raise ValueError("sqlite:///path or postgresql://user@host/database is expected")
    return text


def _issuer(text: str) -> str:
    parts = urlsplit(text)
    is_local = parts.hostname in _THIS_MACHINE
    if not parts.hostname or parts.scheme not in ({"http", "https"} if is_local else {"https"}):
        raise ValueError("an https URL is expected (http only for this machine itself)")
    if parts.query or parts.fragment or text.endswith("/"):
        raise ValueError("a URL without query, fragment and ending slash is expected (RFC 8414 section 2)")
    return text


def _origins(text: str) -> tuple[str, ...]:
    for word in _words(text):
        parts = urlsplit(word)
        if not parts.netloc or f"{parts.scheme}://{parts.netloc}" != word:
            raise ValueError("origins such as https://app.example.com are expected, separated by commas")
    return _words(text)


def _line(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("a line of text is expected")
    return text


def _address(text: str) -> str:
    local, _, domain = text.rpartition("@")
    if not local or not domain or not text.isprintable() or " " in text:
        raise ValueError("an e-mail address is expected")
    return text


def _gateway_url(text: str) -> str:
    parts = urlsplit(text)
    is_local = parts.hostname in _THIS_MACHINE
    if not parts.hostname or parts.scheme not in ({"http", "https"} if is_local else {"https"}):
        raise ValueError("an https URL is expected (http only for this machine itself)")
    return text


def _headers(text: str) -> Mapping[str, str]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ValueError("a JSON object of header names and values is expected") from error
    if not isinstance(found, dict) or not all(isinstance(value, str) and value.isprintable() for value in found.values()):
        raise ValueError("a JSON object of header names and values is expected")
    return found


def _file(text: str) -> Path:
    return Path(text)


def _master_key(text: str) -> str:
    MasterKey.from_base64(text)
    return text


def setting(meaning: str, default: Any, example: str, read: Callable[[str], Any] = str) -> Any:
    """Declare a setting. `read` makes its value from text and raises ValueError with what is expected."""
    return field(default=default, metadata={"meaning": meaning, "example": example, "read": read})


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """The database, and the key that seals secrets in it."""

    database_url: str = setting(
        "Where everything is kept: sqlite:///path (sqlite:////path is absolute) or postgresql://user@host/database.",
        "sqlite:///var/authme.db", "postgresql://authme@db.internal/authme", _database_url,
    )  # fmt: skip
    database_pool_size: int = setting("Connections to PostgreSQL, per worker process.", 10, "20", partial(_number, 2, 500))
    master_key: str | None = field(
        default=None,
        repr=False,
        metadata={
            "meaning": "32 bytes in base64 that seal the signing keys (`openssl rand -base64 32`). Lost, the keys are lost.",
            "example": "(the output of openssl rand -base64 32)",
            "read": _master_key,
        },
    )
    master_key_file: Path | None = setting(
        "File that holds the master key instead. Without either, a SQLite database gets one made beside it (FILE.key).",
        None, "/run/secrets/authme-master-key", _file,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The HTTP server."""

    host: str = setting("Address to listen on.", "127.0.0.1", "0.0.0.0")  # noqa: S104  # an example
    port: int = setting("Port to listen on.", 8080, "8443", partial(_number, 1, 65535))
    workers: int = setting("Worker processes.", 1, "4", partial(_number, 1, 256))
    tls_certificate: Path | None = setting(
        "PEM file of the certificate chain, to serve TLS itself.", None, "/etc/authme/tls.pem", _file
    )
    tls_key: Path | None = setting("PEM file of the certificate's key.", None, "/etc/authme/tls.key", _file)
    trusted_proxies: tuple[Network, ...] = setting(
        "Networks of reverse proxies whose X-Forwarded-For is believed.", (), "10.0.0.0/8, 192.168.1.10/32", _networks
    )
    cors_origins: tuple[str, ...] = setting(
        "Web origins that may call, beside those of the clients' redirect URIs.", (), "https://app.example.com", _origins
    )
    development: bool = setting(
        "Keep messages on this machine and show them at /dev/outbox; only on a loopback address. Set by `authme dev`.",
        False, "true", _flag,
    )  # fmt: skip
    body_limit: int = setting("Largest body of a request, in bytes.", 65536, "131072", partial(_number, 1024, 1 << 26))
    bulk_body_limit: int = setting(
        "Largest body of a bulk operation, in bytes.", 4194304, "8388608", partial(_number, 1024, 1 << 28)
    )


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """Tokens, sessions and signing keys."""

    issuer: str = setting(
        "The server's own URL, the `iss` of its tokens. Without it http://HOST:PORT.", "", "https://id.example.com", _issuer
    )
    audience: str = setting("The `aud` of access tokens. Without it the issuer.", "", "https://api.example.com")
    access_token_seconds: int = setting("Life of an access token.", 3600, "600", partial(_number, 30, 86400))
    refresh_token_days: int = setting("Life of a refresh token that is not used.", 30, "7", partial(_number, 1, 3650))
    session_days: int = setting("Absolute end of a session.", 90, "30", partial(_number, 1, 3650))
    refresh_repeat_seconds: int = setting(
        "For how long a refresh token may be repeated by the client whose answer was lost.", 10, "5", partial(_number, 0, 60)
    )
    signing_alg: Literal["RS512", "RS256", "PS256", "ES256", "EdDSA"] = setting(
        "Algorithm of access tokens for clients that name none.", "RS512", "ES256",
        partial(_one_of, ("RS512", "RS256", "PS256", "ES256", "EdDSA")),
    )  # fmt: skip
    key_rotation_days: int = setting("Age at which a signing key is replaced.", 90, "30", partial(_number, 1, 3650))
    key_publish_ahead_hours: int = setting(
        "For how long a key is published before it signs.", 24, "48", partial(_number, 0, 8760)
    )


@dataclass(frozen=True, slots=True)
class PasswordSettings:
    """Passwords and their hashes."""

    minimum: int = field(
        default=8,
        metadata={
            "name": "password_minimum", "meaning": "Shortest new password.", "example": "15", "read": partial(_number, 8, 64),
        },
    )  # fmt: skip
    argon2_memory_kib: int = setting("Memory of one argon2id hash, in KiB.", 19456, "65536", partial(_number, 8, 1 << 22))
    argon2_time_cost: int = setting("Passes of one argon2id hash.", 2, "3", partial(_number, 1, 100))
    argon2_parallelism: int = setting("Lanes of one argon2id hash.", 1, "2", partial(_number, 1, 64))
    threads: int = field(
        default=0,
        metadata={
            "name": "password_threads", "meaning": "Hashes at a time, per worker process; 0: as many as there are cores.",
            "example": "2", "read": partial(_number, 0, 256),
        },
    )  # fmt: skip
    queue: int = field(
        default=256,
        metadata={
            "name": "password_queue", "meaning": "Hashes that may wait before callers are told to come back (503).",
            "example": "64", "read": partial(_number, 0, 100_000),
        },
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """How guessing is slowed down."""

    name_failures: int = setting(
        "Failures for one name before each further one has to wait.", 5, "3", partial(_number, 1, 1000)
    )
    name_delay_max_seconds: int = setting("Longest such wait; it doubles up to here.", 900, "300", partial(_number, 1, 86400))
    network_failures: int = setting("Failures from one network in one window.", 300, "100", partial(_number, 1, 10**9))
    network_window_seconds: int = setting("That window.", 600, "3600", partial(_number, 1, 86400))
    client_failures: int = setting("Failures through one client in one window.", 5000, "1000", partial(_number, 1, 10**9))
    client_window_seconds: int = setting("That window.", 600, "3600", partial(_number, 1, 86400))


@dataclass(frozen=True, slots=True)
class UserSettings:
    """Users."""

    verify_contact: bool = setting(
        "Whether users who register themselves are active only once their contact is verified.", True, "false", _flag
    )


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """Messages to people: mail and short messages."""

    language: Literal["pt", "en"] = setting(
        "Language of messages to people of whom none is known.", "pt", "en", partial(_one_of, ("pt", "en"))
    )
    product_name: str = setting("What messages call this service.", "AuthMe", "Example Accounts", _line)
    mail_from: str | None = setting(
        "Sender of mail. Without a mail server and a sender mail waits in the outbox.", None, "accounts@example.com", _address
    )
    smtp_host: str | None = setting("Mail server.", None, "smtp.example.com")
    smtp_port: int = setting("Its port.", 587, "465", partial(_number, 1, 65535))
    smtp_tls: Literal["starttls", "implicit", "none"] = setting(
        "starttls, implicit (from the first byte), or none, which is for this machine alone.", "starttls", "implicit",
        partial(_one_of, ("starttls", "implicit", "none")),
    )  # fmt: skip
    smtp_username: str | None = setting("User name at the mail server.", None, "authme")
    smtp_password: str | None = field(
        default=None,
        repr=False,
        metadata={"meaning": "Password at the mail server.", "example": "(the password)", "read": str},
    )
    smtp_ca_file: Path | None = setting(
        "PEM file of the authorities that the mail server's certificate is checked against. Without it the system's.",
        None, "/etc/authme/mail-ca.pem", _file,
    )  # fmt: skip
    sms_url: str | None = setting(
        "HTTP gateway for short messages. Without it they wait in the outbox.", None, "https://sms.example.com/messages",
        _gateway_url,
    )  # fmt: skip
    sms_headers: Mapping[str, str] = field(
        default_factory=dict,
        repr=False,
        metadata={
            "meaning": "Headers for the gateway, as a JSON object.", "example": '{"Authorization": "Bearer (the key)"}',
            "read": _headers,
        },
    )  # fmt: skip
    sms_body: str = setting(
        "Template (Jinja2) of the request to the gateway; knows to, text and id.",
        '{"to": {{ to | tojson }}, "text": {{ text | tojson }}}', "to={{ to | urlencode }}&message={{ text | urlencode }}",
    )  # fmt: skip
    sms_content_type: str = setting(
        "Media type of the request to the gateway.", "application/json", "application/x-www-form-urlencoded"
    )
    message_timeout_seconds: int = setting(
        "For how long a mail server or gateway is waited for.", 20, "10", partial(_number, 1, 300)
    )
    message_days: int = setting(
        "For how long a message that cannot be sent is tried again.", 5, "2", partial(_number, 1, 90)
    )


@dataclass(frozen=True, slots=True)
class FactorSettings:
    """Codes and second factors."""

    code_seconds: int = setting("Life of a code that was sent.", 600, "300", partial(_number, 60, 3600))
    fresh_seconds: int = setting(
        "For how long after proving themselves people may change their factors.", 600, "300", partial(_number, 60, 86400)
    )
    remember_me_days: int = setting("Life of a remember-me token that is not used.", 30, "90", partial(_number, 1, 3650))
    passkey_rp_id: str | None = setting(
        "The domain that passkeys belong to (WebAuthn's RP ID). Without it the host of the issuer.", None, "example.com"
    )
    passkey_origins: tuple[str, ...] = setting(
        "Web origins at which passkeys are made and used. Without it the issuer's.", (), "https://app.example.com", _origins
    )
    removed_name_days: int = setting(
        "For how long the names of a removed user stay taken.", 30, "90", partial(_number, 1, 3650)
    )


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Logs."""

    log_level: str = setting(
        "Least level that is logged.", "info", "debug", partial(_one_of, ("debug", "info", "warning", "error"))
    )
    log_format: str = setting("json, or console for people.", "json", "console", partial(_one_of, ("json", "console")))


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, by section."""

    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    server: ServerSettings = field(default_factory=ServerSettings)
    tokens: TokenSettings = field(default_factory=TokenSettings)
    passwords: PasswordSettings = field(default_factory=PasswordSettings)
    limits: LimitSettings = field(default_factory=LimitSettings)
    users: UserSettings = field(default_factory=UserSettings)
    factors: FactorSettings = field(default_factory=FactorSettings)
    messages: MessageSettings = field(default_factory=MessageSettings)
    logs: LogSettings = field(default_factory=LogSettings)


SECTIONS: dict[str, type] = {
    "database": DatabaseSettings,
    "server": ServerSettings,
    "tokens": TokenSettings,
    "passwords": PasswordSettings,
    "limits": LimitSettings,
    "users": UserSettings,
    "factors": FactorSettings,
    "messages": MessageSettings,
    "logs": LogSettings,
}


def load(environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """Return the settings of this environment and file; raise SettingsInvalid with every problem at once."""
    problems: list[str] = []
    given = _from_file(file or _config_file(environment), problems)
    for name, value in environment.items():
        if name.startswith(PREFIX) and name not in _NOT_SETTINGS:
            given[name.removeprefix(PREFIX).lower()] = (name, value)
    sections = {section: _section(kind, given, problems) for section, kind in SECTIONS.items()}
    known = [name for kind in SECTIONS.values() for name in _declared(kind)]
    for name, (shown, _) in given.items():
        near = difflib.get_close_matches(name, known, n=1)
        problems.append(f"{shown}: there is no such setting" + (f"; did you mean {_like(shown, near[0])}?" if near else "."))
    loaded = _with_derived(Settings(**sections))
    problems += _across(loaded)
    if problems:
        raise SettingsInvalid(problems)
    return loaded


def _config_file(environment: Mapping[str, str]) -> Path | None:
    if _CONFIG in environment:
        return Path(environment[_CONFIG])
    return Path("authme.toml") if Path("authme.toml").is_file() else None


def _from_file(file: Path | None, problems: list[str]) -> dict[str, tuple[str, str]]:
    """Return the file's settings as text, each with the name to show in a problem."""
    if file is None:
        return {}
    try:
        content = tomllib.loads(file.read_text())
    except (OSError, ValueError) as error:
        problems.append(f"{file}: cannot be read: {error}")
        return {}
    given = {}
    for name, value in content.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        given[name] = (f"{file}: {name}", text.lower() if isinstance(value, bool) else text)
    return given


def _declared(kind: type) -> dict[str, Any]:
    return {declared.metadata.get("name", declared.name): declared for declared in fields(kind)}


def _section(kind: type, given: dict[str, tuple[str, str]], problems: list[str]) -> Any:
    values = {}
    for name, declared in _declared(kind).items():
        if name not in given:
            continue
        shown, text = given.pop(name)
        try:
            values[declared.name] = declared.metadata["read"](text.strip())
        except ValueError as error:
            problems.append(f"{shown}: {str(error).rstrip('.')}.")
    return kind(**values)


def _like(shown: str, name: str) -> str:
    return PREFIX + name.upper() if shown.startswith(PREFIX) else name


def _with_derived(loaded: Settings) -> Settings:
    server, tokens = loaded.server, loaded.tokens
    host = f"[{server.host}]" if ":" in server.host else server.host
    scheme = "https" if server.tls_certificate else "http"
    issuer = tokens.issuer or f"{scheme}://{'127.0.0.1' if host in {'0.0.0.0', '[::]'} else host}:{server.port}"  # noqa: S104  # compared with
    threads = loaded.passwords.threads or os.cpu_count() or 1
    parts = urlsplit(issuer)
    # An address is no domain, so a server that is tried on its own machine is reached as localhost for passkeys.
    is_local = parts.hostname in _THIS_MACHINE
    origin = f"{parts.scheme}://{parts.netloc}"
    origins = (origin, f"{parts.scheme}://localhost:{parts.port or server.port}") if is_local else (origin,)
    factors = replace(
        loaded.factors,
        passkey_rp_id=loaded.factors.passkey_rp_id or ("localhost" if is_local else parts.hostname),
        passkey_origins=loaded.factors.passkey_origins or tuple(dict.fromkeys(origins)),
    )
    return replace(
        loaded,
        factors=factors,
        tokens=replace(tokens, issuer=issuer, audience=tokens.audience or issuer),
        passwords=replace(loaded.passwords, threads=threads),
    )


def _across(loaded: Settings) -> list[str]:
    """Return the problems that lie between settings."""
    problems = []
    server, database = loaded.server, loaded.database
    if (server.tls_certificate is None) != (server.tls_key is None):
        problems.append("AUTHME_TLS_CERTIFICATE and AUTHME_TLS_KEY: both or neither are expected.")
    for name, file in (("AUTHME_TLS_CERTIFICATE", server.tls_certificate), ("AUTHME_TLS_KEY", server.tls_key)):
        if file is not None and not file.is_file():
            problems.append(f"{name}: there is no file {file}.")
    if server.development and server.host not in _THIS_MACHINE:
        problems.append("AUTHME_DEVELOPMENT: only with AUTHME_HOST on a loopback address: it shows every message to everybody.")
    problems += _message_problems(loaded.messages)
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
    if messages.smtp_tls == "none" and messages.smtp_host not in {None, *_THIS_MACHINE}:
        problems.append("AUTHME_SMTP_TLS: none is only for a mail server on this machine: codes would travel in the clear.")
    if (messages.smtp_username is None) != (messages.smtp_password is None):
        problems.append("AUTHME_SMTP_USERNAME and AUTHME_SMTP_PASSWORD: both or neither are expected.")
    if messages.smtp_ca_file is not None and not messages.smtp_ca_file.is_file():
        problems.append(f"AUTHME_SMTP_CA_FILE: there is no file {messages.smtp_ca_file}.")
    return problems


def example() -> str:
    """Return the text of `.env.example`: every setting with its meaning, default and an example."""
    lines = ["# Every setting of AuthMe. All are optional, except the master key with PostgreSQL."]
    for kind in SECTIONS.values():
        lines += ["", f"## {(kind.__doc__ or '').strip()}"]
        for name, declared in _declared(kind).items():
            default = None if declared.default is MISSING else declared.default
            shown = str(default).lower() if isinstance(default, bool) else default
            lines += [
                "",
                f"# {declared.metadata['meaning']}",
                f"# Default: {'none' if shown in (None, '', ()) else shown}",
                f"#{PREFIX}{name.upper()}={declared.metadata['example']}",
            ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(example(), end="")  # noqa: T201  # what this module prints when it is run
