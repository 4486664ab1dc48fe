"""`authme user remove`."""

import os
from typing import Any

import pytest

from cli.commands import Commands, refused

EMAIL = "maria@example.com"


def made_user(authme: Commands, *words: str) -> Any:
    password = os.urandom(12).hex()
    return authme.json("user", "create", "--username", EMAIL, "--password-stdin", *words, typed=f"{password}\n")["userId"]


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_user_is_removed_by_id_or_any_name(authme: Commands, by: str):
    user_id = made_user(authme, "--name", "Maria")

    result = authme("user", "remove", user_id if by == "id" else "MARIA@Example.com")

    assert result.stdout == "Removed.\n"
    assert authme.rows("SELECT status, name, authorities FROM user_account") == [("REMOVED", None, "[]")]
    assert (authme.count("identity"), authme.count("credential"), authme.count("reserved_name")) == (0, 0, 1)
    assert authme.rows("SELECT target FROM audit_event WHERE action = 'user.removed'") == [(user_id,)]


def test_an_administrator_is_removed_too(authme: Commands):
    made_user(authme, "--authority", "IAM_ADMIN_MAINTENANCE", "--authority", "ADMIN")

    assert authme("user", "remove", EMAIL).exit_code == 0


def test_whoever_was_removed_is_not_there_any_more(authme: Commands):
    user_id = made_user(authme)
    authme("user", "remove", EMAIL)

    for user in (user_id, EMAIL):
        for command in ("remove", "lock", "unlock"):
            assert refused(authme("user", command, user)) == f"there is no user {user}"


def test_the_name_of_a_removed_user_stays_taken(authme: Commands):
    made_user(authme)
    authme("user", "remove", EMAIL)

    assert refused(authme("user", "create", "--username", EMAIL)) == "The name is taken."
