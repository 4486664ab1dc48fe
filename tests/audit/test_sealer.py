from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from authme.audit import Sealer
from authme.audit.sealer import FIELDS, GENESIS, Header, encode
from authme.crypto.sealing import MasterKey

text = st.none() | st.text(max_size=4)
integer = st.integers(-(2**63), 2**63 - 1)
row = st.tuples(integer, integer, *([text] * (len(FIELDS) - 2)))
rows = st.lists(row, max_size=4)


def encoded(listed: Sequence[Any]) -> bytes:
    return b"".join(encode(each) for each in listed)


@settings(max_examples=300)
@given(rows, rows)
def test_no_two_lists_of_rows_give_the_same_bytes(one: list[tuple[Any, ...]], other: list[tuple[Any, ...]]) -> None:
    assert (encoded(one) == encoded(other)) == (one == other)


@settings(max_examples=300)
@given(rows, st.data())
def test_a_value_that_moves_to_another_place_changes_the_bytes(listed: list[tuple[Any, ...]], data: st.DataObject) -> None:
    flat = [value for each in listed for value in each]
    moved = data.draw(st.permutations(flat))
    again = [tuple(moved[start : start + len(FIELDS)]) for start in range(0, len(moved), len(FIELDS))]

    assert (encoded(listed) == encoded(again)) == (listed == again)


def test_the_stored_format_stays() -> None:
    sealer = Sealer(MasterKey(bytes(range(32))))
    listed = encoded([(1, 1_764_000_000_000, "user.login", "OK", None, "a" * 24, "a" * 24, "192.0.2.7", "r", '{"a":1}')])
    header = Header(number=1, first_id=1, last_id=1, row_count=1, sealed_at=1_764_000_001_000)

    assert listed.hex() == (
        "9a01cf0000019ab697e800aa757365722e6c6f67696ea24f4bc0b8616161616161616161616161616161616161616161616161"
        "b8616161616161616161616161616161616161616161616161a93139322e302e322e37a172a77b2261223a317d"
    )
    assert sealer.digest(GENESIS, header, [listed]).hex() == (
        "57d866f90e00d1cd575aaf9f7e26175a23cdfb50a10e661080013674f871b227"
    )
    assert sealer.check(listed).hex() == "e18e1aba"
