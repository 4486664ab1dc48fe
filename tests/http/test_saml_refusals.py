"""UI-29: what is refused, and why; what a response says beside itself is for `tests/saml`."""

from datetime import timedelta
from typing import Any

import pytest

from authme.challenges import open_challenge
from authme.challenges import store as challenges
from authme.kernel.context import Context
from support.answers import refusal, refused, token_object
from support.given import Given, MakeGiven
from support.saml_idp import PERSISTENT, SamlIdp, but, confirmation_xml, name_id_xml
from support.saml_world import EXCHANGE, OTHER_ACS, SamlWorld, saml_world

OVER = "it answers no request of this application that is open"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"


@pytest.fixture
async def world(given: Given) -> SamlWorld:
    return await saml_world(given)


async def test_a_request_of_another_application(given: Given, world: SamlWorld):
    other = given.api.as_client((await given.client()).id)

    await world.refused(await world.response(await world.begin(other)), OVER)
    answer = await world.exchange(await world.response(), other)
    assert OVER in answer.json()[0]["message"]


async def test_a_request_that_is_over(world: SamlWorld):
    first, second = await world.begin(), await world.begin()
    world.given.later(minutes=10, seconds=-1)
    token_object(await world.enter(await world.exchange(await world.response(first))))
    world.given.later(seconds=1)

    await world.refused(await world.response(second), OVER)


async def test_a_request_that_was_never_made(world: SamlWorld):
    begun = await world.begin()
    request_id = begun["requestId"]

    for wrong in ("_x", request_id[1:], f"{request_id}0", f"{request_id[:-1]}", f"_{'0' * 64}", request_id.upper(), "", " "):
        await world.refused(await world.response({"requestId": wrong}), OVER)
    forged = request_id[:-1] + ("0" if request_id[-1] != "0" else "1")
    await world.refused(await world.response({"requestId": forged}), OVER)

    token_object(await world.enter(await world.exchange(await world.response(begun))))


async def test_what_was_asked_for_another_purpose(world: SamlWorld):
    begun = await world.begin()
    challenge = await world.given.run(lambda ctx: challenges.find(ctx.tx, begun["requestId"][1:25]))
    assert challenge is not None

    async def open_two(ctx: Context) -> list[str]:
        return [
            open_challenge(
                ctx, purpose=purpose, subject=challenge.subject, client_id=world.client.id, life=timedelta(minutes=1),
                code="0" * 40, data=challenge.data,
            ).id
            for purpose in ("FEDERATED", "SAML")
        ]  # fmt: skip

    other, of_saml = await world.given.run(open_two)

    await world.refused(await world.response({"requestId": f"_{other}{'0' * 40}"}), OVER)
    token_object(await world.enter(await world.exchange(await world.response({"requestId": f"_{of_saml}{'0' * 40}"}))))


async def test_a_request_to_another_provider(given: Given, world: SamlWorld):
    other = await saml_world(given)
    begun = await world.visitor.post("/user-identities/saml/authentication-request", json={"provider": other.provider.alias})

    await world.refused(await world.response(begun.json()), "issuer")


async def test_an_answer_to_another_request_than_its_response_says(world: SamlWorld):
    first, second = await world.begin(), await world.begin()
    said = world.said(first["requestId"])
    mixed = but(said, confirmation_xml=confirmation_xml(but(said, request_id=second["requestId"])))

    assert refusal(await world.exchange(world.idp.field(mixed))) == (401, ["207"])

    for begun in (first, second):
        token_object(await world.enter(await world.exchange(await world.response(begun))))


async def test_a_request_is_left_out_of_its_response_where_unsolicited_ones_are_let_in(given: Given):
    world = await saml_world(given, allows_unsolicited=True)
    begun = await world.begin()
    said = world.said(None)
    stripped = but(said, confirmation_xml=confirmation_xml(but(said, request_id=begun["requestId"])))

    assert refusal(await world.exchange(world.idp.field(stripped))) == (401, ["207"])


async def test_unsolicited_only_where_it_is_allowed(given: Given, world: SamlWorld):
    await world.refused(world.unsolicited(), "unsolicited ones are not allowed")

    allowed = await saml_world(given, allows_unsolicited=True)
    token_object(await allowed.enter(await allowed.exchange(allowed.unsolicited())))


async def test_unsolicited_where_several_have_the_entity_id(given: Given):
    world = await saml_world(given, allows_unsolicited=True)
    twin = await saml_world(given, allows_unsolicited=True, entity_id=world.idp.entity_id)

    await world.refused(world.unsolicited(), "several identity providers")
    await world.refused(world.unsolicited(), "no identity provider that is enabled", provider="another")
    await world.refused(twin.unsolicited(), "the audience is another's", provider=world.provider.alias)
    token_object(await world.enter(await world.exchange(world.unsolicited(), provider=world.provider.alias)))

    for one in (world, twin):
        token_object(await one.enter(await one.exchange(await one.response())))


