import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authme.kernel.requirement import Requirement, RequirementInvalid

CONTRACT = Path(__file__).parents[3] / "shared" / "contract" / "endpoints.csv"


def meets(text: str, *atoms: str) -> bool:
    return Requirement.parse(text).is_met_by(frozenset(atoms))


def test_and_needs_both():
    assert meets("A and B", "A", "B")
    assert not meets("A and B", "A")


def test_or_needs_one():
    assert meets("A or B", "B")
    assert not meets("A or B", "C")


def test_and_binds_closer_than_or():
    assert meets("A or B and C", "A")
    assert not meets("A or B and C", "B")


def test_not_bars_a_name():
    assert meets("PERSON and !BUSINESS", "PERSON")
    assert not meets("PERSON and !BUSINESS", "PERSON", "BUSINESS")


def test_not_before_a_bracket_is_pushed_down():
    assert meets("!(A and B)", "A")
    assert not meets("!(A or B)", "A")


def test_a_scope_is_a_name_of_its_own():
    assert meets("scope:account_lock", "scope:account_lock")
    assert not meets("scope:account_lock", "account_lock")


def test_public_needs_nothing():
    assert Requirement.parse("public").is_met_by(frozenset())


@pytest.mark.parametrize(
    "text", ["", "A and", "and A", "(A", "A)", "A B", "!", "A & B", "public or A", "scope:", "()", "A or or B"]
)
def test_what_is_no_expression_is_refused(text: str):
    with pytest.raises(RequirementInvalid):
        Requirement.parse(text)


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.booleans()):
        return draw(st.sampled_from(["A", "B", "C", "D"]))
    if draw(st.booleans()):
        return f"!({draw(expressions(depth=depth - 1))})"
    operator = draw(st.sampled_from(["and", "or"]))
    return f"({draw(expressions(depth=depth - 1))}) {operator} ({draw(expressions(depth=depth - 1))})"


@given(expressions(), st.frozensets(st.sampled_from(["A", "B", "C", "D"])))
def test_the_normal_form_means_what_the_text_means(text: str, atoms: frozenset[str]):
    names = {name: name in atoms for name in "ABCD"}
    expected = eval(text.replace("!", " not "), {"__builtins__": {}}, names)  # noqa: S307  # a text of this test's own making

    assert Requirement.parse(text).is_met_by(atoms) is expected


@pytest.mark.skipif(not CONTRACT.exists(), reason="the contract is not beside the project")
def test_every_requirement_of_the_contract_matters_in_each_of_its_names():
    with CONTRACT.open() as lines:
        texts = {row["requirement"] for row in csv.DictReader(lines)} - {"public"}
    for text in texts:
        requirement = Requirement.parse(text)
        for needed, _ in requirement.clauses:
            assert requirement.is_met_by(needed), text
            for left_out in needed:
                assert not requirement.is_met_by(needed - {left_out}), f"{text} does not need {left_out}"
