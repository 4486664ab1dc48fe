"""Check what somebody brings from an OpenID provider."""

from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from authme.audit import record
from authme.challenges import Challenge
from authme.challenges import store as challenges
from authme.credentials.attempts import Attempts, Guess
from authme.crypto.sealing import MasterKey
from authme.federation.account import Given, prove_account
from authme.federation.model import Account, Code, NotAccepted
from authme.federation.openid_providers import OpenIdProviders
from authme.kernel.context import Context
from authme.kernel.errors import FieldsRefused, ProofNotAccepted, Refusal, Unavailable, field_malformed, field_missing
from authme.kernel.wire import LongText, Text, Token, Wire
from authme.providers import store as providers
from authme.providers.model import Provider
from authme.sign_in.federated_asked import asked_of, find_asked
from authme.sign_in.federated_begin import get_openid_provider
from authme.sign_in.proof import Proof
from authme.structure.provider_wire import Alias, Url
from authme.tokens.used import use_once
from authme.users import names

METHOD: Final = "federated"
_CODE_FORM: Final = ("code", "redirectUri", "codeVerifier")
_Verifier = Annotated[
    str,
    # RFC 7636 section 4.1. $ alone would let a line feed through at the end.
    Meta(
        pattern=r"^[A-Za-z0-9._~-]{43,128}(?!\n)$",
        max_length=128,
        description="a text of 43 to 128 letters, digits and -._~",
    ),
]


class FederatedRequest(Wire, frozen=True):
    """A code with what it was asked for with, or an ID token; `state` and `iss` are what came with it.

    `provider` is the provider's alias. `nonce` is what the provider was asked to put into the ID token.
    """

    provider: Alias
    nonce: Text
    code: LongText | None = None
    redirect_uri: Url | None = None
    code_verifier: _Verifier | None = None
    id_token: Token | None = None
    state: Text | None = None
    iss: LongText | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """An account that is believed. Neither its ID token nor the state that came with it is used up yet."""

    proof: Proof
    provider: Provider
    account: Account
    guess: Guess
    asked: Challenge | None
    """None where no state came along."""

    async def use_up(self, ctx: Context) -> bool:
        """Use up state and ID token, as the first write; False if somebody else did."""
        if self.asked is not None and not await challenges.use(ctx.tx, self.asked.id, now=ctx.clock.now_ms()):
            return False
        # By the issuer, of which there may be several rows.
        return await use_once(ctx.tx, self.account.issuer, self.account.fingerprint, expires_at=self.account.good_until)


async def check_shown(ctx: Context, body: FederatedRequest, *, action: str) -> Shown | Refusal:
    """Check a code or an ID token; a refusal is to be returned, so that the try counts. Writes nothing else.

    It counts for the network that it came from, and is recorded under `action`. Raises FieldsRefused for fields that do not
    belong together or name no provider, and TooManyTries.
    """
    by = _read(body)
    provider, settings = await get_openid_provider(ctx, body.provider)
    # One after the other for each code, so that of two that come at once the second finds it used.
    tried = f"{provider.id} {by.code if isinstance(by, Code) else by}"
    guess = await ctx.part(Attempts).begin(ctx, tried, client_id=ctx.caller.client_id or "")
    secret = await providers.find_secret(ctx.tx, provider, ctx.part(MasterKey))
    if ctx.tx.writing:
        # Without this, everybody on SQLite would wait for a provider.
        raise RuntimeError("a provider is not asked after the first write")
    try:
        asked = await _find_fitting(ctx, provider, body)
        given = Given(by, body.nonce, body.iss, has_state=asked is not None)
        account = await prove_account(ctx.part(OpenIdProviders), settings, secret, given)
    except NotAccepted as error:
        return refused(ctx, provider, guess if error.is_guess else None, str(error), action=action)
    except Unavailable as down:
        # Nobody is stopped for an outage that is not theirs.
        record(ctx, action, result="REFUSED", method=METHOD, provider=provider.id, reason="provider down")
        return down
    return Shown(_proof_of(provider, account), provider, account, guess, asked)


def refused(ctx: Context, provider: Provider, guess: Guess | None, check: str, *, action: str) -> ProofNotAccepted:
    """Count, record and return the refusal for the check that failed.

    It is counted for the network alone: whoever sends rubbish through a client does not close it to everybody.
    """
    if guess is not None:
        ctx.part(Attempts).failed_from(ctx, guess)
    record(ctx, action, result="REFUSED", method=METHOD, provider=provider.id, reason=check)
    return ProofNotAccepted(f"The account is not accepted: {check}.")


def _read(body: FederatedRequest) -> Code | str:
    """Return the code, or the ID token; raise FieldsRefused for a mixture of both, and for neither."""
    code, redirect_uri, verifier = body.code, body.redirect_uri, body.code_verifier
    if body.id_token is not None:
        given = [name for name, value in zip(_CODE_FORM, (code, redirect_uri, verifier), strict=True) if value is not None]
        if given:
            raise FieldsRefused([field_malformed(name, "nothing is expected beside `idToken`") for name in given])
        return body.id_token
    if code is None and redirect_uri is None and verifier is None:
        raise FieldsRefused(
            [
                field_malformed("code", "a code, with `redirectUri` and `codeVerifier`, or an ID token is expected"),
                field_malformed("idToken", "an ID token, or a code is expected"),
            ]
        )
    if code is None or redirect_uri is None or verifier is None:
        missing = [name for name, value in zip(_CODE_FORM, (code, redirect_uri, verifier), strict=True) if value is None]
        raise FieldsRefused([field_missing(name) for name in missing])
    return Code(code, redirect_uri, verifier)


async def _find_fitting(ctx: Context, provider: Provider, body: FederatedRequest) -> Challenge | None:
    """Return the request that is answered, None where no state came along; raise NotAccepted if it is none that fits."""
    if body.state is None:
        return None
    found = await find_asked(ctx, body.state)
    if found is None:
        raise NotAccepted("the state is none that was given out here, or it is over")
    asked = asked_of(found)
    if asked.provider_id != provider.id:
        raise NotAccepted("the state is another provider's")
    if asked.nonce != body.nonce:
        raise NotAccepted("the nonce is not the one that was given out with the state")
    if body.redirect_uri is not None and asked.redirect_uri != body.redirect_uri:
        raise NotAccepted("redirectUri is not the one that the state was given out for")
    return found


def _proof_of(provider: Provider, account: Account) -> Proof:
    return Proof(
        name=names.federated(account.issuer, account.subject),
        method="fed",
        first_use=provider.first_use,
        creates_users=provider.creates_users,
        document=account.document,
        email=account.email,
        person_name=account.person_name,
        provider=provider,
        groups=account.groups,
    )
