"""What an answer must look like."""

import re

import httpx

_CODE = re.compile(r"[0-9]{1,3}")


def refusal(answer: httpx.Response) -> tuple[int, list[str]]:
    """Return the status and codes of a refusal, which must have the contract's form (section 3)."""
    assert answer.headers["content-type"] == "application/json", answer.text
    items = answer.json()
    assert isinstance(items, list), answer.text
    assert items
    for item in items:
        assert item.keys() == {"code", "message"}, item
        assert _CODE.fullmatch(item["code"]), item
        assert isinstance(item["message"], str)
        assert item["message"]
    return answer.status_code, [item["code"] for item in items]


def refused(answer: httpx.Response, status: int, *codes: str) -> None:
    """Assert that this was refused so."""
    assert refusal(answer) == (status, list(codes)), answer.text


def token_object(answer: httpx.Response) -> dict[str, object]:
    """Return a token object, which must have the contract's form (section 2)."""
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    assert isinstance(found["accessToken"], str)
    assert found["tokenType"] == "Bearer"
    assert isinstance(found["expiresIn"], str)
    assert found["expiresIn"].isdecimal()
    assert isinstance(found["scope"], list)
    return found
