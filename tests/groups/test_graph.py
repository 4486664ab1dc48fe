"""How far dependencies go, against what the definition says."""

from graphlib import CycleError
from itertools import pairwise

import pytest
from hypothesis import given, strategies

from authme.groups.graph import DependsOn, Extent, extents

NAMES = [f"g{number}" for number in range(9)]


def below(depends_on: DependsOn, group: str) -> set[str]:
    return {group}.union(*(below(depends_on, one) for one in depends_on.get(group, ())))


def depth(depends_on: DependsOn, group: str) -> int:
    return 1 + max((depth(depends_on, one) for one in depends_on.get(group, ())), default=0)


@given(strategies.sets(strategies.tuples(strategies.integers(0, 8), strategies.integers(0, 8)), max_size=20))
def test_of_each_group_its_extent_is_what_is_below_it(pairs: set[tuple[int, int]]):
    depends_on: dict[str, list[str]] = {}
    for one, other in pairs:
        if one < other:
            depends_on.setdefault(NAMES[one], []).append(NAMES[other])

    found = extents(depends_on)

    assert found == {group: Extent(len(below(depends_on, group)), depth(depends_on, group)) for group in found}
    assert found.keys() == depends_on.keys() | {one for others in depends_on.values() for one in others}


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_a_cycle_is_found_however_long(count: int):
    around = [*NAMES[:count], NAMES[0]]
    with pytest.raises(CycleError):
        extents({group: [on] for group, on in pairwise(around)})
