"""The settings of SAML identity providers: read from metadata or said one by one."""

import asyncio
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Thread
from typing import Any

import pytest

from authme.saml.keys import new_service_key
from authme.saml.metadata import read_metadata
from support.answers import refusal, refused
from support.api import Api
from support.given import Given, GivenClient, MakeGiven, at_once
from support.given_providers import service_key
from support.providers import ALL, IDP, changed, made, metadata, path_of, saml

NOT_SAID = {"entityId": None, "redirectUrl": None, "certificates": None}


class Published:
    """Metadata that is published on this machine."""

    text = metadata()
    asked = 0
    url = ""
    at_once = Barrier(1)
    """How many have to be asking before anybody is answered."""


@pytest.fixture
def published() -> Iterator[Published]:
    at = Published()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            at.asked += 1
            at.at_once.wait(10)
            self.send_response(200 if self.path == "/metadata" else 404)
            self.end_headers()
            self.wfile.write(at.text.encode())

        def log_message(self, *_: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        at.url = f"http://127.0.0.1:{server.server_address[1]}/metadata"
        yield at
        server.shutdown()


@pytest.fixture
async def maintenance(given: Given, client: GivenClient) -> Api:
    return await given.administrator(client)


@pytest.fixture
async def developer(make_given: MakeGiven, tmp_path: Any) -> Api:
    """A caller of a server in development, which may ask this machine."""
    given = await make_given(f"sqlite:///{tmp_path}/development.db", development="true")
    return await given.administrator(await given.client())


class TestMetadata:
    async def test_it_says_what_would_be_said_one_by_one(self, maintenance: Api):
        found = (await made(maintenance, saml(**NOT_SAID, metadata=metadata())))["saml"]

        said = {"entityId": f"{IDP}/metadata", "redirectUrl": f"{IDP}/sso", "certificates": [service_key()[1]]}
        assert found | said | {"metadataUrl": None, "postUrl": None} == found

    async def test_of_several_the_one_that_is_named_is_read(self, maintenance: Api):
        several = metadata("https://a.example.com") + metadata("https://b.example.com", location="https://b.example.com/sso")
        several = f'<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">{several}</md:EntitiesDescriptor>'

        found = await made(maintenance, saml(**NOT_SAID | {"entityId": "https://b.example.com"}, metadata=several))

        assert found["saml"]["redirectUrl"] == "https://b.example.com/sso"
        refused(await maintenance.post(ALL, json=saml(**NOT_SAID, metadata=several)), 400, "102")

    @pytest.mark.parametrize(
        "text",
        [
            "no xml",
            "<a/>",
            f"<!DOCTYPE a [<!ENTITY b 'c'>]>{metadata()}",
            metadata(location="javascript:alert(1)"),
            metadata(location="http://saml.example.com/sso"),
            metadata(location="https://user:word@saml.example.com/sso"),
            metadata(certificate="AAAA"),
            metadata(certificate=""),
            metadata(entity_id=""),
        ],
        ids=["text", "element", "doctype", "script", "http", "credentials", "certificate", "no-certificate", "nobody"],
    )
    async def test_what_cannot_be_used_is_refused_in_plain_words(self, maintenance: Api, text: str):
        status, codes = refusal(await maintenance.post(ALL, json=saml(**NOT_SAID, metadata=text)))

        assert (status, codes) == (400, ["102"])

    async def test_what_could_not_be_given_back_as_it_is_shown_is_refused(self, maintenance: Api):
        one = f"<ds:X509Data><ds:X509Certificate>{service_key()[1]}</ds:X509Certificate></ds:X509Data>"
        others = "".join(one.replace(service_key()[1], new_service_key("x", number)[1]) for number in range(10))
        for text, said in (
            (metadata().replace("</ds:KeyInfo>", f"{others}</ds:KeyInfo>"), "more than 10 certificates"),
            (metadata(location=f"{IDP}/{'x' * 2048}"), "more than 2048 characters"),
        ):
            answer = await maintenance.post(ALL, json=saml(**NOT_SAID, metadata=text))
            refused(answer, 400, "102")
            assert said in answer.text

    async def test_beside_it_nothing_is_said_that_it_says(self, maintenance: Api):
        body = saml(metadata=metadata(), postUrl=f"{IDP}/post")

        refused(await maintenance.post(ALL, json=body), 400, "102", "102", "102")

    async def test_others_go_on_while_a_large_one_is_read(self, maintenance: Api):
        """It takes most of a second, which nobody else may have to wait for."""
        large = metadata().replace("</md:IDPSSODescriptor>", f"{'<md:a/>' * 190_000}</md:IDPSSODescriptor>")
        gaps, loop = [0.0], asyncio.get_running_loop()

        async def watch() -> None:
            while True:
                began = loop.time()
                await asyncio.sleep(0.001)
                gaps.append(loop.time() - began)

        took = loop.time()
        read_metadata(large.encode(), now=0)
        took = loop.time() - took
        watching = asyncio.create_task(watch())
        await asyncio.sleep(0)
        await made(maintenance, saml(**NOT_SAID, metadata=large))
        watching.cancel()

        assert max(gaps) < took / 2

    async def test_it_may_be_long(self, maintenance: Api):
        long = metadata().replace("</md:IDPSSODescriptor>", f"<!-- {'x' * 100_000} --></md:IDPSSODescriptor>")

        await made(maintenance, saml(**NOT_SAID, metadata=long))


class TestMetadataUrls:
    async def test_it_is_fetched_and_kept(self, developer: Api, published: Published):
        provider = await made(developer, saml(**NOT_SAID, metadataUrl=published.url))

        assert provider["saml"]["entityId"] == f"{IDP}/metadata"
        assert provider["saml"]["metadataUrl"] == published.url
        assert published.asked == 1

    async def test_a_change_with_certificates_asks_nobody_and_one_without_reads_it_again(
        self, developer: Api, published: Published
    ):
        provider = await made(developer, saml(**NOT_SAID, metadataUrl=published.url))
        as_shown = changed(saml(metadataUrl=published.url))

        assert (await developer.put(path_of(provider), json=as_shown)).json()["saml"] == provider["saml"]
        assert published.asked == 1
        published.text = metadata(location=f"{IDP}/elsewhere")
        answer = await developer.put(path_of(provider), json=changed(saml(**NOT_SAID, metadataUrl=published.url)))
        assert answer.json()["saml"]["redirectUrl"] == f"{IDP}/elsewhere"
        assert answer.json()["saml"]["serviceCertificate"] == provider["saml"]["serviceCertificate"]

    async def test_what_is_not_there_or_no_metadata_is_said(self, developer: Api, published: Published):
        for url in (published.url + "x", published.url):
            published.text = "nothing"
            answer = await developer.post(ALL, json=saml(**NOT_SAID, metadataUrl=url))
            refused(answer, 400, "102")
            assert answer.json()[0]["message"].startswith("`saml.metadataUrl`: ")

    async def test_of_two_changes_that_both_wait_for_it_one_is_refused(
        self, make_given: MakeGiven, url: str, published: Published
    ):
        given = await make_given(url, development="true")
        caller = await given.administrator(await given.client())
        provider = await made(caller, saml())
        published.at_once = Barrier(2)
        body = changed(saml(**NOT_SAID, metadataUrl=published.url))

        answers = await at_once(*(caller.put(path_of(provider), json=body | {"name": name}) for name in ("One", "Other")))

        assert sorted(one.status_code for one in answers) == [200, 409]
        [written] = [one.json() for one in answers if one.status_code == 200]
        assert (await caller.get(path_of(provider))).json() == written

    @pytest.mark.parametrize(
        "where", ["http://127.0.0.1:1/x", "https://127.0.0.1:1/x", "https://10.0.0.1/x", "file:///etc/passwd"]
    )
    async def test_the_guard_stands_before_it(self, maintenance: Api, where: str):
        answer = await maintenance.post(ALL, json=saml(**NOT_SAID, metadataUrl=where))

        refused(answer, 400, "102")

    async def test_whoever_may_make_nothing_has_nothing_fetched(
        self, make_given: MakeGiven, tmp_path: Any, published: Published
    ):
        given = await make_given(f"sqlite:///{tmp_path}/b.db", development="true")
        nowhere = await given.person(await given.user(None, "ADMIN"), await given.client())
        body = saml(**NOT_SAID, metadataUrl=published.url)

        refused(await nowhere.post(ALL, json=body), 403, "302")
        somewhere = await given.person(
            await given.user(None, "ADMIN", organization_id=await given.organization()), await given.client()
        )
        refused(await somewhere.post(ALL, json=body | {"organizationId": "0" * 24}), 400, "107")
        other = await made(await given.administrator(await given.client()), saml())
        refused(await somewhere.put(path_of(other), json=changed(body)), 404, "401")
        assert published.asked == 0


async def test_every_wrong_field_is_named_at_once(maintenance: Api):
    body = saml(
        entityId=None,
        redirectUrl="http://saml.example.com/sso",
        postUrl="x",
        certificates=["AAAA", service_key()[1]],
        acsUrls=["https://app.example.com/acs", "http://app.example.com/acs"],
    )

    answer = await maintenance.post(ALL, json=body)

    assert answer.status_code == 400
    assert sorted(item["message"].split("`")[1] for item in answer.json()) == [
        "saml.acsUrls[1]",
        "saml.certificates[0]",
        "saml.entityId",
        "saml.postUrl",
        "saml.redirectUrl",
    ]


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        (NOT_SAID, ["101"] * 3),
        ({"acsUrls": None}, ["101"]),
        ({"acsUrls": []}, ["102"]),
        ({"entityId": " x "}, ["102"]),
        ({"serviceEntityId": ""}, ["102"]),
        ({"privateKey": "x"}, ["106"]),
        ({"serviceCertificate": "x"}, ["106"]),
        ({"signsRequests": 1}, ["102"]),
        ({"certificates": ["A"] * 11}, ["102"]),
    ],
)
async def test_each_wrong_field_is_named(maintenance: Api, settings: dict[str, Any], codes: list[str]):
    refused(await maintenance.post(ALL, json=saml(**settings)), 400, *codes)
