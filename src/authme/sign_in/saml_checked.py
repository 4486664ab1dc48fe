"""Check what a SAML identity provider says of somebody."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Final

from cryptography import x509
from msgspec import Meta

from authme.audit import record
from authme.challenges import Challenge
from authme.challenges import store as challenges
from authme.credentials.attempts import Attempts, Guess
from authme.crypto.sealing import MasterKey
from authme.kernel.context import Context
from authme.kernel.errors import ProofNotAccepted, Refusal
from authme.kernel.wire import Wire
from authme.providers import store as providers
from authme.providers.model import Provider, SamlSettings
from authme.saml.keys import read_certificate, read_service_key
from authme.saml.model import Assertion, AssertionRefused, Expected
from authme.saml.request_answered import Claimed, read_claimed
from authme.saml.response import check_response
from authme.saml.xml import XmlRefused
from authme.sign_in.proof import Proof
from authme.sign_in.saml_asked import asked_of, find_asked
from authme.sign_in.saml_proof import proof_of
from authme.structure.provider_wire import Alias
from authme.tokens.used import use_once

METHOD: Final = "saml"
_MS: Final = 1000
_Response = Annotated[str, Meta(min_length=1, max_length=65536, description="base64 of up to 48 KiB")]
# Longer than a request's: what a provider sends without one may carry anything, and is not looked at.
_RelayState = Annotated[str, Meta(max_length=1024, description="a text of up to 1024 characters")]


class ResponseRequest(Wire, frozen=True):
    """The fields of the form that the identity provider had the person's browser post: `SAMLResponse` and `RelayState`.

    `provider` is for a response that answers no request, where several providers have its issuer's entity id.
    """

    saml_response: _Response
    relay_state: _RelayState | None = None
    provider: Alias | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """An assertion that is believed. Neither it nor the request that it answers is used up yet."""

    proof: Proof
    provider: Provider
    assertion: Assertion
    asked: Challenge | None
    """None for a response that answers no request."""
    guess: Guess

    async def use_up(self, ctx: Context) -> str | None:
        """Use up the request and the assertion; return a clause if somebody else did."""
        if self.asked is not None and not await challenges.use(ctx.tx, self.asked.id, now=ctx.clock.now_ms()):
            return "the request was answered before"
        until = self.assertion.not_on_or_after * _MS
        if not await use_once(ctx.tx, self.provider.id, self.assertion.id, expires_at=until):
            return "the assertion was used before"
        return None

    async def take(self, ctx: Context) -> bool:
        """Use both up; False if somebody else did."""
        return await self.use_up(ctx) is None


@dataclass(frozen=True, slots=True)
class _Source:
    """Which provider a response is checked by, and which request it answers."""

    provider: Provider
    settings: SamlSettings
    request_id: str | None
    """None for a response that answers no request."""
    challenge: Challenge | None


async def check_shown(ctx: Context, body: ResponseRequest, *, action: str) -> Shown | Refusal:
    """Check a response; a refusal is to be returned, so that the try counts. Writes nothing else.

    It counts for the network that it came from, and is recorded under `action`. Raises TooManyTries.
    """
    # One after the other for each response, so that of two that come at once the second finds it used.
    guess = await ctx.part(Attempts).begin(ctx, body.saml_response, client_id=ctx.caller.client_id or "")
    provider: Provider | None = None
    try:
        source = await _find_source(ctx, await asyncio.to_thread(read_claimed, body.saml_response), body.provider)
        provider = source.provider
        key_pem = await providers.find_secret(ctx.tx, provider, ctx.part(MasterKey))
        assertion = await asyncio.to_thread(_check, body.saml_response, source, key_pem, ctx.clock.now())
        _check_asked(source, assertion, body.relay_state)
        proof = proof_of(provider, source.settings, assertion)
    except (AssertionRefused, XmlRefused) as error:
        return refused(ctx, provider, guess, str(error), action=action)
    return Shown(proof, provider, assertion, source.challenge, guess)


def refused(ctx: Context, provider: Provider | None, guess: Guess, check: str, *, action: str) -> ProofNotAccepted:
    """Count, record and return the refusal of a response for the check that failed.

    It is counted for the network alone: whoever sends rubbish through a client does not close it to everybody.
    """
    ctx.part(Attempts).failed_from(ctx, guess)
    provider_id = provider.id if provider is not None else None
    record(ctx, action, result="REFUSED", method=METHOD, provider=provider_id, reason=check)
    return ProofNotAccepted(f"The SAML response is not accepted: {check}.")


async def _find_source(ctx: Context, claimed: Claimed, alias: str | None) -> _Source:
    """Return the provider that was asked; for a response that answers no request, the one that its issuer names.

    Several may have one entity id: whoever manages a provider of one organisation must not close another's, so the caller may
    say which is meant.
    """
    if claimed.in_response_to is not None:
        challenge = await find_asked(ctx, claimed.in_response_to)
        if challenge is None:
            raise AssertionRefused("it answers no request of this application that is open")
        provider = await providers.find(ctx.tx, asked_of(challenge).provider_id)
        if provider is not None and alias not in {None, provider.alias}:
            raise AssertionRefused("it answers a request to another identity provider")
        return _source(provider, claimed, challenge)
    if alias is not None:
        return _source(await providers.find_by_alias(ctx.tx, alias), claimed, None)
    found = await providers.list_by_entity_id(ctx.tx, claimed.issuer or "")
    if len(found) > 1:
        raise AssertionRefused("it answers no request, and several identity providers have its issuer's entity id")
    return _source(found[0] if found else None, claimed, None)


def _source(provider: Provider | None, claimed: Claimed, challenge: Challenge | None) -> _Source:
    if provider is None or not provider.is_enabled or not isinstance(provider.settings, SamlSettings):
        raise AssertionRefused("its issuer is no identity provider that is enabled here")
    return _Source(provider, provider.settings, claimed.in_response_to, challenge)


def _check(response: str, source: _Source, key_pem: str | None, now: int) -> Assertion:
    """Check the response. Slow, by milliseconds; touches nothing of the unit of work, so that it may run in a thread."""
    settings = source.settings
    expected = Expected(
        entity_id=settings.entity_id,
        certificates=_certificates(settings),
        service_entity_id=settings.service_entity_id,
        acs_urls=settings.acs_urls,
        decryption_key=read_service_key(key_pem) if key_pem is not None else None,
        allows_unsolicited=settings.allows_unsolicited,
        now=now,
    )
    return check_response(response, expected)


def _certificates(settings: SamlSettings) -> tuple[x509.Certificate, ...]:
    return tuple(read_certificate(one) for one in settings.certificates)


def _check_asked(source: _Source, assertion: Assertion, relay_state: str | None) -> None:
    # What is believed has to say what chose the provider: it was read before anything was.
    if assertion.in_response_to != source.request_id:
        raise AssertionRefused("the assertion answers another request than its response")
    if source.challenge is None:
        return
    asked = asked_of(source.challenge)
    if assertion.acs_url != asked.acs_url:
        raise AssertionRefused("it was sent to another URL than the request asked for")
    # What the application keeps in the browser says whose answer it is, only if nobody can put another's answer to it.
    if relay_state is not None and relay_state != asked.relay_state:
        raise AssertionRefused("the relay state is not the request's")
