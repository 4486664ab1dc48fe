from cli.commands import Commands, misused, refused


def states(authme: Commands) -> dict[str, str]:
    """Return each key's state by its id."""
    return {one["kid"]: one["state"] for one in authme.json("keys", "list")}


def test_the_list_shows_what_signs_and_what_comes_next_and_nothing_of_the_keys(authme: Commands):
    found = authme.json("keys", "list")

    assert {(one["alg"], one["state"]) for one in found} == {("ES256", "CURRENT"), ("ES256", "NEXT")}
    assert all(one.keys() == {"kid", "alg", "state", "createdAt", "activatedAt", "retiredAt", "deleteAfter"} for one in found)
    header, *rows = authme("keys", "list").stdout.splitlines()
    assert header.split()[:3] == ["kid", "alg", "state"]
    assert {row.split()[0] for row in rows} == {one["kid"] for one in found}


def test_a_rotation_lets_the_next_key_sign_and_keeps_the_one_before(authme: Commands):
    before = {state: kid for kid, state in states(authme).items()}

    signing = authme.json("keys", "rotate")["signing"]

    after = states(authme)
    assert signing == [before["NEXT"]]
    assert after.pop(before["NEXT"]) == "CURRENT"
    assert after.pop(before["CURRENT"]) == "RETIRED"
    assert list(after.values()) == ["NEXT"]
    retired = next(one for one in authme.json("keys", "list") if one["state"] == "RETIRED")
    assert retired["deleteAfter"] > retired["retiredAt"]
    assert authme.rows("SELECT target FROM audit_event WHERE action = 'key.rotated'") == [(before["NEXT"],)]


def test_a_person_is_told_which_key_signs_now(authme: Commands):
    kid = next(kid for kid, state in states(authme).items() if state == "NEXT")

    assert authme("keys", "rotate").stdout == f"Now signing: {kid}\n"


def test_a_rotation_is_of_every_algorithm_or_of_one(authme: Commands):
    authme.json("client", "create", "--alg", "EdDSA")
    before = states(authme)

    assert len(authme.json("keys", "rotate")["signing"]) == 2
    (kid,) = authme.json("keys", "rotate", "--alg", "EdDSA")["signing"]

    assert kid not in before
    assert [one["alg"] for one in authme.json("keys", "list") if one["kid"] == kid] == ["EdDSA"]


def test_an_algorithm_without_keys_or_without_a_meaning_is_refused(authme: Commands):
    before = states(authme)

    assert refused(authme("keys", "rotate", "--alg", "PS256")) == "There are no keys for PS256."
    assert "--alg" in misused(authme("keys", "rotate", "--alg", "HS256"))
    assert states(authme) == before
