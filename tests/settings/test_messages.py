from pathlib import Path

import pytest

from authme.settings import load
from settings.problems import key_text, problem_of, problems_of


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LANGUAGE", "fr"), ("PRODUCT_NAME", ""), ("PRODUCT_NAME", "a\nb"),
        ("SMTP_TLS", "tls"), ("SMTP_HOST", ""), ("SMTP_PORT", "0"), ("MAIL_FROM", "accounts"), ("MAIL_FROM", "a b@a.com"),
        ("MAIL_FROM", "a@example.com\r\nBcc: b@example.com"),
        ("SMS_URL", "http://sms.example.com"), ("SMS_URL", "sms.example.com"), ("SMS_URL", "file:///etc/passwd"),
        ("SMS_HEADERS", "A: x"), ("SMS_HEADERS", "[]"), ("SMS_HEADERS", '{"A": 1}'), ("SMS_HEADERS", '{"A B": "1"}'),
        ("SMS_HEADERS", '{"A": "1\\r\\nB: 2"}'), ("SMS_HEADERS", '{"A": "\\u00e9"}'),
        ("SMS_BODY", "{{ to"), ("SMS_BODY", "{{ number }}"), ("SMS_BODY", "{{ to | nosuch }}"), ("SMS_BODY", "{{ 1 / 0 }}"),
        ("SMS_BODY", "{{ to.__class__.__mro__ }}"),
        ("MESSAGE_DAYS", "0"), ("MESSAGE_TIMEOUT_SECONDS", "0"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_the_setting_name(name: str, value: str):
    both = {"AUTHME_SMTP_HOST": "h", "AUTHME_MAIL_FROM": "a@example.com"} if name in {"SMTP_HOST", "MAIL_FROM"} else {}

    assert any(problem.startswith(f"AUTHME_{name}: ") for problem in problems_of(both | {f"AUTHME_{name}": value}))


def test_what_a_wrong_template_holds_is_not_repeated():
    key = key_text()

    assert key not in problem_of({"AUTHME_SMS_BODY": f"key={key} {{{{ to"})
    assert key not in repr(load({"AUTHME_SMS_BODY": f"key={key}", "AUTHME_SMS_HEADERS": f'{{"Authorization": "{key}"}}'}))


def test_a_template_of_json_makes_json():
    gateway = {"AUTHME_SMS_URL": "https://sms.example.com/messages"}
    form = {"AUTHME_SMS_BODY": "to={{ to | urlencode }}"}

    load(gateway)
    load(gateway | form | {"AUTHME_SMS_CONTENT_TYPE": "application/x-www-form-urlencoded"})
    assert problem_of(gateway | form).startswith("AUTHME_SMS_BODY: does not make JSON")
    assert problem_of(gateway | {"AUTHME_SMS_BODY": '{"text": "{{ text }}"}'}).startswith("AUTHME_SMS_BODY: does not make JSON")


def test_a_mail_server_and_a_sender_go_together_as_a_name_and_its_password_do():
    assert problem_of({"AUTHME_SMTP_HOST": "smtp.example.com"}).startswith("AUTHME_SMTP_HOST and AUTHME_MAIL_FROM")
    assert problem_of({"AUTHME_MAIL_FROM": "a@example.com"}).startswith("AUTHME_SMTP_HOST and AUTHME_MAIL_FROM")
    assert problem_of({"AUTHME_SMTP_USERNAME": "a"}).startswith("AUTHME_SMTP_USERNAME and AUTHME_SMTP_PASSWORD")


def test_codes_do_not_leave_this_machine_in_the_clear():
    mail = {"AUTHME_MAIL_FROM": "a@example.com", "AUTHME_SMTP_TLS": "none"}

    assert problem_of(mail | {"AUTHME_SMTP_HOST": "smtp.example.com"}).startswith("AUTHME_SMTP_TLS: none is only for")
    load(mail | {"AUTHME_SMTP_HOST": "127.0.0.1"})


def test_the_authorities_of_the_mail_server_are_certificates_in_a_file(tmp_path: Path):
    missing, other = tmp_path / "none.pem", tmp_path / "other.pem"
    other.write_text("no certificate")

    assert problem_of({"AUTHME_SMTP_CA_FILE": str(missing)}) == f"AUTHME_SMTP_CA_FILE: there is no file {missing}."
    assert "holds no certificates" in problem_of({"AUTHME_SMTP_CA_FILE": str(other)})


def test_messages_are_shown_on_a_page_only_where_nobody_else_can_reach_it():
    assert problem_of({"AUTHME_DEVELOPMENT": "true", "AUTHME_HOST": "0.0.0.0"}).startswith("AUTHME_DEVELOPMENT: ")  # noqa: S104  # the case
    assert load({"AUTHME_DEVELOPMENT": "true"}).server.development
    assert not load({}).server.development


def test_secrets_are_not_in_what_settings_look_like():
    password = key_text()

    found = load({"AUTHME_SMTP_USERNAME": "authme", "AUTHME_SMTP_PASSWORD": password})

    assert password not in repr(found)