async def test_unsolicited_from_nobody_known(world: SamlWorld):
    unknown = "its issuer is no identity provider that is enabled here"
    prefix = world.idp.entity_id[:-1]
    for entity_id in (
        "https://nobody.test",
        prefix,
        f"{world.idp.entity_id}x",
        world.idp.entity_id.upper(),
        'x","y":"z',
        "%",
        "_",
    ):
        await world.refused(SamlIdp(entity_id=entity_id).field(world.said(None, issuer=entity_id)), unknown)


async def test_another_url_than_was_asked_for(world: SamlWorld):
    begun = await world.begin()

    await world.refused(await world.response(begun, acs_url=OTHER_ACS), "another URL than the request asked for")

    token_object(await world.enter(await world.exchange(await world.response(begun))))


async def test_another_relay_state_than_was_asked_with(world: SamlWorld):
    begun = await world.begin(relayState="mine")

    await world.refused(await world.response(begun), "the relay state is not the request's", relayState="yours")

    token_object(await world.enter(await world.exchange(await world.response(begun), relayState="mine")))


@pytest.mark.parametrize(
    ("name_id", "form", "clause"),
    [
        ("maria", TRANSIENT, "the NameID is a transient one"),
        ("m" * 257, PERSISTENT, "the NameID is longer than 256 characters"),
    ],
)
async def test_a_name_id_that_names_no_account(world: SamlWorld, name_id: str, form: str, clause: str):
    begun = await world.begin()
    said = world.said(begun["requestId"], name_id=name_id)

    await world.refused(world.idp.field(but(said, name_id_xml=name_id_xml(said, Format=form))), clause)


async def test_a_name_id_of_any_lasting_form(world: SamlWorld):
    for form in (PERSISTENT, None, "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"):
        said = world.said((await world.begin())["requestId"])
        token_object(
            await world.enter(await world.exchange(world.idp.field(but(said, name_id_xml=name_id_xml(said, Format=form)))))
        )


async def test_another_key(world: SamlWorld):
    begun = await world.begin()
    forger = SamlIdp(entity_id=world.idp.entity_id, owner="forger")

    assert refusal(await world.exchange(forger.field(world.said(begun["requestId"])))) == (401, ["207"])
    assert refusal(await world.exchange(world.idp.field(world.said(begun["requestId"]), signs=()))) == (401, ["207"])

    token_object(await world.enter(await world.exchange(await world.response(begun))))


async def test_what_failed_is_recorded_with_the_provider(on_both: Given):
    world = await saml_world(on_both)

    await world.refused(await world.response(audience="https://other.test"), "audience")
    await world.refused("x", "base64")

    first, second = await on_both.trail("user.login")
    assert (first["result"], first["client_id"], first["user_id"]) == ("REFUSED", world.client.id, None)
    assert f'"provider":"{world.provider.id}"' in first["detail"]
    assert '"method":"saml"' in first["detail"]
    assert "audience" in first["detail"]
    assert '"provider":null' in second["detail"]


async def test_it_counts_for_the_network_and_closes_no_client(make_given: MakeGiven, tmp_path: Any):
    world = await saml_world(await make_given(f"sqlite:///{tmp_path}/a.db", network_failures=3, client_failures=1))
    response = await world.response()

    for text in ("eA==", "eQ==", "eg=="):
        refused(await world.exchange(text), 401, "207")

    answer = await world.exchange(response)
    refused(answer, 429, "601")
    world.given.later(seconds=600)
    refused(await world.exchange(response), 401, "207")


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, ["101"]),
        ({"samlResponse": ""}, ["102"]),
        ({"samlResponse": 1}, ["102"]),
        ({"samlResponse": "x", "relayState": "x" * 1025}, ["102"]),
        ({"samlResponse": "x", "relayState": 1}, ["102"]),
        ({"samlResponse": "x", "provider": "NO ALIAS"}, ["102"]),
        ({"samlResponse": "x", "other": "y"}, ["106"]),
        ([], ["102"]),
        ({"samlResponse": None}, ["102"]),
    ],
)
async def test_each_wrong_field_is_named(world: SamlWorld, body: Any, codes: list[str]):
    refused(await world.visitor.post(EXCHANGE, json=body), 400, *codes)


@pytest.mark.parametrize(
    "text", ["eA==", "PD94bWw+", "PHg+", "PHgvPg==", "//79", "\u00fc", "=", "A" * 60000, "PCFET0NUWVBFIHg+PHgvPg=="]
)
async def test_what_is_no_response_at_all(on_both: Given, text: str):
    world = await saml_world(on_both, allows_unsolicited=True)
    answer = await world.exchange(text)

    refused(answer, 401, "207")
    assert answer.json()[0]["message"].startswith("The SAML response is not accepted: ")
