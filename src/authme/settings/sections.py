"""Every setting, declared once, in its section: its meaning, its default and an example that is not the default."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from authme.settings import forms
from authme.settings.forms import Network


def setting(meaning: str, default: Any, example: str, read: Callable[[str], Any] = str) -> Any:
    """Declare a setting. `read` makes its value from text and raises ValueError with what is expected."""
    return field(default=default, metadata={"meaning": meaning, "example": example, "read": read})


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """The database, and the key that seals secrets in it."""

    database_url: str = setting(
        "Where everything is kept: sqlite:///path (sqlite:////path is absolute) or postgresql://user@host/database.",
        "sqlite:///var/authme.db", "postgresql://authme@db.internal/authme", forms.database_url,
    )  # fmt: skip
    database_pool_size: int = setting("Connections to PostgreSQL, per worker process.", 10, "20", forms.between(2, 500))
    master_key: str | None = field(
        default=None,
        repr=False,
        metadata={
            "meaning": "32 bytes in base64 (`openssl rand -base64 32`) that seal signing keys, secrets of apps and messages. "
            "Lost, they are lost.",
            "example": "(the output of openssl rand -base64 32)",
            "read": forms.master_key,
        },
    )
    master_key_file: Path | None = setting(
        "File that holds the master key instead. Without either, a SQLite database gets one made beside it (FILE.key).",
        None, "/run/secrets/authme-master-key", forms.file,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The HTTP server."""

    host: str = setting("Address to listen on.", "127.0.0.1", "0.0.0.0")  # noqa: S104  # an example
    port: int = setting("Port to listen on.", 8080, "8443", forms.between(1, 65535))
    workers: int = setting("Worker processes.", 1, "4", forms.between(1, 256))
    tls_certificate: Path | None = setting(
        "PEM file of the certificate chain, to serve TLS itself.", None, "/etc/authme/tls.pem", forms.file
    )
    tls_key: Path | None = setting("PEM file of the certificate's key.", None, "/etc/authme/tls.key", forms.file)
    trusted_proxies: tuple[Network, ...] = setting(
        "Networks of reverse proxies whose X-Forwarded-For is believed.", (), "10.0.0.0/8, 192.168.1.10/32", forms.networks
    )
    cors_origins: tuple[str, ...] = setting(
        "Web origins that may call, beside those of the clients' redirect URIs.", (), "https://app.example.com", forms.origins
    )
    development: bool = setting(
        "Keep messages on this machine and show them at /dev/outbox; only on a loopback address. Set by `authme dev`.",
        False, "true", forms.flag,
    )  # fmt: skip
    body_limit: int = setting("Largest body of a request, in bytes.", 65536, "131072", forms.between(1024, 1 << 26))
    bulk_body_limit: int = setting(
        "Largest body of a bulk operation, in bytes.", 4194304, "8388608", forms.between(1024, 1 << 28)
    )


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """Tokens, sessions and signing keys."""

    issuer: str = setting(
        "The server's own URL, the `iss` of its tokens. Without it http://HOST:PORT.",
        "",
        "https://id.example.com",
        forms.issuer,
    )
    audience: str = setting("The `aud` of access tokens. Without it the issuer.", "", "https://api.example.com")
    access_token_seconds: int = setting("Life of an access token.", 3600, "600", forms.between(30, 86400))
    refresh_token_days: int = setting("Life of a refresh token that is not used.", 30, "7", forms.between(1, 3650))
    session_days: int = setting("Absolute end of a session.", 90, "30", forms.between(1, 3650))
    refresh_repeat_seconds: int = setting(
        "For how long a refresh token may be repeated by the client whose answer was lost.", 10, "5", forms.between(0, 60)
    )
    signing_alg: Literal["RS512", "RS256", "PS256", "ES256", "EdDSA"] = setting(
        "Algorithm of access tokens for clients that name none.", "RS512", "ES256",
        forms.one_of("RS512", "RS256", "PS256", "ES256", "EdDSA"),
    )  # fmt: skip
    key_rotation_days: int = setting("Age at which a signing key is replaced.", 90, "30", forms.between(1, 3650))
    key_publish_ahead_hours: int = setting("For how long a key is published before it signs.", 24, "48", forms.between(0, 8760))
    product_token_seconds: int = setting("Life of the token of a product.", 900, "300", forms.between(30, 86400))
    remembered_product_token_seconds: int = setting(
        "Life of the token of a product with remember-me.", 2_592_000, "604800", forms.between(60, 31_536_000)
    )
    api_key_overlap_seconds: int = setting(
        "For how long an API key stays good after it was rotated; 0: not at all.", 86400, "3600", forms.between(0, 31_536_000)
    )


