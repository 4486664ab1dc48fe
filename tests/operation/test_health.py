from pathlib import Path

from authme.operation.parts import Running
from support.answers import refused
from support.given import Given
from support.two_engines import plain_sql


async def test_it_is_up_and_ready(given: Given):
    up, ready = await given.api.get("/healthz"), await given.api.get("/readyz")

    assert (up.status_code, up.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "database": "sqlite", "keys": "ok"})
    assert (await given.api.request("HEAD", "/readyz")).status_code == 200


async def test_without_the_database_it_is_up_and_not_ready(given: Given):
    await plain_sql(given.env["AUTHME_DATABASE_URL"], "DROP TABLE schema_info")

    answer = await given.api.get("/readyz")

    refused(answer, 503, "902")
    assert answer.headers["retry-after"] == "1"
    assert "schema_info" not in answer.text
    assert (await given.api.get("/healthz")).status_code == 200


async def test_a_file_that_is_no_database_any_more_makes_it_not_ready(given: Given, tmp_path: Path):
    (tmp_path / "authme.db-wal").write_bytes(b"")
    (tmp_path / "authme.db").write_bytes(b"x" * 4096)

    refused(await given.api.get("/readyz"), 503, "902")


async def test_while_the_server_stops_it_is_not_ready(given: Given):
    given.server.parts.get(Running).is_stopping = True

    refused(await given.api.get("/readyz"), 503, "902")
    assert (await given.api.get("/healthz")).status_code == 200


async def test_other_methods_are_refused(given: Given):
    for method in ("POST", "DELETE", "PURGE"):
        refused(await given.api.request(method, "/readyz"), 405, "402")
