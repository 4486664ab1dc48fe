"""The file of legacy directories: what it may say, and everything that is wrong with it at once."""

from pathlib import Path
from typing import Any

import pytest

from authme.settings import SettingsInvalid, load
from authme.settings.legacy import EMBEDDED, LdapDirectory, LegacyDirectories, Rule
from authme.settings.legacy_file import inspect_directories, read_directories
from settings.problems import problems_of

RULE = '[[rules]]\nlogons = "*"\ndirectory = "racf"\n'
REST = RULE + '[new_logons]\ndirectory = "racf"\n'


@pytest.fixture
def password(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("SECRET12\n")
    return file


@pytest.fixture
def lines(password: Path) -> dict[str, Any]:
    """The least that a directory needs."""
    return {
        "url": "ldaps://racf.example.com:636",
        "suffix": "cn=racf",
        "bind_logon": "AUTHME",
        "bind_password_file": str(password),
    }


def written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "legacy.toml"
    file.write_text(text)
    return file


def directory(lines: dict[str, Any], name: str = "racf") -> str:
    shown = {True: "true", False: "false"}
    return f"[directories.{name}]\n" + "".join(
        f"{option} = {shown[value] if isinstance(value, bool) else repr(value)}\n" for option, value in lines.items()
    )


def problems_in(tmp_path: Path, text: str) -> list[str]:
    file = written(tmp_path, text)
    found = inspect_directories(file)[1]
    assert all(problem.startswith(f"{file}: ") for problem in found)
    return [problem.removeprefix(f"{file}: ") for problem in found]


def test_without_a_file_every_logon_is_the_embedded_directorys_and_new_ones_are_made_there():
    found = read_directories(None)

    assert found == LegacyDirectories({}, (Rule("*", EMBEDDED),), EMBEDDED, "")
    assert found.name_for("MARIA01") == EMBEDDED


def test_a_file_says_where_directories_are_and_what_belongs_to_them(tmp_path: Path, lines: dict[str, Any], password: Path):
    more = {"connections": 8, "default_group": "WEB", "tells_revoked_to_all": False, "document_attribute": "racfcsdata-cpf"}
    new = '[new_logons]\ndirectory = "racf"\nprefix = "W"\n'
    rules = '[[rules]]\nlogons = "X?"\ndirectory = "embedded"\n' + RULE

    found = read_directories(written(tmp_path, directory(lines | more) + rules + new))

    assert found.ldap == {"racf": LdapDirectory(**(lines | more | {"bind_password_file": password}))}
    assert found.rules == (Rule("X?", "embedded"), Rule("*", "racf"))
    assert (found.new_in, found.new_prefix) == ("racf", "W")


def test_the_example_of_the_documentation_is_right_but_for_its_files(tmp_path: Path):
    text = Path(__file__).parents[2].joinpath("docs/operating/mainframe.md").read_text()
    example = text.partition("```toml\n")[2].partition("```")[0]

    assert problems_in(tmp_path, example) == [
        "directories.racf.bind_password_file: a file with the password is expected.",
        "directories.racf.ca_file: /etc/authme/racf-ca.pem holds no certificates in PEM.",
    ]


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path):
    text = """
    surplus = 1
    [directories.racf]
    url = "https://racf.example.com"
    suffix = 5
    host = "racf.example.com"
    [directories.embedded]
    [[rules]]
    logons = "w*"
    directory = "racf"
    [[rules]]
    logons = "W*"
    directory = "elsewhere"
    [new_logons]
    directory = "elsewhere"
    prefix = "9"
    group = "WEB"
    """

    found = problems_in(tmp_path, text)

    assert [problem.partition(": ")[0] for problem in found] == [
        "directories.embedded",
        "directories.racf.suffix", "directories.racf.host",
        "directories.racf.url", "directories.racf.bind_logon", "directories.racf.bind_password_file",
        "directories.embedded.url", "directories.embedded.suffix", "directories.embedded.bind_logon",
        "directories.embedded.bind_password_file",
        "rules", "rules", "rules",
        "new_logons.group", "new_logons.directory", "new_logons.prefix",
        "surplus",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("url", 5), ("suffix", True), ("bind_logon", 5), ("bind_password_file", 5), ("ca_file", False), ("connections", "4"),
        ("connections", True), ("default_group", 5), ("tells_revoked_to_all", "true"), ("tells_revoked_to_all", 1),
        ("email_attribute", 5), ("name_attribute", 5),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_one_problem(tmp_path: Path, lines: dict[str, Any], option: str, value: object):
    (problem,) = problems_in(tmp_path, directory(lines | {option: value}) + REST)

    assert problem.startswith(f"directories.racf.{option}: ")
    assert problem.endswith(" is expected.")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("suffix", ""), ("suffix", "racf"), ("suffix", "cn=racf\n"),
        ("bind_logon", ""), ("bind_logon", "authme"), ("bind_logon", "1AUTHME"), ("bind_logon", "AUTHMEAUTH"),
        ("default_group", "web"), ("default_group", "1WEB"),
        ("connections", 0), ("connections", 65), ("connections", -1),
        ("name_attribute", ""), ("email_attribute", "mail)(x=*"), ("mark_attribute", "racf data"), ("document_attribute", "1x"),
        ("bind_password_file", "/nowhere"), ("bind_password_file", "/"), ("ca_file", "/nowhere"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_named(tmp_path: Path, lines: dict[str, Any], option: str, value: object):
    text = directory(lines | {option: value}).replace("'cn=racf\\n'", '"cn=racf\\n"')

    (problem,) = problems_in(tmp_path, text + REST)

    assert problem.startswith(f"directories.racf.{option}: ")


@pytest.mark.parametrize(
    "url", ["ldap://racf", "ldap://racf.example.com", "ldaps://10.0.0.1:636/", "ldaps://[2001:db8::1]:636"]
)
def test_a_directory_is_a_host_and_a_port(tmp_path: Path, lines: dict[str, Any], url: str):
    assert problems_in(tmp_path, directory(lines | {"url": url}) + REST) == []


@pytest.mark.parametrize(
    "url",
    [
        "", "racf.example.com", "racf.example.com:636", "http://racf.example.com", "ldap://", "ldap://:389", "ldapi:///tmp/x",
        "ldaps://racf.example.com:66000", "ldaps://racf.example.com:0", "ldaps://racf.example.com:a", "ldaps://[2001:db8::1",
        "ldaps://user:secret@racf.example.com", "ldaps://racf.example.com/cn=racf", "ldaps://racf.example.com?x",
        "ldaps://racf.example.com#x", "ldaps://racf example", "ldaps://racf.example.com,other", "ldaps://-racf.example.com",
    ],
)  # fmt: skip
def test_what_is_more_or_less_than_a_host_and_a_port_is_refused(tmp_path: Path, lines: dict[str, Any], url: str):
    (problem,) = problems_in(tmp_path, directory(lines | {"url": url}) + REST)

    assert problem == "directories.racf.url: ldaps://HOST:PORT or ldap://HOST:PORT is expected."


def test_an_empty_file_is_no_password(tmp_path: Path, lines: dict[str, Any], password: Path):
    password.write_text("\n")

    assert problems_in(tmp_path, directory(lines) + REST) == [
        "directories.racf.bind_password_file: a file with the password is expected."
    ]


def test_what_a_file_of_a_password_holds_is_in_no_problem(tmp_path: Path, lines: dict[str, Any]):
    wrong = lines | {"url": "", "suffix": "", "connections": 0, "ca_file": lines["bind_password_file"]}

    assert "SECRET12" not in repr(problems_in(tmp_path, directory(wrong) + REST))


@pytest.mark.parametrize(
    "rules",
    [
        "", "rules = []", 'rules = "*"', "[rules]\n", "[[rules]]\n", '[[rules]]\nlogons = "*"\n',
        '[[rules]]\ndirectory = "racf"\n',
        '[[rules]]\nlogons = ""\ndirectory = "racf"\n', '[[rules]]\nlogons = "w*"\ndirectory = "racf"\n',
        '[[rules]]\nlogons = "[A-Z]*"\ndirectory = "racf"\n', '[[rules]]\nlogons = "*"\ndirectory = "other"\n',
        '[[rules]]\nlogons = 5\ndirectory = "racf"\n', '[[rules]]\nlogons = "*"\ndirectory = ["racf"]\n',
        '[[rules]]\nlogons = "*"\ndirectory = "racf"\ngroup = "WEB"\n',
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_followed_is_named(tmp_path: Path, lines: dict[str, Any], rules: str):
    is_on_top = rules.startswith("rules")

    found = problems_in(tmp_path, f"{rules}\n{directory(lines)}" if is_on_top else directory(lines) + rules)

    assert found
    assert all(problem.startswith("rules: ") for problem in found)


@pytest.mark.parametrize(
    ("new", "where"),
    [
        ("new_logons = 5", "new_logons"), ("new_logons = {directory = 5}", "new_logons.directory"),
        ('new_logons = {directory = ["racf"]}', "new_logons.directory"),
        ('new_logons = {directory = "x"}', "new_logons.directory"),
        ('new_logons = {prefix = "w"}', "new_logons.prefix"), ('new_logons = {prefix = "WEBAP"}', "new_logons.prefix"),
        ('new_logons = {prefix = "1"}', "new_logons.prefix"), ("new_logons = {prefix = 1}", "new_logons.prefix"),
        ('new_logons = {prefix = "W*"}', "new_logons.prefix"), ("new_logons = {digits = 4}", "new_logons.digits"),
    ],
)  # fmt: skip
def test_what_is_said_of_new_logons_has_to_be_possible(tmp_path: Path, new: str, where: str):
    (problem,) = problems_in(tmp_path, f'{new}\n[[rules]]\nlogons = "*"\ndirectory = "embedded"\n')

    assert problem.startswith(f"{where}: ")


@pytest.mark.parametrize(
    ("prefix", "rules", "belong"),
    [
        ("W", [("W*", "racf"), ("*", "embedded")], True),
        ("W", [("WADM*", "embedded"), ("W*", "racf"), ("*", "embedded")], True),
        ("", [("A*", "embedded"), ("*", "racf")], True),
        ("W", [("*", "embedded"), ("W*", "racf")], False),
        ("W", [("X*", "racf")], False),
        ("W", [("WZ*", "racf"), ("*", "embedded")], False),
        ("W", [("W???", "racf"), ("*", "embedded")], False),
        ("", [("W*", "racf"), ("*", "embedded")], False),
    ],
)
def test_new_logons_belong_to_where_they_are_made(
    tmp_path: Path, lines: dict[str, Any], prefix: str, rules: list[tuple[str, str]], *, belong: bool
):
    text = directory(lines) + "".join(f'[[rules]]\nlogons = "{logons}"\ndirectory = "{name}"\n' for logons, name in rules)

    found = problems_in(tmp_path, text + f'[new_logons]\ndirectory = "racf"\nprefix = "{prefix}"\n')

    assert found == ([] if belong else ["new_logons: by the rules, logons that begin with this prefix are not those of racf."])


@pytest.mark.parametrize("content", [b"[directories", b"\xff\xfe", None])
def test_a_file_that_cannot_be_read_is_one_problem(tmp_path: Path, content: bytes | None):
    file = tmp_path / "legacy.toml"
    if content is not None:
        file.write_bytes(content)

    (problem,) = problems_of({"AUTHME_LEGACY_FILE": str(file)})

    assert problem.startswith(f"{file}: cannot be read: ")


def test_a_server_starts_only_when_the_file_is_right_and_names_it_beside_every_other_problem(
    tmp_path: Path, lines: dict[str, Any]
):
    right, wrong = written(tmp_path, directory(lines) + REST), tmp_path / "wrong.toml"
    wrong.write_text(directory(lines))

    assert load({"AUTHME_LEGACY_FILE": str(right)}).legacy.legacy_file == right
    assert problems_of({"AUTHME_LEGACY_FILE": str(wrong), "AUTHME_PORT": "0"}) == [
        "AUTHME_PORT: a number from 1 to 65535 is expected.",
        f"{wrong}: rules: at least one rule is expected.",
    ]
    with pytest.raises(SettingsInvalid):
        read_directories(wrong)