@dataclass(frozen=True, slots=True)
class PasswordSettings:
    """Passwords and their hashes."""

    minimum: int = field(
        default=8,
        metadata={
            "name": "password_minimum", "meaning": "Shortest new password.", "example": "15", "read": forms.between(8, 64),
        },
    )  # fmt: skip
    argon2_memory_kib: int = setting("Memory of one argon2id hash, in KiB.", 19456, "65536", forms.between(8, 1 << 22))
    argon2_time_cost: int = setting("Passes of one argon2id hash.", 2, "3", forms.between(1, 100))
    argon2_parallelism: int = setting("Lanes of one argon2id hash.", 1, "2", forms.between(1, 64))
    threads: int = field(
        default=0,
        metadata={
            "name": "password_threads", "meaning": "Hashes at a time, per worker process; 0: as many as there are cores.",
            "example": "2", "read": forms.between(0, 256),
        },
    )  # fmt: skip
    queue: int = field(
        default=256,
        metadata={
            "name": "password_queue", "meaning": "Hashes that may wait before callers are told to come back (503).",
            "example": "64", "read": forms.between(0, 100_000),
        },
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """How guessing is slowed down."""

    name_failures: int = setting("Failures for one name before each further one has to wait.", 5, "3", forms.between(1, 1000))
    code_failures: int = setting(
        "Wrong codes for one factor of a person before each further one has to wait.", 5, "3", forms.between(1, 1000)
    )
    codes_sent: int = setting(
        "Codes sent to one contact, and none answered, before each further one has to wait.",
        5, "10", forms.between(1, 100_000),
    )  # fmt: skip
    name_delay_max_seconds: int = setting("Longest such wait; it doubles up to here.", 900, "300", forms.between(1, 86400))
    network_failures: int = setting("Failures from one network in one window.", 300, "100", forms.between(1, 10**9))
    network_window_seconds: int = setting("That window.", 600, "3600", forms.between(1, 86400))
    client_failures: int = setting("Failures through one client in one window.", 5000, "1000", forms.between(1, 10**9))
    client_window_seconds: int = setting("That window.", 600, "3600", forms.between(1, 86400))


@dataclass(frozen=True, slots=True)
class UserSettings:
    """Users."""

    verify_contact: bool = setting(
        "Whether users who register themselves have to show that their contact is theirs. Without it every address that "
        "somebody registers with is taken as theirs, also as a second factor: for tests, and where others have verified it.",
        True, "false", forms.flag,
    )  # fmt: skip
    removed_name_days: int = setting("For how long the names of a removed user stay taken.", 30, "90", forms.between(1, 3650))


@dataclass(frozen=True, slots=True)
class MessageSettings:
    """Messages to people: mail and short messages."""

    language: Literal["pt", "en"] = setting(
        "Language of messages to people of whom none is known.", "pt", "en", forms.one_of("pt", "en")
    )
    product_name: str = setting("What messages call this service.", "AuthMe", "Example Accounts", forms.line)
    mail_from: str | None = setting(
        "Sender of mail. Without a mail server and a sender mail waits in the outbox.",
        None,
        "accounts@example.com",
        forms.mail_address,
    )
    smtp_host: str | None = setting("Mail server.", None, "smtp.example.com", forms.line)
    smtp_port: int = setting("Its port.", 587, "465", forms.between(1, 65535))
    smtp_tls: Literal["starttls", "implicit", "none"] = setting(
        "starttls, implicit (from the first byte), or none, which is for this machine alone.", "starttls", "implicit",
        forms.one_of("starttls", "implicit", "none"),
    )  # fmt: skip
    smtp_username: str | None = setting("User name at the mail server.", None, "authme", forms.line)
    smtp_password: str | None = field(
        default=None,
        repr=False,
        metadata={"meaning": "Password at the mail server.", "example": "(the password)", "read": str},
    )
    smtp_ca_file: Path | None = setting(
        "PEM file of the authorities that the mail server's certificate is checked against. Without it the system's.",
        None, "/etc/authme/mail-ca.pem", forms.file,
    )  # fmt: skip
    sms_url: str | None = setting(
        "HTTP gateway for short messages. Without it they wait in the outbox.", None, "https://sms.example.com/messages",
        forms.secure_url,
    )  # fmt: skip
    sms_headers: Mapping[str, str] = field(
        default_factory=dict,
        repr=False,
        metadata={
            "meaning": "Headers for the gateway, as a JSON object.", "example": '{"Authorization": "Bearer (the key)"}',
            "read": forms.headers,
        },
    )  # fmt: skip
    sms_body: str = field(
        default='{"to": {{ to | tojson }}, "text": {{ text | tojson }}}',
        repr=False,
        metadata={
            "meaning": "Template (Jinja2) of the request to the gateway; knows to, text and id.",
            "example": "to={{ to | urlencode }}&message={{ text | urlencode }}", "read": forms.message_template,
        },
    )  # fmt: skip
    sms_content_type: str = setting(
        "Media type of the request to the gateway.", "application/json", "application/x-www-form-urlencoded"
    )
    message_timeout_seconds: int = setting(
        "For how long a mail server or gateway is waited for.", 20, "10", forms.between(1, 300)
    )
    message_days: int = setting("For how long a message that cannot be sent is tried again.", 5, "2", forms.between(1, 90))


@dataclass(frozen=True, slots=True)
class FactorSettings:
    """Codes and second factors."""

    code_seconds: int = setting("Life of a code that was sent.", 600, "300", forms.between(60, 3600))
    fresh_seconds: int = setting(
        "For how long after proving themselves people may change their factors.", 600, "300", forms.between(60, 86400)
    )
    remember_me_days: int = setting("Life of a remember-me token that is not used.", 30, "90", forms.between(1, 3650))
    passkey_rp_id: str | None = setting(
        "The domain that passkeys belong to (WebAuthn's RP ID). Without it the host of the issuer.", None, "example.com"
    )
    passkey_origins: tuple[str, ...] = setting(
        "Web origins at which passkeys are made and used. Without it the issuer's.",
        (),
        "https://app.example.com",
        forms.origins,
    )


@dataclass(frozen=True, slots=True)
class LegacySettings:
    """The legacy directory: the mainframe."""

    legacy_file: Path | None = setting(
        "TOML file of the directories, and which logon goes to which (docs/operating/mainframe.md). Without it every logon is "
        "that of a directory in this server's own database.",
        None, "/etc/authme/legacy.toml", forms.file,
    )  # fmt: skip
    legacy_seconds: int = setting("For how long a login waits for a directory.", 2, "1", forms.between(1, 10))
    legacy_keeps_passwords: bool = setting(
        "Whether the hash of a right legacy password is kept, so that its owner logs in while the directory is down.",
        True, "false", forms.flag,
    )  # fmt: skip
    legacy_command_days: int = setting(
        "For how long a command that a directory does not take is tried again.", 30, "7", forms.between(1, 365)
    )
    embedded_failures: int = setting(
        "Wrong passwords after which the directory in this server's own database revokes a logon.",
        5,
        "3",
        forms.between(1, 254),
    )
    embedded_password_days: int = setting(
        "Age at which passwords of that directory expire; 0: never.", 0, "90", forms.between(0, 254)
    )


@dataclass(frozen=True, slots=True)
class LogSettings:
    """Logs."""

    log_level: str = setting("Least level that is logged.", "info", "debug", forms.one_of("debug", "info", "warning", "error"))
    log_format: str = setting("json, or console for people.", "json", "console", forms.one_of("json", "console"))
