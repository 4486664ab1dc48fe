"""A SAML identity provider, which is pysaml2 of the system's Python: FOLDER PORT.

In the folder are `key.pem` and `certificate.pem`, `service.xml` (the service provider's metadata, once there is one), and
`behaviour.json`, which may say: `user` (who logs in), `attributes`, `signs` (of `response` and `assertion`), `encrypts`.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.metadata import entity_descriptor
from saml2.saml import NAME_FORMAT_BASIC, NAMEID_FORMAT_PERSISTENT
from saml2.server import Server
from saml2.sigver import get_pem_wrapped_unwrapped, pre_encryption_part, verify_redirect_signature
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

FOLDER, PORT = Path(sys.argv[1]), int(sys.argv[2])
BASE = f"http://127.0.0.1:{PORT}"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
AES_GCM = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
PEOPLE: dict = {}


class Provider(Server):
    """The library's provider. Of itself it encrypts by triple DES, which is refused here: this one does by AES-GCM."""

    def _encrypt_assertion(self, encrypt_cert, sp_entity_id, response, node_xpath=None):  # noqa: ARG002  # the library's signature
        (found, *_) = self.metadata.certs(sp_entity_id, "any", "encryption")
        wrapped, unwrapped = get_pem_wrapped_unwrapped(found)
        recipient = FOLDER / "recipient.pem"
        recipient.write_text(wrapped)
        how = pre_encryption_part(msg_enc=AES_GCM, encrypt_cert=unwrapped)
        return self.sec.encrypt_assertion(response, str(recipient), how, "aes-256", node_xpath)


def configuration(*, wants_signature_in_xml=True):
    service = FOLDER / "service.xml"
    return IdPConfig().load(
        {
            "entityid": f"{BASE}/metadata",
            "key_file": str(FOLDER / "key.pem"),
            "cert_file": str(FOLDER / "certificate.pem"),
            "xmlsec_binary": "/usr/bin/xmlsec1",
            "metadata": {"local": [str(service)]} if service.exists() else {},
            "service": {
                "idp": {
                    "endpoints": {
                        "single_sign_on_service": [
                            (f"{BASE}/sso", BINDING_HTTP_REDIRECT),
                            (f"{BASE}/sso", BINDING_HTTP_POST),
                        ]
                    },
                    "want_authn_requests_signed": wants_signature_in_xml,
                    "signing_algorithm": SIG_RSA_SHA256,
                    "digest_algorithm": DIGEST_SHA256,
                    "name_id_format": [NAMEID_FORMAT_PERSISTENT],
                    "subject_data": ("dict", None),
                    "policy": {
                        "default": {
                            "lifetime": {"minutes": 5},
                            "name_form": NAME_FORMAT_BASIC,
                            "nameid_format": NAMEID_FORMAT_PERSISTENT,
                            "fail_on_missing_requested": False,
                        }
                    },
                }
            },
        }
    )


def provider(binding):
    """Return the provider as it is configured now; whom it knows by which NameID it keeps.

    By HTTP-Redirect the signature stands in the URL, and the library would look for it in the XML too.
    """
    made = Provider(config=configuration(wants_signature_in_xml=binding == BINDING_HTTP_POST))
    made.ident.db = PEOPLE
    return made


def read_request(idp, fields, binding):
    """Return a request whose signature holds; anything else is raised."""
    request = idp.parse_authn_request(fields["SAMLRequest"], binding)
    sender = request.message.issuer.text
    if binding == BINDING_HTTP_POST and request.message.signature is None:
        raise ValueError("the request is not signed")
    if binding == BINDING_HTTP_REDIRECT:
        certificates = idp.metadata.certs(sender, "any", "signing")
        if not any(verify_redirect_signature(fields, idp.sec.sec_backend, one) for one in certificates):
            raise ValueError("the request's signature is wrong")
    return request.message


def answer(idp, service, acs_url, request_id=None, policy=None, relay_state=""):
    """Return the form that a browser posts to the service provider."""
    how = json.loads((FOLDER / "behaviour.json").read_text())
    signs = how.get("signs", ["assertion"])
    response = idp.create_authn_response(
        how.get("attributes", {}),
        request_id,
        acs_url,
        service,
        name_id_policy=policy,
        userid=how.get("user", "maria"),
        authn={"class_ref": PASSWORD, "authn_auth": BASE},
        sign_response="response" in signs,
        sign_assertion="assertion" in signs,
        encrypt_assertion=how.get("encrypts", False),
        sign_alg=SIG_RSA_SHA256,
        digest_alg=DIGEST_SHA256,
    )
    form = idp.apply_binding(BINDING_HTTP_POST, str(response), acs_url, relay_state, response=True)
    return form["data"]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        asked = urlsplit(self.path)
        self.handle_fields(asked.path, dict(parse_qsl(asked.query)), BINDING_HTTP_REDIRECT)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.handle_fields(self.path, dict(parse_qsl(body)), BINDING_HTTP_POST)

    def handle_fields(self, path, fields, binding):
        try:
            if path == "/metadata":
                self.send("application/samlmetadata+xml", str(entity_descriptor(configuration())))
            elif path == "/unsolicited":
                self.send("text/html", answer(provider(binding), fields["service"], fields["acs"]))
            else:
                idp = provider(binding)
                asked = read_request(idp, fields, binding)
                acs_url, policy = asked.assertion_consumer_service_url, asked.name_id_policy
                state = fields.get("RelayState", "")
                self.send("text/html", answer(idp, asked.issuer.text, acs_url, asked.id, policy, state))
        except Exception as wrong:  # noqa: BLE001  # the test sees what it was
            self.send("text/plain", f"{type(wrong).__name__}: {wrong}", 400)

    def send(self, media_type, text, status=200):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = HTTPServer(("127.0.0.1", PORT), Handler)
(FOLDER / "ready").touch()
server.serve_forever()
