"""Which URLs and addresses may be asked."""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_PORTS: Final = {"http": 80, "https": 443}
_LONGEST: Final = 2048
_NAT64: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
_LAST_32_BITS: Final = 0xFFFFFFFF


class NotFetched(Exception):
    """Why nothing was fetched, in plain words, for operators."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that may be asked, as far as its text tells."""

    scheme: str
    host: str
    port: int
    path: str
    """With the query."""

    @property
    def authority(self) -> str:
        """What the `Host` header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: no redirect leads to another."""
        return (self.scheme, self.host, self.port)


def read_url(url: str, schemes: Collection[str]) -> Target:
    """Return what a URL names; raise NotFetched for one that is none, or of another scheme, or carries credentials."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise NotFetched("The URL is not well-formed.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise NotFetched("The URL is not well-formed.") from error
    if parts.scheme not in _PORTS or parts.scheme not in schemes:
        raise NotFetched(f"The URL's scheme is {parts.scheme or 'missing'}, and {' or '.join(sorted(schemes))} is expected.")
    if not parts.hostname or parts.username is not None or parts.password is not None:
        raise NotFetched("The URL has to name a host, and no credentials.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname.rstrip("."), port if port is not None else _PORTS[parts.scheme], path)


def is_public(text: str, *, allows_loopback: bool) -> bool:
    """Whether an address is anybody's on the internet: not private, loopback, link-local, multicast or reserved.

    An address that carries another one (mapped, NAT64, 6to4, Teredo) counts as what it carries.
    """
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    carried = _carried(address)
    if any(one.is_loopback for one in carried):
        return allows_loopback
    return all(one.is_global and not one.is_multicast and not one.is_reserved for one in carried)


def _carried(address: Address) -> tuple[Address, ...]:
    """Return the addresses that decide: what it carries, and itself unless it is nothing but a wrapper."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    last = ipaddress.IPv4Address(int(address) & _LAST_32_BITS)
    if address.ipv4_mapped is not None or any(address in network for network in _NAT64):
        return (last,)
    tunnelled = (*([address.sixtofour] if address.sixtofour is not None else ()), *(address.teredo or ()))
    # IPv4-compatible (RFC 4291 section 2.5.5.1), which nobody uses any more but whoever looks for a way round.
    is_compatible = int(address) >> 32 == 0 and int(address) > 1
    return (address, *tunnelled, *([last] if is_compatible else ()))
