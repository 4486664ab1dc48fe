"""TLS that asks the caller for a certificate."""

import ssl
from collections.abc import Sequence
from pathlib import Path


def asking_context(certificate: Path, key: Path, authorities: Sequence[bytes]) -> ssl.SSLContext:
    """Return a context that asks for a certificate and takes none as well; raise OSError (ssl.SSLError) for unusable files.

    A certificate that is shown has to lead to a self-signed one of `authorities` (DER), or the handshake ends: the library does
    not ask without that. The others of them help to find the way. All that is concluded from it is that the caller has the key.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # The certificate is read once, when a connection begins: a later one would speak for whoever showed the first.
    context.options |= ssl.OP_NO_RENEGOTIATION
    # Each connection proves the key anew, and no ticket is good for a certificate that was revoked since.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    # Without a password the library would ask for one on the terminal.
    context.load_cert_chain(certificate, key, password="")
    context.set_alpn_protocols(["http/1.1"])
    context.verify_mode = ssl.CERT_OPTIONAL
    for authority in authorities:
        context.load_verify_locations(cadata=authority)
    return context
