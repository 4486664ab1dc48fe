import pytest

from authme.users.masking import mask_document, mask_email, mask_mobile


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("example@br.example.com", "ex***le@br.e******.com"),
        ("maria@example.com", "ma***ia@e******.com"),
        ("ana@example.com.br", "a***@e******.com.br"),
        ("a@x.org", "a***@x*.org"),
    ],
)
def test_an_email_shows_its_ends(address: str, shown: str):
    assert mask_email(address) == shown


def test_a_mobile_shows_its_last_four_digits():
    assert mask_mobile("5511987652222") == "*****2222"


def test_a_document_hides_its_ends():
    assert mask_document("52998224725") == "***982247**"
    assert mask_document(None) is None
