from datetime import timedelta

import pytest

from authme.audit import Sealer, record
from authme.audit.seal import find_head, seal
from authme.audit.sealer import NO_HEAD, Head
from authme.audit.verify import Verification, verify
from authme.crypto.sealing import MasterKey
from authme.kernel.clock import FakeClock
from authme.kernel.context import Context
from support.two_engines import Worker, plain_sql


@pytest.fixture
async def sealed(worker: Worker, clock: FakeClock) -> Worker:
    """Three seals over rows 1 to 12, and row 13 without one."""

    async def act(ctx: Context) -> None:
        record(ctx, "user.login", "b" * 24, user_id="a" * 24, method="password")

    for _ in range(3):
        for _ in range(4):
            await worker.run(act)
        await worker.run(seal)
        clock.advance(timedelta(seconds=1))
    await worker.run(act)
    return worker


async def verified(worker: Worker, sealer: Sealer) -> Verification:
    return await verify(worker.database, sealer)


async def test_an_untouched_record_is_sound_and_its_tail_is_said_to_be_unsealed(sealed: Worker, sealer: Sealer) -> None:
    found = await verified(sealed, sealer)

    assert found.is_sound
    assert (found.seals, found.sealed_rows, found.unsealed_rows) == (3, 12, 1)
    assert found.head == await find_head(sealed.database.reader())


async def test_an_empty_record_is_sound(worker: Worker, sealer: Sealer) -> None:
    assert await verified(worker, sealer) == Verification(0, 0, 0, NO_HEAD, ())


@pytest.mark.parametrize(
    "change",
    [
        "action = 'user.logout'",
        "at = at + 1",
        "result = 'REFUSED'",
        "user_id = NULL",
        "client_id = ''",
        "target = 'c'",
        "source = '192.0.2.7'",
        "request_id = 'x'",
        "detail = '{}'",
    ],
)
async def test_an_edited_row_is_found_and_named(sealed: Worker, sealer: Sealer, url: str, change: str) -> None:
    await plain_sql(url, "UPDATE audit_event SET", change, "WHERE id = 6")

    [fault] = (await verified(sealed, sealer)).faults

    assert (fault.seal, fault.rows, fault.problem) == (2, (6,), "of its rows 5 to 8: 1 edited")


@pytest.mark.parametrize("row", [5, 6, 8])
async def test_a_removed_row_is_found(sealed: Worker, sealer: Sealer, url: str, row: int) -> None:
    await plain_sql(url, "DELETE FROM audit_event WHERE id =", row)

    [fault] = (await verified(sealed, sealer)).faults

    assert (fault.seal, fault.rows, fault.problem) == (2, (), "of its rows 5 to 8: 1 removed")


async def test_a_row_that_lost_its_seal_is_found(sealed: Worker, sealer: Sealer, url: str) -> None:
    await plain_sql(url, "UPDATE audit_event SET seal = NULL WHERE id = 6")
    await sealed.run(seal)

    [fault] = (await verified(sealed, sealer)).faults

    assert fault.seal == 2


@pytest.mark.parametrize(("row", "number"), [(20, 2), (20, 3), (20, 9), (20, 0), (20, -1)])
async def test_an_added_row_is_found_and_named(sealed: Worker, sealer: Sealer, url: str, row: int, number: int) -> None:
    await plain_sql(
        url, "INSERT INTO audit_event (at, action, result, id, seal) VALUES (1, 'user.login', 'OK',", row, ",", number, ")"
    )

    [fault] = (await verified(sealed, sealer)).faults

    assert (fault.seal, fault.rows) == (number, (row,))


async def test_a_row_added_between_the_rows_of_a_seal_is_named(sealed: Worker, sealer: Sealer, url: str) -> None:
    await plain_sql(url, "UPDATE audit_event SET seal = 1 WHERE id = 6")

    faults = (await verified(sealed, sealer)).faults

    assert [(fault.seal, fault.rows) for fault in faults] == [(1, (6,)), (2, ())]

    await plain_sql(url, "UPDATE audit_event SET seal = 2 WHERE id = 6")
    await plain_sql(url, "DELETE FROM audit_event WHERE id = 7")
    await plain_sql(url, "UPDATE audit_seal SET row_count = 3 WHERE number = 2")
    assert [fault.seal for fault in (await verified(sealed, sealer)).faults] == [2]


async def test_rows_that_swapped_places_are_found(sealed: Worker, sealer: Sealer, url: str) -> None:
    await plain_sql(url, "UPDATE audit_event SET action = 'a' WHERE id = 13")
    await sealed.run(seal)
    await plain_sql(url, "UPDATE audit_event SET id = 100 WHERE id = 13")
    await plain_sql(url, "UPDATE audit_event SET id = 13, seal = 4 WHERE id = 12")
    await plain_sql(url, "UPDATE audit_event SET id = 12, seal = 3 WHERE id = 100")

    faults = (await verified(sealed, sealer)).faults

    assert [(fault.seal, fault.rows) for fault in faults] == [(3, (12,)), (4, (13,))]


