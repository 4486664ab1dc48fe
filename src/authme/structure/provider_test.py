"""Say what is wrong with an identity provider."""

from collections.abc import Sequence

from authme.audit import record
from authme.crypto.sealing import MasterKey
from authme.federation.diagnose import diagnose as openid_diagnose
from authme.kernel.context import Context
from authme.kernel.fetch import Fetcher
from authme.providers import store
from authme.providers.finding import Finding
from authme.providers.model import Provider
from authme.saml.diagnose import diagnose as saml_diagnose
from authme.structure.provider_target import IDENTITY_PROVIDER
from authme.structure.provider_wire import FindingAnswer, IdentityProviderTest


async def test(ctx: Context, identity_provider_id: str) -> IdentityProviderTest:
    """Ask an identity provider what a login would ask it, and say in plain words what is wrong; changes nothing."""
    provider = await IDENTITY_PROVIDER.get(ctx, identity_provider_id)
    findings = await _diagnose(ctx, provider)
    works = all(one.ok for one in findings)
    record(ctx, "identity_provider.tested", provider.id, works=works)
    return IdentityProviderTest(
        works=works, findings=tuple(FindingAnswer(check=one.check, ok=one.ok, message=one.message) for one in findings)
    )


async def _diagnose(ctx: Context, provider: Provider) -> Sequence[Finding]:
    secret = await store.find_secret(ctx.tx, provider, ctx.part(MasterKey))
    diagnose = openid_diagnose if provider.kind == "OIDC" else saml_diagnose
    return await diagnose(ctx.part(Fetcher), provider, secret, ctx.clock.now())
