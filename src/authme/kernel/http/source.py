"""Where a request comes from, when proxies may stand in between."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def source_of(peer: str | None, forwarded_for: str | None, trusted: Sequence[Network]) -> str | None:
    """Return the address that the outermost trusted proxy saw.

    `X-Forwarded-For` is believed from the right, and only as far as trusted proxies wrote it: what stands further left was
    sent by whoever called, and believing it would let a guesser appear from a new network with each try.
    """
    if not trusted or not forwarded_for or not is_within(peer, tuple(trusted)):
        return peer
    for hop in reversed([part.strip() for part in forwarded_for.split(",")]):
        address = parse_address(hop)
        if address is None:
            return peer
        if not is_within(address, tuple(trusted)):
            return address
    return peer


@lru_cache(maxsize=4096)
def is_within(address: str | None, networks: tuple[Network, ...]) -> bool:
    """Whether an address lies in one of these networks; what is no address does not."""
    parsed = parse_address(address)
    return parsed is not None and any(ipaddress.ip_address(parsed) in network for network in networks)


def parse_address(text: str | None) -> str | None:
    """Return the canonical form of an IP address, None if it is not one. IPv4 mapped into IPv6 becomes IPv4."""
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


@lru_cache(maxsize=4096)
def network_of(address: str | None) -> str:
    """Return the network that failures are counted for: the IPv4 address itself, an IPv6 address's /64.

    A single subscriber holds a whole /64 (RFC 6177), so counting single IPv6 addresses counts nothing.
    """
    parsed = parse_address(address)
    if parsed is None:
        return "unknown"
    if ":" in parsed:
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return parsed
