"""Which language a caller reads (RFC 9110 section 12.5.4)."""

import pytest

from authme.kernel.http.language import language_of


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, None),
        ("", None),
        ("pt-BR,pt;q=0.9,en;q=0.8", "pt"),
        ("en-US,en;q=0.9,pt;q=0.8", "en"),
        ("fr, pt;q=0.2, en;q=0.5", "en"),
        ("fr", None),
        ("*", None),
        ("PT", "pt"),
        ("pt;q=0, en;q=0.1", "en"),
        ("pt;q=x", None),
        ("pt;level=1", "pt"),
        ("portuguese", None),
        ("en," * 200, None),
        (",;,=;q", None),
    ],
)
def test_the_language_that_is_liked_best(accepted: str | None, language: str | None):
    assert language_of(accepted) == language
