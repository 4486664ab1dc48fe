"""Passwords that would be guessed first are refused; how they are composed is nobody's business."""

import secrets

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authme.crypto import blocklist
from authme.crypto.password_policy import PasswordRefused, check_password


def refusal(password: str, *, minimum: int = 8, forbidden: tuple[str, ...] = ()) -> str | None:
    try:
        check_password(password, minimum=minimum, forbidden=forbidden)
    except PasswordRefused as refused:
        return refused.reason
    return None


@pytest.mark.parametrize(
    "password",
    [
        *("password", "PASSWORD", "Password1", "password123", "12345678", "123456789", "qwertyuiop", "iloveyou", "football1"),
        *("senha123", "Senha@123", "senhasenha", "minhasenha", "mudar123", "Mudar@123", "trocar123", "brasil2025", "flamengo"),
        *("corinthians", "palmeiras1", "jesuscristo", "deusefiel", "teamomuito", "amoreterno", "102030405060", "1q2w3e4r"),
        *(
            "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44",
            "bemvindo1",
            "familia123",
            "gabriel123",
            "administrador",
            "dragon2024",
        ),  # full width: NFKC
    ],
)
def test_a_common_password_is_refused(password: str) -> None:
    assert refusal(password) in {"blocklist", "pattern"}


@pytest.mark.parametrize("password", ["password", "12345678", "senha123", "qwertyuiop", "abcd1234", "11111111"])
def test_the_commonest_are_called_common(password: str) -> None:
    with pytest.raises(PasswordRefused, match=r"^The password is too common\.$"):
        check_password(password, minimum=8)


@pytest.mark.parametrize(
    "password",
    [
        "zzzzzzzzzzzzz",
        "xyxyxyxyxyx",
        "x9kx9kx9kx",
        "q7w!q7w!q7w!",
        "ijklmnopqr",
        "rqponmlkji",
        "5678901234567",
        "09876543210987",
    ],
)
def test_a_simple_pattern_is_refused(password: str) -> None:
    assert refusal(password) in {"pattern", "blocklist"}


@pytest.mark.parametrize(
    "password",
    [
        *(
            "correct horse battery staple",
            "cavalo correto bateria grampo",
            "plum-quartz-38",
            "ventania e chuva",
            "tr0ub4dor&3x",
        ),
        *(
            "日本語のパスワード",
            "🦆🧲🪐🌋🧊🎻🪁🧵",
            "vaca amarela pulou a janela",
            "senha do meu cofre azul",
            "        x       y",
        ),
    ],
)
def test_a_passphrase_is_accepted(password: str) -> None:
    assert refusal(password) is None


def test_random_passphrases_are_accepted() -> None:
    assert [made for made in (secrets.token_urlsafe(9) for _ in range(2000)) if refusal(made)] == []


def test_length_is_counted_in_characters_after_normalising() -> None:
    assert refusal("e\u0301" * 7) == "length"
    assert refusal("xkq7plu") == "length"
    assert refusal("xkq7plum") is None
    assert refusal("ﬃ3kpqz") is None  # a ligature: three characters once normalised
    assert refusal("x7k" * 43) == "length"
    assert refusal(secrets.token_hex(64)) is None
    assert refusal(secrets.token_hex(64) + "1") == "length"
    assert refusal("plum-quartz-38", minimum=15) == "length"


def test_the_message_names_the_lengths() -> None:
    with pytest.raises(PasswordRefused, match=r"^The password must have at least 15 characters\.$"):
        check_password("short", minimum=15)
    with pytest.raises(PasswordRefused, match=r"^The password must have at most 128 characters\.$"):
        check_password("x" * 129, minimum=15)


@pytest.mark.parametrize("character", ["\0", "\n", "\t", "\x1b", "\x7f", "\x85", "\ud800"])
def test_control_characters_and_halves_of_characters_are_refused(character: str) -> None:
    assert refusal(f"plum{character}quartz-38") == "characters"


@pytest.mark.parametrize(
    "password",
    ["maria.silva@example.com", "Maria.Silva", "silvamaria", "MARIASILVA1", "maria-silva-2024", "silva.silva9", "11144477735"],
)
def test_a_password_made_of_the_users_own_names_is_refused(password: str) -> None:
    assert refusal(password, forbidden=("maria.silva@example.com", "María Silva", "111.444.777-35")) == "personal"


@pytest.mark.parametrize("password", ["maria gosta de chuva", "silva-quartz-38", "xkq7-plum", "bo-98yk7m3"])
def test_a_password_that_only_contains_a_name_is_accepted(password: str) -> None:
    assert refusal(password, forbidden=("maria.silva@example.com", "bo", "", "@", "--")) is None


@settings(max_examples=150, deadline=None)
@given(password=st.text(alphabet=st.characters(codec=None), max_size=140), name=st.text(max_size=12))
def test_every_text_is_accepted_or_refused_with_a_reason(password: str, name: str) -> None:
    reasons = {None, "length", "characters", "blocklist", "pattern", "personal"}

    assert refusal(password, forbidden=(name,)) in reasons


def test_the_list_is_sorted_whole_and_small() -> None:
    packed = blocklist._packed()  # noqa: SLF001  # the form of the file is what is tested
    size = blocklist.PREFIX_BYTES
    entries = [packed[at : at + size] for at in range(0, len(packed), size)]

    assert len(packed) % size == 0
    assert entries == sorted(set(entries))
    assert len(entries) > 50_000
    assert len(packed) <= 1024 * 1024


def test_the_first_and_the_last_entry_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    words = sorted(("a", "b", "c", "d", "e"), key=blocklist.digest_prefix)
    packed = b"".join(blocklist.digest_prefix(word) for word in words)
    monkeypatch.setattr(blocklist, "_packed", lambda: packed)

    assert all(blocklist.is_common(word) for word in words)
    assert not any(blocklist.is_common(word) for word in "fghijklmnopqrstuvwxyz")
