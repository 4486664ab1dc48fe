"""Check what somebody signed with the key of a digital certificate."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from cryptography import x509
from msgspec import Meta

from authme.audit import record
from authme.certificates.certificates import Certificates
from authme.certificates.chain import WEAK
from authme.certificates.model import Accepted, NotAccepted
from authme.certificates.reading import read
from authme.challenges import Challenge
from authme.challenges import store as challenges
from authme.credentials.attempts import FACTOR, Attempts, Guess
from authme.crypto.certificate_signatures import SignatureWrong, check_signature
from authme.kernel.context import Context
from authme.kernel.errors import ChallengeOver, ErrorItem, FieldsRefused, ProofNotAccepted, Refusal, field_malformed
from authme.kernel.wire import Id, Wire
from authme.settings import CertificateSettings
from authme.sign_in.certificate_challenge import bytes_of, find_asked
from authme.sign_in.proof import Proof
from authme.users import names

METHOD = "certificate"
_Certificate = Annotated[str, Meta(min_length=1, max_length=21848)]
"""Base64 of up to 16 KiB."""
_Certificates = Annotated[
    tuple[_Certificate, ...],
    Meta(min_length=1, max_length=10, description="an array of 1 to 10 certificates of up to 16 KiB, each DER in base64,"),
]
_Signature = Annotated[str, Meta(min_length=1, max_length=1368, description="base64 of up to 1024 bytes")]
_Algorithm = Annotated[
    Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"],
    Meta(description="one of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512"),
]


class SignedRequest(Wire, frozen=True):
    """The challenge's bytes, signed; `algorithm` by its name in RFC 7518 section 3.1, ECDSA as ASN.1 or as 7518 writes it."""

    challenge_id: Id
    certificates: _Certificates
    signature: _Signature
    algorithm: _Algorithm


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate that is believed, and whose key its holder has; the challenge is not used up yet."""

    accepted: Accepted
    chain: Sequence[bytes]
    guess: Guess
    asked: Challenge | None = None
    """None where TLS saw the possession of the key."""

    @property
    def factor(self) -> str:
        """By what the person was proved, as factors are named by their ids."""
        return names.certificate(self.accepted.holder.cpf).key

    @property
    def recorded(self) -> dict[str, str]:
        """What the audit says of the certificate: which it is, and not whose."""
        accepted = self.accepted
        return {"serial": accepted.serial, "issuer": accepted.issuer, "certificate": thumbprint_of(self.chain)}

    async def take(self, ctx: Context) -> bool:
        """Use the challenge up, as the first write; raise ChallengeOver, which undoes everything, if somebody else did."""
        if self.asked is not None and not await challenges.use(ctx.tx, self.asked.id, now=ctx.clock.now_ms()):
            raise ChallengeOver
        return True

    def proof(self, ctx: Context) -> Proof:
        """Return what it proves of somebody."""
        settings, holder = ctx.part(CertificateSettings), self.accepted.holder
        return Proof(
            name=names.certificate(holder.cpf),
            method=self.accepted.method,
            first_use=settings.certificate_first_use,
            creates_users=settings.certificate_creates_users,
            document=holder.cpf,
            person_name=holder.name,
            business_document=holder.cnpj,
            recorded=self.recorded,
        )


async def check_signed(ctx: Context, body: SignedRequest, *, action: str) -> Shown | Refusal:
    """Check signature and certificates; a refusal is to be returned, so that the try counts.

    It counts with the challenge and for the network that it came from, and is recorded under `action`. Nothing is written
    before, for a certificate's state is asked for elsewhere. Raises FieldsRefused, ChallengeOver before any work on
    certificates, and TooManyTries.
    """
    chain, signature = _read(body)
    # One after the other for each challenge, so that of two that come at once the second finds it used.
    guess = await ctx.part(Attempts).begin(ctx, body.challenge_id, client_id=ctx.caller.client_id or "", kind=FACTOR)
    asked = await find_asked(ctx, body.challenge_id)
    if asked is None:
        raise ChallengeOver
    try:
        check_signature(_certificate_of(chain), body.algorithm, bytes_of(asked), signature)
        accepted = await ctx.part(Certificates).check(chain)
    except (NotAccepted, SignatureWrong) as error:
        if not await challenges.miss(ctx.tx, asked.id, now=ctx.clock.now_ms()):
            return ChallengeOver()
        return refused(ctx, chain, guess, str(error), action=action)
    return Shown(accepted, chain, guess, asked)


def refused(ctx: Context, chain: Sequence[bytes], guess: Guess, check: str, *, action: str) -> ProofNotAccepted:
    """Count, record and return the refusal of a certificate for the check that failed.

    It is counted for the network alone: whoever sends rubbish through a client does not close it to everybody.
    """
    ctx.part(Attempts).failed_from(ctx, guess)
    record(ctx, action, result="REFUSED", method=METHOD, reason=check, certificate=thumbprint_of(chain))
    return ProofNotAccepted(f"The certificate is not accepted: {check}.")


def thumbprint_of(chain: Sequence[bytes]) -> str:
    """Return the SHA-256 of the leaf, in hex: which certificate it was, and no text that somebody wrote into it."""
    return hashlib.sha256(chain[0]).hexdigest()


def _certificate_of(chain: Sequence[bytes]) -> x509.Certificate:
    """Return the leaf; raise NotAccepted if it cannot be read, or has a key that is not computed with: callers send it."""
    leaf = read(chain[0])
    if not leaf.is_strong:
        raise NotAccepted(f"the certificate {WEAK}")
    return leaf.certificate


def _read(body: SignedRequest) -> tuple[list[bytes], bytes]:
    """Return the chain and the signature; raise FieldsRefused for what is not base64."""
    problems: list[ErrorItem] = []
    chain = [_decoded(text) for text in body.certificates]
    problems += [
        field_malformed(f"certificates[{position}]", "base64 of DER is expected")
        for position, one in enumerate(chain)
        if one is None
    ]
    signature = _decoded(body.signature)
    if signature is None:
        problems.append(field_malformed("signature", "base64 is expected"))
    if problems or signature is None:
        raise FieldsRefused(problems)
    return [one for one in chain if one is not None], signature


def _decoded(text: str) -> bytes | None:
    """Return what this is the base64 of (RFC 4648 section 4); None if it is not, or of nothing."""
    try:
        return base64.b64decode(text, validate=True) or None
    except (binascii.Error, ValueError):
        return None
