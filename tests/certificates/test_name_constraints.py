"""Names that an authority may certify (RFC 5280 section 4.2.1.10)."""

from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from authme.certificates.model import NotAccepted
from authme.certificates.name_constraints import check_names
from authme.certificates.reading import Link, link
from support.authority_profiles import Brasil, person

Names = list[x509.GeneralName]


def name_of(*parts: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in parts])


COUNTRY, ORGANIZATION = (NameOID.COUNTRY_NAME, "BR"), (NameOID.ORGANIZATION_NAME, "ICP-Brasil")


def both(brasil: Brasil, permitted: Names | None, excluded: Names | None, *names: x509.GeneralName) -> tuple[Link, list[Link]]:
    authority = brasil.root.authority("issuing", more=((x509.NameConstraints(permitted, excluded), True),))
    issued = authority.issue(person(brasil.clock), names=names)
    return link(issued.certificate), [link(one) for one in (*issued.above, brasil.root.certificate)]


@pytest.mark.parametrize(
    ("permitted", "name"),
    [
        (x509.DirectoryName(name_of(COUNTRY, ORGANIZATION)), None),
        (x509.DirectoryName(name_of(COUNTRY, (NameOID.ORGANIZATION_NAME, " icp-BRASIL "))), None),
        (x509.RFC822Name("maria@example.com"), x509.RFC822Name("maria@EXAMPLE.com")),
        (x509.RFC822Name("example.com"), x509.RFC822Name("maria@example.com")),
        (x509.RFC822Name(".example.com"), x509.RFC822Name("maria@mail.example.com")),
        (x509.DNSName("example.com"), x509.DNSName("www.example.com")),
        (x509.DNSName("example.com"), x509.DNSName("example.com")),
    ],
)
def test_within_what_is_permitted_and_outside_what_is_excluded(
    brasil: Brasil, permitted: x509.GeneralName, name: x509.GeneralName | None
):
    names = [name] if name else []
    check_names(*both(brasil, [permitted], None, *names))

    with pytest.raises(NotAccepted, match="may not certify one of its names"):
        check_names(*both(brasil, None, [permitted], *names))


@pytest.mark.parametrize(
    ("permitted", "name"),
    [
        (x509.DirectoryName(name_of((NameOID.COUNTRY_NAME, "PT"))), None),
        (x509.DirectoryName(name_of(COUNTRY, ORGANIZATION, (NameOID.COMMON_NAME, "X"), (NameOID.COMMON_NAME, "Y"))), None),
        (x509.RFC822Name("joao@example.com"), x509.RFC822Name("maria@example.com")),
        (x509.RFC822Name("example.com"), x509.RFC822Name("maria@mail.example.com")),
        (x509.RFC822Name(".example.com"), x509.RFC822Name("maria@example.com")),
        (x509.RFC822Name(".example.com"), x509.RFC822Name("maria@badexample.com")),
        (x509.DNSName("example.com"), x509.DNSName("badexample.com")),
    ],
)
def test_outside_what_is_permitted(brasil: Brasil, permitted: x509.GeneralName, name: x509.GeneralName | None):
    names = [name] if name else []
    check_names(*both(brasil, None, [permitted], *names))

    with pytest.raises(NotAccepted, match="may not certify one of its names"):
        check_names(*both(brasil, [permitted], None, *names))


def test_a_mailbox_in_the_subject_counts(brasil: Brasil):
    leaf, above = both(brasil, None, [x509.RFC822Name("example.com")])
    issued = brasil.issuing.issue(
        person(brasil.clock), subject=name_of(COUNTRY, (NameOID.EMAIL_ADDRESS, "maria@example.com")), names=()
    )
    check_names(leaf, above)

    with pytest.raises(NotAccepted, match="may not certify one of its names"):
        check_names(link(issued.certificate), above)


@pytest.mark.parametrize(
    ("constraint", "name"),
    [
        (x509.IPAddress(ip_network("10.0.0.0/8")), x509.IPAddress(ip_address("10.0.0.1"))),
        (x509.UniformResourceIdentifier("example.com"), x509.UniformResourceIdentifier("https://example.com/")),
    ],
)
def test_forms_that_are_not_understood_are_refused_when_they_appear(
    brasil: Brasil, constraint: x509.GeneralName, name: x509.GeneralName
):
    check_names(*both(brasil, [constraint], None))
    for permitted, excluded in (([constraint], None), (None, [constraint])):
        with pytest.raises(NotAccepted, match="of a form that is not understood"):
            check_names(*both(brasil, permitted, excluded, name))
