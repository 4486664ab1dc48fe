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
    # Each connection proves the key anew: whoever finds what a client keeps of a session has not the card that began it.
    context.options |= ssl.OP_NO_TICKET
    context.num_tickets = 0
    context.sni_callback = _refuse_resumed
    # Without a password the library would ask for one on the terminal.
    context.load_cert_chain(certificate, key, password="")
    context.set_alpn_protocols(["http/1.1"])
    context.verify_mode = ssl.CERT_OPTIONAL
    for authority in authorities:
        context.load_verify_locations(cadata=authority)
    return context


def _refuse_resumed(connection: ssl.SSLObject, _host: str | None, _context: ssl.SSLContext) -> int | None:
    """Return the alert that ends the handshake if it goes on with a session of before, which TLS 1.2 can without a ticket.

    The library keeps sessions and has no switch for that. With the alert it forgets this one, so that the next handshake is a
    whole one. Called also for a caller that names no host.
    """
    return ssl.AlertDescription.ALERT_DESCRIPTION_HANDSHAKE_FAILURE if connection.session_reused else None