@pytest.mark.parametrize(
    "change",
    ["first_id = first_id - 1", "row_count = row_count + 1", "sealed_at = sealed_at + 1", "number = 9"],
)
async def test_an_edited_seal_is_found(sealed: Worker, sealer: Sealer, url: str, change: str) -> None:
    await plain_sql(url, "UPDATE audit_seal SET", change, "WHERE number = 2")

    found = await verified(sealed, sealer)

    assert found.faults[0].seal == 2


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", ["first_id = 'x'", "last_id = x'00'", "row_count = 1.5", "digest = 'x'", "digest = 7"])
async def test_values_of_another_type_are_found(sealed: Worker, sealer: Sealer, url: str, change: str) -> None:
    await plain_sql(url, "UPDATE audit_seal SET", change, "WHERE number = 2")
    await plain_sql(url, "UPDATE audit_event SET at = 'x', seal = 'y' WHERE id = 12")

    found = await verified(sealed, sealer)

    assert {fault.seal for fault in found.faults} == {0, 2, 3}


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_head_of_another_type_is_found(sealed: Worker, sealer: Sealer, url: str) -> None:
    await plain_sql(url, "UPDATE audit_seal SET digest = 'x' WHERE number = 3")
    await sealed.run(seal)

    found = await verified(sealed, sealer)

    assert {fault.seal for fault in found.faults} == {3}


async def test_an_edited_digest_is_found(sealed: Worker, sealer: Sealer, url: str) -> None:
    await plain_sql(url, "UPDATE audit_seal SET digest = (SELECT digest FROM audit_seal WHERE number = 1) WHERE number = 2")

    faults = (await verified(sealed, sealer)).faults

    assert [fault.seal for fault in faults] == [2, 3]
    assert faults[0].problem == "this seal or the one before it was changed; its rows 5 to 8 look right"


async def test_a_removed_seal_is_found_with_and_without_its_rows(sealed: Worker, sealer: Sealer, url: str) -> None:
    await plain_sql(url, "DELETE FROM audit_seal WHERE number = 2")

    faults = (await verified(sealed, sealer)).faults
    assert [(fault.seal, fault.rows) for fault in faults] == [(2, ()), (2, (5, 6, 7, 8))]

    await plain_sql(url, "DELETE FROM audit_event WHERE seal = 2")
    [fault] = (await verified(sealed, sealer)).faults
    assert fault.problem == "seal 2 is missing, so that seal 3 cannot be checked"


async def test_seals_in_another_order_are_found(sealed: Worker, sealer: Sealer, url: str) -> None:
    for step in ("9 WHERE number = 2", "2 WHERE number = 3", "3 WHERE number = 9"):
        await plain_sql(url, "UPDATE audit_seal SET number =", step)
    for step in ("9 WHERE seal = 2", "2 WHERE seal = 3", "3 WHERE seal = 9"):
        await plain_sql(url, "UPDATE audit_event SET seal =", step)

    assert [fault.seal for fault in (await verified(sealed, sealer)).faults] == [2, 3]


async def test_seals_taken_from_the_end_with_their_rows_show_against_a_noted_head(
    sealed: Worker, sealer: Sealer, url: str
) -> None:
    noted = Head.parse(str(await find_head(sealed.database.reader())))
    assert (await verify(sealed.database, sealer, expected=noted)).is_sound

    await plain_sql(url, "DELETE FROM audit_event WHERE seal >= 2")
    await plain_sql(url, "DELETE FROM audit_seal WHERE number >= 2")
    assert (await verified(sealed, sealer)).is_sound
    [fault] = (await verify(sealed.database, sealer, expected=noted)).faults
    assert (fault.seal, fault.problem) == (3, "the seal that was noted as the head is gone")

    # Whoever has the server seal again what is left gets other digests.
    await sealed.run(seal)
    await plain_sql(url, "UPDATE audit_seal SET number = 3 WHERE number = 2")
    faults = (await verify(sealed.database, sealer, expected=noted)).faults
    assert "the seal is another one than was noted as the head" in [fault.problem for fault in faults]


async def test_another_master_key_finds_nothing_right(sealed: Worker) -> None:
    found = await verify(sealed.database, Sealer(MasterKey(bytes(32))))

    assert [fault.seal for fault in found.faults] == [1, 2, 3]


@pytest.mark.parametrize("text", ["", "1", "1:", "x:" + "0" * 64, "1:" + "0" * 63, "1:" + "g" * 64, "-1:" + "0" * 64])
def test_a_head_has_one_form(text: str) -> None:
    with pytest.raises(ValueError, match=r"head|hexadecimal"):
        Head.parse(text)
