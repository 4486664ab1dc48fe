"""UI-04: name a person, proving nothing."""

from pathlib import Path

import httpx

from support.answers import refused, token_object
from support.given import Given, GivenClient, GivenUser, MakeGiven, claims

PATH = "/user-identities/identification"


async def test_a_token_that_proves_nothing_and_masked_contacts(on_both: Given):
    caller = on_both.api.as_client((await on_both.client()).id)
    user = await on_both.user("exemplo.longe@brasil.example.com")

    answer = await caller.post(PATH, json={"username": user.name})

    found = token_object(answer)
    (factor,) = found["factors"]  # type: ignore[misc]  # a list of one
    assert len(factor.pop("id")) == 24
    assert factor == {"contactType": "EMAIL", "email": "ex***ge@brasil.e******.com", "default": True}
    said = claims(str(found["accessToken"]))
    assert said["acr"] == "AUTH-IDENTIFIED"
    assert "ROLE_AUTH-IDENTIFIED" in said["authorities"]
    assert not {"ROLE_AUTH-BASIC", "ROLE_USER", "ROLE_PERSON"} & set(said["authorities"])
    assert user.id not in answer.text
    assert said["sub"] != user.id


async def test_the_token_opens_nothing_that_needs_a_login(given: Given, client: GivenClient, user: GivenUser):
    answer = await given.api.as_client(client.id).post(PATH, json={"username": user.name})
    caller = given.api.as_(answer.json()["accessToken"])

    refused(await caller.post("/user-identities/me/logout"), 403, "301")
    refused(await caller.get(f"/user-identities/{user.id}"), 403, "301")


async def test_an_unknown_name_is_answered_as_a_known_one(given: Given, client: GivenClient, user: GivenUser):
    caller = given.api.as_client(client.id)
    locked = await given.user()
    await (await given.service("account_lock")).post("/user-identities/lock", json={"userId": locked.id})
    unknown = [f"nobody{n}@example.com" for n in range(20)]

    known, strange = [
        {shape(await caller.post(PATH, json={"username": name})) for name in names}
        for names in ([user.name, locked.name], unknown)
    ]

    assert len(known) == 1
    # Some people have a second contact, so some who do not exist have one as well.
    assert known < strange
    assert len(strange) == 2


async def test_an_answer_without_contacts_does_not_tell_that_the_name_exists(given: Given, client: GivenClient):
    caller = given.api.as_client(client.id)
    await given.user("maria.silva")

    known = await caller.post(PATH, json={"username": "maria.silva"})
    unknown = [await caller.post(PATH, json={"username": f"nobody{n}"}) for n in range(60)]

    assert known.json()["factors"] == []
    assert shape(known) in {shape(answer) for answer in unknown}
    kinds = {tuple(factor["contactType"] for factor in answer.json()["factors"]) for answer in unknown}
    assert kinds == {(), ("EMAIL",), ("MOBILE",), ("EMAIL", "MOBILE")}


def shape(answer: httpx.Response) -> tuple[object, ...]:
    """Return what of an answer does not hang on the name."""
    found = answer.json()
    said = claims(found["accessToken"])
    return (
        answer.status_code,
        tuple(found),
        tuple(said),
        tuple((tuple(factor), factor["contactType"], len(factor["id"]), factor["default"]) for factor in found["factors"]),
        len(said["sub"]),
        tuple(said["authorities"]),
        tuple(answer.headers),
    )


async def test_a_decoy_is_the_same_each_time(given: Given, client: GivenClient):
    caller = given.api.as_client(client.id)

    for name in ("nobody@example.com", "529.982.247-25", "maria.silva"):
        first, second = [(await caller.post(PATH, json={"username": name})).json() for _ in range(2)]
        assert first["factors"] == second["factors"]
        assert claims(first["accessToken"])["sub"] == claims(second["accessToken"])["sub"]


async def test_what_was_typed_as_contact_is_shown_masked_for_anybody(given: Given, client: GivenClient):
    """A real user's answer shows the address that was typed, so an invented one does as well."""
    caller = given.api.as_client(client.id)

    found = (await caller.post(PATH, json={"username": "nobody@example.com"})).json()

    assert found["factors"][0]["email"] == "no***dy@e******.com"


async def test_a_contact_that_nobody_verified_is_not_shown(make_given: MakeGiven, tmp_path: Path):
    given = await make_given(f"sqlite:///{tmp_path}/a.db", verify_contact="true")
    caller = given.api.as_client((await given.client()).id)
    await caller.post("/user-identities", json={"username": "maria.silva", "email": "secret.place@hidden.example.org"})

    answer = await caller.post(PATH, json={"username": "maria.silva"})

    assert "hi" not in "".join(factor.get("email", "") for factor in answer.json()["factors"]).partition("@")[2][:2]


async def test_wrong_fields(given: Given, client: GivenClient):
    caller = given.api.as_client(client.id)

    refused(await caller.post(PATH, json={}), 400, "101")
    refused(await caller.post(PATH, json={"username": 5, "ip": 7, "x": 1}), 400, "102", "102", "106")
    refused(await given.api.post(PATH, json={"username": "x"}), 401, "9")
