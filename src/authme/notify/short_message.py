"""Short messages over an operator's HTTP gateway."""

import asyncio
import ssl
from typing import Final

import httpx
import msgspec

from authme.notify.texts import Order, write
from authme.outbox.handler import Done, Later, Never, Outcome
from authme.outbox.model import Delivery
from authme.settings import MessageSettings
from authme.settings.template import fill

_ANSWER_BYTES: Final = 65_536
"""What is read of an answer, so that the connection can be used again; nothing of it is looked at."""
# About the gateway and its key, not about the message: these hold for every other one too. Of others it may be the number
# that the gateway does not like, and a stranger's number must not keep everybody's messages.
_OF_THE_CHANNEL: Final = frozenset({401, 407, 503})
_NOT_NOW: Final = frozenset({401, 407, 408, 425, 429})
_CLIENT_ERROR: Final = range(400, 500)


class ShortMessages:
    """Writes messages in one line and posts them to the gateway, in the form that the operator set."""

    def __init__(self, settings: MessageSettings) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(
            verify=ssl.create_default_context(),
            timeout=settings.message_timeout_seconds,
            # Another place is none that the operator named, and variables of the environment are no settings.
            follow_redirects=False,
            trust_env=False,
        )

    async def deliver(self, delivery: Delivery) -> Outcome:
        """Send one message. Its `Idempotency-Key` is the same at each try."""
        order = msgspec.convert(delivery.payload, Order)
        given = self._settings
        body = fill(given.sms_body, to=order.to, text=write(order, product=given.product_name).short, id=delivery.id)
        headers = {**given.sms_headers, "Content-Type": given.sms_content_type, "Idempotency-Key": delivery.id}
        try:
            async with asyncio.timeout(given.message_timeout_seconds):
                return _outcome_of(await self._post(body, headers))
        except (TimeoutError, httpx.TimeoutException):
            return Later("the gateway does not answer in time", is_channel_down=True)
        except httpx.HTTPError:
            return Later("the gateway cannot be reached", is_channel_down=True)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _post(self, body: str, headers: dict[str, str]) -> int:
        url = self._settings.sms_url or ""
        async with self._client.stream("POST", url, content=body.encode(), headers=headers) as answer:
            read = 0
            async for chunk in answer.aiter_raw():
                read += len(chunk)
                if read > _ANSWER_BYTES:
                    break
            return answer.status_code


def _outcome_of(status: int) -> Outcome:
    reason = f"the gateway answered {status}"
    if httpx.codes.is_success(status):
        return Done()
    if status in _CLIENT_ERROR and status not in _NOT_NOW:
        return Never(reason)
    return Later(reason, is_channel_down=status in _OF_THE_CHANNEL or httpx.codes.is_redirect(status))
