"""Names that an authority may certify (RFC 5280 section 4.2.1.10)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from authme.certificates.model import NotAccepted
from authme.certificates.reading import Link

Form = type[x509.GeneralName]


def check_names(link: Link, authorities: Iterable[Link]) -> None:
    """Raise NotAccepted when one of the authorities above it may not certify a name of this certificate.

    Names of a form that is constrained, but that is not evaluated here, are refused.
    """
    for constraints in filter(None, (authority.find(x509.NameConstraints) for authority in authorities)):
        for form, value in _names(link):
            permitted = _of_form(form, constraints.permitted_subtrees)
            excluded = _of_form(form, constraints.excluded_subtrees)
            if (permitted and not _is_within(form, value, permitted)) or (excluded and _is_within(form, value, excluded)):
                raise NotAccepted("an authority above the certificate may not certify one of its names")


def _names(link: Link) -> Iterator[tuple[Form, Any]]:
    if link.subject.rdns:
        yield x509.DirectoryName, link.subject
    for name in link.find(x509.SubjectAlternativeName) or ():
        yield type(name), name.value
    for attribute in link.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS):
        yield x509.RFC822Name, str(attribute.value)


def _of_form(form: Form, subtrees: Iterable[x509.GeneralName] | None) -> list[Any]:
    return [one.value for one in subtrees or () if type(one) is form]


def _is_within(form: Form, value: Any, subtrees: Iterable[Any]) -> bool:
    compare = _FORMS.get(form)
    if compare is None:
        raise NotAccepted("an authority above the certificate constrains names of a form that is not understood")
    return any(compare(value, subtree) for subtree in subtrees)


def _is_below(name: x509.Name, subtree: x509.Name) -> bool:
    return [_bare(one) for one in name.rdns[: len(subtree.rdns)]] == [_bare(one) for one in subtree.rdns]


def _bare(rdn: x509.RelativeDistinguishedName) -> frozenset[tuple[str, str]]:
    # Otherwise capitals or spaces would lead out of what is excluded (RFC 5280 section 7.1).
    return frozenset((one.oid.dotted_string, " ".join(str(one.value).casefold().split())) for one in rdn)


def _is_mailbox_in(mailbox: str, subtree: str) -> bool:
    mailbox, subtree = mailbox.casefold(), subtree.casefold()
    if "@" in subtree:
        return mailbox == subtree
    host = mailbox.rpartition("@")[2]
    return host.endswith(subtree) if subtree.startswith(".") else host == subtree


def _is_host_in(host: str, subtree: str) -> bool:
    host, subtree = host.casefold(), subtree.casefold().removeprefix(".")
    return not subtree or host == subtree or host.endswith(f".{subtree}")


_FORMS: Final[dict[Form, Callable[[Any, Any], bool]]] = {
    x509.DirectoryName: _is_below,
    x509.RFC822Name: _is_mailbox_in,
    x509.DNSName: _is_host_in,
}
