"""The same signatures and ciphers as those of xmlsec1, a program that shares no code with ours but libxml2's."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from lxml import etree

from support.saml_cases import IDP, SAID, accepted, refused, service_key
from support.saml_encryption import OAEP_SHA1, XENC, XENC11
from support.saml_idp import DS, NAMES, SAML, alone, put_in_place, read

pytestmark = pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 is not installed")

EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
IDS = ("--id-attr:ID", f"{SAML}:Assertion")
TO_SIGN = f"""<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#_assertion">
<ds:Transforms><ds:Transform Algorithm="{DS}enveloped-signature"/><ds:Transform Algorithm="{EXCLUSIVE}">
<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="xs samlp"/></ds:Transform></ds:Transforms>
<ds:DigestMethod Algorithm="{XENC}sha256"/><ds:DigestValue/></ds:Reference></ds:SignedInfo>
<ds:SignatureValue/></ds:Signature>"""
TO_ENCRYPT = """<xenc:EncryptedData xmlns:xenc="{xenc}" Type="{xenc}Element"><xenc:EncryptionMethod Algorithm="{content}"/>
<ds:KeyInfo xmlns:ds="{ds}"><xenc:EncryptedKey><xenc:EncryptionMethod Algorithm="{transport}"/><ds:KeyInfo/><xenc:CipherData>
<xenc:CipherValue/></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData><xenc:CipherValue/></xenc:CipherData>
</xenc:EncryptedData>"""


def xmlsec(folder: Path, *arguments: str) -> None:
    command = [shutil.which("xmlsec1") or "", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Keys, and a response whose assertion xmlsec1 signed."""
    (tmp_path / "idp.key").write_bytes(IDP.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    for name, key in (("idp.pub", IDP.key.public_key()), ("service.pub", service_key().public_key())):
        (tmp_path / name).write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    response = IDP.respond(SAID, signs=())
    response.find("saml:Assertion", NAMES).insert(1, read(TO_SIGN))
    (tmp_path / "unsigned.xml").write_bytes(etree.tostring(response))
    xmlsec(tmp_path, "--sign", "--privkey-pem", "idp.key", *IDS, "--output", "signed.xml", "unsigned.xml")
    return tmp_path


def encrypted_by_xmlsec(folder: Path, content: str, size: str) -> Any:
    """Return the response, its assertion encrypted."""
    template = TO_ENCRYPT.format(xenc=XENC, ds=DS, content=content, transport=OAEP_SHA1)
    (folder / "template.xml").write_text(template)
    where = ("--node-xpath", "//*[local-name()='Assertion']")
    how = ("--pubkey-pem", "service.pub", "--session-key", size, "--xml-data", "signed.xml", *where)
    xmlsec(folder, "--encrypt", *how, "--output", "encrypted.xml", "template.xml")
    response = read((folder / "encrypted.xml").read_bytes())
    data = response.find(f"{{{XENC}}}EncryptedData")
    put_in_place(data, etree.Element(f"{{{SAML}}}EncryptedAssertion")).append(data)
    return response


def test_what_it_signed_is_believed_and_what_is_changed_then_is_not(folder: Path):
    signed = (folder / "signed.xml").read_bytes()

    assert accepted(read(signed)).name_id == "maria"
    assert refused(read(signed.replace(b">maria<", b">admin<"))) == "what was signed has been changed"


def test_it_verifies_what_the_tests_provider_signs(folder: Path):
    (folder / "ours.xml").write_bytes(etree.tostring(IDP.respond(SAID)))

    xmlsec(folder, "--verify", "--pubkey-pem", "idp.pub", "--enabled-key-data", "rsa", *IDS, "ours.xml")


@pytest.mark.parametrize(("content", "size"), [(f"{XENC11}aes128-gcm", "aes-128"), (f"{XENC11}aes256-gcm", "aes-256")])
def test_what_it_encrypted_is_decrypted(folder: Path, content: str, size: str):
    assert accepted(encrypted_by_xmlsec(folder, content, size)).name_id == "maria"


def test_its_padding_of_cbc_is_understood(folder: Path):
    response = encrypted_by_xmlsec(folder, f"{XENC}aes256-cbc", "aes-256")

    assert accepted(IDP.sign(alone(response))).name_id == "maria"
