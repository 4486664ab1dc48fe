"""Certificates that are believed, and each defect for which one is not."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from authme.certificates.certificates import Certificates
from authme.certificates.model import NotAccepted
from authme.kernel.clock import FakeClock
from support.authority import pem
from support.authority_defects import DEFECTS
from support.authority_profiles import A1, A3, A4, CNPJ, CPF, OTHER_CPF, Brasil, Profile, Text, company

Trusting = Callable[..., Certificates]


@pytest.mark.parametrize("profile", ["old", "new"])
@pytest.mark.parametrize(("policy", "method"), [(A1, "swk"), (A3, "hwk"), (A4, "hwk")])
async def test_a_person(certificates: Certificates, brasil: Brasil, profile: Profile, policy: str, method: str):
    issued = brasil.person(OTHER_CPF, name="JOAO SOUZA", profile=profile, policy=policy)

    accepted = await certificates.check(issued.chain)

    assert (accepted.holder.cpf.type, accepted.holder.cpf.key) == ("CPF", OTHER_CPF)
    assert (accepted.holder.cnpj, accepted.holder.name) == (None, "JOAO SOUZA")
    assert accepted.method == method
    assert accepted.serial == f"{issued.certificate.serial_number:x}"
    assert accepted.issuer == "CN=issuing,O=ICP-Brasil,C=BR"


@pytest.mark.parametrize("profile", ["old", "new"])
@pytest.mark.parametrize("text", ["OCTET STRING", "PrintableString", "UTF8String"])
async def test_a_company_and_its_responsible_person(certificates: Certificates, brasil: Brasil, profile: Profile, text: Text):
    accepted = await certificates.check(brasil.company(CNPJ, CPF, responsible="ANA LIMA", profile=profile, text=text).chain)

    assert accepted.holder.cnpj is not None
    assert (accepted.holder.cpf.key, accepted.holder.cnpj.key, accepted.holder.name) == (CPF, CNPJ, "ANA LIMA")
    assert accepted.method == "swk"


async def test_a_company_whose_number_has_letters(certificates: Certificates, brasil: Brasil):
    accepted = await certificates.check(brasil.company("12ABC34501DE35", profile="new").chain)

    assert accepted.holder.cnpj is not None
    assert accepted.holder.cnpj.key == "12ABC34501DE35"


@pytest.mark.parametrize("key", ["RSA-2048", "RSA-4096", "P-256", "P-384", "P-521"])
async def test_keys_of_every_kind(certificates: Certificates, brasil: Brasil, key: str):
    assert (await certificates.check(brasil.person(key=key).chain)).holder.cpf.key == CPF


async def test_signatures_with_pss(certificates: Certificates, brasil: Brasil):
    assert (await certificates.check(brasil.person(changes={"pss": True}).chain)).holder.cpf.key == CPF


async def test_those_above_it_in_any_order(certificates: Certificates, brasil: Brasil):
    leaf, issuing, first = brasil.person().chain

    assert (await certificates.check([leaf, first, brasil.seal().chain[0], issuing])).holder.cpf.key == CPF


async def test_those_in_the_folder_need_not_be_sent(trusting: Trusting, brasil: Brasil, tmp_path: Path):
    folder = brasil.write_roots(tmp_path / "roots")
    (folder / "others.crt").write_bytes(pem(brasil.first.certificate, brasil.issuing.certificate))

    assert (await trusting(certificate_roots=folder).check(brasil.person().chain[:1])).holder.cpf.key == CPF


async def test_a_certificate_by_the_root(certificates: Certificates, brasil: Brasil):
    assert (await certificates.check(brasil.root.issue(company(brasil.clock)).chain)).holder.cpf.key == CPF


@pytest.mark.parametrize("name", DEFECTS)
async def test_a_defect_is_refused_in_words(certificates: Certificates, brasil: Brasil, name: str):
    defect = DEFECTS[name]

    with pytest.raises(NotAccepted) as refused:
        await certificates.check(defect.make(brasil))

    assert str(refused.value) == defect.clause


async def test_an_expired_root_leads_nowhere(certificates: Certificates, brasil: Brasil, clock: FakeClock):
    clock.advance(brasil.root.certificate.not_valid_after_utc - brasil.root.certificate.not_valid_before_utc)

    with pytest.raises(NotAccepted, match="the certificate of an authority has expired"):
        await certificates.check(brasil.person().chain)


async def test_without_roots_nobody_is_let_in(trusting: Trusting, brasil: Brasil):
    with pytest.raises(NotAccepted, match="this server accepts no certificates"):
        await trusting(certificate_roots=None).check(brasil.person().chain)


async def test_only_the_policies_of_the_settings(trusting: Trusting, brasil: Brasil):
    only_hardware = trusting(certificate_policies=("2.16.76.1.2.3",))

    assert (await only_hardware.check(brasil.person(policy=A3).chain)).method == "hwk"
    with pytest.raises(NotAccepted, match="none of the accepted policies"):
        await only_hardware.check(brasil.person(policy=A1).chain)


async def test_a_seal_is_refused_whatever_the_settings_accept(trusting: Trusting, brasil: Brasil):
    with pytest.raises(NotAccepted, match="electronic seal"):
        await trusting(certificate_policies=("2.16.76.1.2",)).check(brasil.seal().chain)


async def test_a_seal_with_a_responsible_person_is_a_seal(trusting: Trusting, brasil: Brasil):
    sealed = brasil.company(policy="2.16.76.1.2.201.99")

    with pytest.raises(NotAccepted, match="electronic seal"):
        await trusting(certificate_policies=("2.16.76.1.2",)).check(sealed.chain)


async def test_the_library_agrees_on_what_is_believed(certificates: Certificates, brasil: Brasil, clock: FakeClock):
    """The verifier for the web says no to many of ICP-Brasil's; what it can say yes to, it says yes to as well."""
    verifier = (
        PolicyBuilder()
        .time(datetime.fromtimestamp(clock.now(), UTC))
        .store(Store([brasil.root.certificate]))
        .build_client_verifier()
    )
    for issued in (brasil.person(), brasil.person(key="P-256"), brasil.company(), brasil.company(profile="new")):
        await certificates.check(issued.chain)
        verifier.verify(issued.certificate, list(issued.above))


@pytest.mark.parametrize(
    "name", ["expired", "untrusted root", "signed by another", "path too long", "RSA of 1024 bits", "SHA-1"]
)
def test_the_library_agrees_on_what_is_not(brasil: Brasil, name: str):
    leaf, *above = [x509.load_der_x509_certificate(der) for der in DEFECTS[name].make(brasil)]
    with pytest.raises(VerificationError):
        PolicyBuilder().store(Store([brasil.root.certificate])).build_client_verifier().verify(leaf, above)


async def test_its_state_is_asked_for_last(trusting: Trusting, brasil: Brasil):
    """Nobody can be asked about these: their authorities say nowhere whom. What else is wrong is said first."""
    certificates = trusting(certificate_revocation="hard")

    for chain, clause in ((brasil.person().chain, "revo"), (DEFECTS["CPF in the common name only"].make(brasil), "has no CPF")):
        with pytest.raises(NotAccepted, match=clause):
            await certificates.check(chain)
