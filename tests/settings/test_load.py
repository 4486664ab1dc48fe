import os
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from authme.settings import SECTIONS, example, load
from settings.problems import key_text, problem_of, problems_of

SETTINGS = [
    pytest.param(section, declared, id=declared.metadata.get("name", name))
    for section, kind in SECTIONS.items()
    for name, declared in kind.__dataclass_fields__.items()
    # The example of the one is a sentence; those of the others are files that have to be there, or need such files.
    if name not in {"master_key", "tls_certificate", "tls_key", "smtp_ca_file", "legacy_file", "certificate_port"}
]
TOGETHER = {
    "smtp_host": ("mail_from", "x@example.com"),
    "mail_from": ("smtp_host", "mail.example.com"),
    "smtp_username": ("smtp_password", "x"),
    "smtp_password": ("smtp_username", "x"),
    "certificate_header": ("certificate_proxies", "10.0.0.5"),
    "certificate_proxies": ("certificate_header", "Client-Cert"),
}
"""Settings of which both or neither are given: the other one, and a value of it."""


def toml(folder: Path, text: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(text)
    return file


def test_without_anything_the_server_is_local_on_sqlite():
    found = load({})

    assert found.database.database_url == "sqlite:///var/authme.db"
    assert found.database.master_key is None
    assert (found.server.host, found.server.port, found.server.workers) == ("127.0.0.1", 8080, 1)
    assert found.server.trusted_proxies == ()
    assert found.server.cors_origins == ()
    assert found.tokens.signing_alg == "RS512"
    assert found.users.verify_contact
    assert (found.logs.log_level, found.logs.log_format) == ("info", "json")


def test_without_anything_passwords_cost_what_owasp_asks_for_and_guessing_is_slowed():
    found = load({})

    costs = found.passwords
    assert (costs.argon2_memory_kib, costs.argon2_time_cost, costs.argon2_parallelism) == (19456, 2, 1)
    assert costs.minimum >= 8
    assert found.limits.name_failures <= 10
    assert found.limits.network_failures <= 1000


def test_issuer_and_audience_are_the_address_unless_they_are_given():
    assert load({}).tokens.issuer == "http://127.0.0.1:8080"
    assert load({}).tokens.audience == "http://127.0.0.1:8080"
    assert load({"AUTHME_HOST": "0.0.0.0", "AUTHME_PORT": "81"}).tokens.issuer == "http://127.0.0.1:81"  # noqa: S104  # the case
    assert load({"AUTHME_HOST": "::1"}).tokens.issuer == "http://[::1]:8080"
    found = load({"AUTHME_ISSUER": "https://id.example.com"}).tokens
    assert (found.issuer, found.audience) == ("https://id.example.com", "https://id.example.com")
    assert load({"AUTHME_AUDIENCE": "https://api.example.com"}).tokens.audience == "https://api.example.com"


def test_as_many_hashes_at_a_time_as_there_are_cores_unless_it_is_said():
    assert load({}).passwords.threads == (os.cpu_count() or 1)
    assert load({"AUTHME_PASSWORD_THREADS": "3"}).passwords.threads == 3


@pytest.mark.parametrize(("section", "declared"), SETTINGS)
def test_every_setting_is_read_from_the_environment_and_from_the_file_by_its_documented_name(
    section: str, declared: Any, tmp_path: Path
):
    name, text = declared.metadata.get("name", declared.name), declared.metadata["example"]
    needed = {"AUTHME_MASTER_KEY": key_text()} if name == "database_url" else {}
    if name in TOGETHER:
        other, value = TOGETHER[name]
        needed |= {f"AUTHME_{other.upper()}": value}
    expected = declared.metadata["read"](text)
    assert expected != declared.default

    by_environment = load({f"AUTHME_{name.upper()}": text} | needed)
    by_file = load(needed, toml(tmp_path, f"{name} = '{text}'\n"))

    assert getattr(getattr(by_environment, section), declared.name) == expected
    assert getattr(getattr(by_file, section), declared.name) == expected
    assert f"#AUTHME_{name.upper()}={text}\n" in example()


def test_the_environment_wins_over_the_file(tmp_path: Path):
    file = toml(tmp_path, 'port = 8001\nhost = "127.0.0.2"\n')

    found = load({"AUTHME_PORT": "8002"}, file).server

    assert (found.port, found.host) == (8002, "127.0.0.2")


def test_the_file_is_the_one_named_or_the_one_in_the_folder(tmp_path: Path):
    elsewhere = toml(tmp_path, "port = 8001\n")
    Path("authme.toml").write_text("port = 8002\n")

    assert load({}).server.port == 8002
    assert load({"AUTHME_CONFIG": str(elsewhere)}).server.port == 8001


def test_the_file_takes_values_of_their_own_type(tmp_path: Path):
    file = toml(
        tmp_path,
        'port = 8001\nverify_contact = false\ntrusted_proxies = ["10.0.0.0/8", "192.0.2.1"]\n'
        'cors_origins = ["https://a.example.com", "https://b.example.com:8443"]\n',
    )

    found = load({}, file)

    assert found.server.port == 8001
    assert not found.users.verify_contact
    assert found.server.trusted_proxies == (ip_network("10.0.0.0/8"), ip_network("192.0.2.1/32"))
    assert found.server.cors_origins == ("https://a.example.com", "https://b.example.com:8443")


def test_every_problem_of_environment_file_and_combination_is_named_at_once(tmp_path: Path):
    file = toml(tmp_path, 'workers = 0\nlog_levle = "info"\n')
    environment = {
        "AUTHME_PORT": "99999",
        "AUTHME_SIGNING_ALG": "HS256",
        "AUTHME_TLS_KEY": "/nowhere/tls.key",
        "AUTHME_PROT": "80",
        "HOME": "/",
    }

    found = problems_of(environment, file)

    assert sorted(problem.split(":")[0] for problem in found) == sorted(
        [
            "AUTHME_PORT",
            str(file),
            "AUTHME_SIGNING_ALG",
            "AUTHME_PROT",
            str(file),
            "AUTHME_TLS_CERTIFICATE and AUTHME_TLS_KEY",
            "AUTHME_TLS_KEY",
        ]
    )
    assert "AUTHME_PORT: a number from 1 to 65535 is expected." in found
    assert f"{file}: workers: a number from 1 to 256 is expected." in found
    assert "AUTHME_PROT: there is no such setting; did you mean AUTHME_PORT?" in found
    assert f"{file}: log_levle: there is no such setting; did you mean log_level?" in found


def test_what_the_test_suite_reads_is_no_unknown_setting():
    load({"AUTHME_TEST_POSTGRES": "x", "AUTHME_TESTS_SKIP_NOTHING": "1"})


def test_a_setting_unlike_any_is_named_without_a_guess():
    assert problem_of({"AUTHME_QQQQ": "1"}) == "AUTHME_QQQQ: there is no such setting."


def test_a_table_in_the_file_is_named(tmp_path: Path):
    assert "server: there is no such setting" in problem_of({}, toml(tmp_path, "[server]\nport = 1\n"))


@pytest.mark.parametrize("text", [b"port = \n", b"\xff\xfe", b"port = 1\nport = 2\n"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, text: bytes):
    file = tmp_path / "settings.toml"
    file.write_bytes(text)

    assert problem_of({"AUTHME_CONFIG": str(file)}).startswith(f"{file}: cannot be read: ")


def test_a_named_file_that_is_not_there_is_a_problem(tmp_path: Path):
    assert problem_of({"AUTHME_CONFIG": str(tmp_path / "none.toml")}).startswith(f"{tmp_path}/none.toml: cannot be read")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "65536"), ("PORT", "-1"), ("PORT", "8e3"), ("PORT", "\uff18\uff10"), ("PORT", ""),
        ("PORT", "9" * 5000),
        ("PASSWORD_MINIMUM", "7"), ("ACCESS_TOKEN_SECONDS", "86401"), ("ARGON2_TIME_COST", "0"),
        ("VERIFY_CONTACT", "yes"), ("VERIFY_CONTACT", ""),
        ("SIGNING_ALG", "none"), ("SIGNING_ALG", "HS256"), ("SIGNING_ALG", "rs512"),
        ("LOG_LEVEL", "trace"), ("LOG_FORMAT", "text"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"), ("TRUSTED_PROXIES", "10.0.0.1/8"), ("TRUSTED_PROXIES", "proxy.example.com"),
        ("CORS_ORIGINS", "app.example.com"), ("CORS_ORIGINS", "https://a.example.com/"), ("CORS_ORIGINS", "*"),
        ("CORS_ORIGINS", "https://a.example.com,https://b.example.com/path"),
        ("DATABASE_URL", "sqlite:///"), ("DATABASE_URL", "mysql://h/d"), ("DATABASE_URL", "var/authme.db"),
        ("ISSUER", "http://id.example.com"), ("ISSUER", "https://id.example.com/"), ("ISSUER", "https://id.example.com?a=1"),
        ("ISSUER", "https://id.example.com#a"), ("ISSUER", "id.example.com"), ("ISSUER", "ftp://localhost"), ("ISSUER", "https://["),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_the_setting_name(name: str, value: str):
    assert problem_of({f"AUTHME_{name}": value}).startswith(f"AUTHME_{name}: ")


@pytest.mark.parametrize(
    "issuer", ["https://id.example.com", "https://id.example.com/realm", "http://localhost:1", "http://[::1]:1"]
)
def test_an_issuer_is_https_or_this_machine(issuer: str):
    assert load({"AUTHME_ISSUER": issuer}).tokens.issuer == issuer


def test_tls_needs_both_of_its_files_and_makes_the_issuer_https(tmp_path: Path):
    certificate, key = tmp_path / "tls.pem", tmp_path / "tls.key"
    certificate.touch()
    both = {"AUTHME_TLS_CERTIFICATE": str(certificate), "AUTHME_TLS_KEY": str(key)}

    assert problem_of({"AUTHME_TLS_CERTIFICATE": str(certificate)}).startswith("AUTHME_TLS_CERTIFICATE and AUTHME_TLS_KEY")
    assert problem_of(both) == f"AUTHME_TLS_KEY: there is no file {key}."
    key.touch()
    assert load(both).tokens.issuer == "https://127.0.0.1:8080"


class TestSecretsInProblems:
    @pytest.mark.parametrize("spoil", [lambda key: key[:20], lambda key: key + "AAAA", lambda key: f"{key[:-2]}!{key[-2:]}"])
    def test_a_wrong_master_key_is_refused_and_not_repeated(self, spoil: Any):
        wrong = spoil(key_text())

        found = problem_of({"AUTHME_MASTER_KEY": wrong})

        assert found.startswith("AUTHME_MASTER_KEY: The master key ")
        assert wrong not in found
        assert wrong[:12] not in found

    def test_the_password_in_a_database_url_is_not_repeated(self):
        password = key_text()[:12]

        assert password not in problem_of({"AUTHME_DATABASE_URL": f"mysql://authme:{password}@db/authme"})

    def test_the_value_of_an_unknown_variable_is_not_repeated(self):
        key = key_text()

        found = problem_of({"AUTHME_MASTERKEY": key})

        assert "AUTHME_MASTERKEY" in found
        assert "did you mean AUTHME_MASTER_KEY" in found
        assert key not in found

    def test_the_master_key_is_not_in_what_settings_look_like(self):
        key = key_text()

        assert key not in repr(load({"AUTHME_MASTER_KEY": key}))


class TestMasterKeySettings:
    def test_postgresql_needs_one(self):
        url = "postgresql://authme@127.0.0.1/authme"

        assert problem_of({"AUTHME_DATABASE_URL": url}).startswith("AUTHME_MASTER_KEY: is required with PostgreSQL")
        load({"AUTHME_DATABASE_URL": url, "AUTHME_MASTER_KEY": key_text()})
        load({"AUTHME_DATABASE_URL": url, "AUTHME_MASTER_KEY_FILE": "/run/secrets/key"})

    def test_there_cannot_be_two(self):
        both = {"AUTHME_MASTER_KEY": key_text(), "AUTHME_MASTER_KEY_FILE": "/run/secrets/key"}

        assert "one of them is expected" in problem_of(both)
