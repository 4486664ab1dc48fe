import re
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from authme.app import endpoints
from support.given import Given

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def scraped(given: Given) -> Samples:
    answer = await given.api.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        # When a series was begun says nothing of how often.
        if not sample.name.endswith("_created")
    }


def requests(samples: Samples) -> dict[tuple[str, str], float]:
    """Return how many requests there were, by operation and class of status."""
    return {
        (dict(labels)["operation"], dict(labels)["status"]): value
        for (name, labels), value in samples.items()
        if name == "authme_requests_total"
    }


async def counted(given: Given, send: Any) -> dict[tuple[str, str], float]:
    """Return by what `send` raises the counts, the scrapes aside."""
    before = requests(await scraped(given))
    await send()
    after = requests(await scraped(given))
    found = {key: after[key] - before.get(key, 0) for key in after}
    return {key: value for key, value in found.items() if value and key[0] != "X-metrics"}


async def test_answers_are_counted_by_operation_and_class_of_status(given: Given):
    client, user = await given.client(), await given.user()
    caller = given.api.as_client(client.id)

    async def send() -> None:
        await caller.login(user.name, user.password)
        await caller.login(user.name, "a wrong password")
        await given.api.login_client(client.id, client.secret)

    assert await counted(given, send) == {("UI-05", "2xx"): 1, ("UI-05", "4xx"): 1, ("CI-04", "2xx"): 1}


async def test_times_are_counted_by_operation(given: Given):
    await given.api.get("/healthz")

    found = await scraped(given)

    operation = ("operation", "X-healthz")
    count = found["authme_request_seconds_count", frozenset({operation})]
    assert count >= 1
    assert found["authme_request_seconds_bucket", frozenset({operation, ("le", "+Inf")})] == count
    assert 0 < found["authme_request_seconds_sum", frozenset({operation})] < count


async def test_paths_methods_headers_and_names_make_no_new_series(given: Given):
    before = set(await scraped(given))

    for number in range(5):
        await given.api.get(f"/nowhere/{number}", params={"a": str(number)})
        await given.api.get(f"/docs/file{number}.js")
        await given.api.get(f"/user-identities/{number:024x}/x")
        await given.api.request(f"METHOD{number}", "/healthz")
        await given.api.request("TRACE", f"/nowhere/{number}")
        await given.api.as_client(f"{number:024x}").login(f"person{number}@example.com", "x")
        await given.api.as_(f"token{number}").post("/user-identities/lock", json={"userId": "0" * 24})
        await given.api.get("/healthz", headers={"x-request-id": f"request-{number}", "user-agent": str(number)})

    assert set(await scraped(given)) == before


async def test_what_no_operation_answers_is_counted_as_none(given: Given):
    async def send() -> None:
        await given.api.get("/security/nowhere")
        await given.api.request("PURGE", "/healthz")
        await given.api.delete("/user-identities/login")

    assert await counted(given, send) == {("none", "4xx"): 3}


async def test_labels_are_the_operations_and_the_classes_of_status_alone(given: Given):
    found = await scraped(given)

    labels = {name: set() for name in ("operation", "status", "le")}
    for _, pairs in found:
        for name, value in pairs:
            labels[name].add(value)
    # Another test of this process may have made a server for development, which has pages of its own.
    only_there = {endpoint.id for endpoint in endpoints(development=True)} - {endpoint.id for endpoint in endpoints()}
    assert labels["operation"] - only_there == {endpoint.id for endpoint in endpoints()} | {"none", "options"}
    assert labels["status"] == {"2xx", "3xx", "4xx", "5xx"}
    assert len(labels["le"]) < 20


async def test_nobody_is_named_in_them(given: Given):
    client, user = await given.client(), await given.user()
    await given.api.as_client(client.id).login(user.name, user.password)

    text = (await given.api.get("/metrics")).text

    for secret in (client.id, client.secret, user.id, user.name, user.password):
        assert secret not in text
    assert re.findall(r"[0-9a-f]{24}|@|eyJ", text) == []


async def test_operation_pages_are_open_and_kept_by_nobody(given: Given):
    for path in ("/metrics", "/healthz", "/readyz", "/openapi.json", "/docs"):
        answer = await given.api.get(path)

        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "no-store"
