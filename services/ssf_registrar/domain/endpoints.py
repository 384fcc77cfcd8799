"""Which URLs this cluster may be told to call: none that opens a private network."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from ssf_registrar.domain.errors import InvalidRequestError

Address = IPv4Address | IPv6Address

_HOST: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9.])?")
# urlsplit drops tabs and line ends silently, and browsers read a backslash as a slash
_VISIBLE: Final = re.compile(r"[\x21-\x5b\x5d-\x7e]+")
_NAT64: Final = IPv6Network("64:ff9b::/96")
# Azure's host services, metadata included, at an address that is public by its number
_METADATA: Final = frozenset({IPv4Address("168.63.129.16")})


class Reach(IntEnum):
    """How near an address is."""

    PUBLIC = 1
    PRIVATE = 2
    LOOPBACK = 3
    NOWHERE = 4


@dataclass(frozen=True, slots=True)
class EndpointPolicy:
    """What beyond public https is allowed."""

    allow_private: bool
    """Private, link-local and metadata addresses, and loopback."""
    allow_loopback: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL of good form, given as the value of `member`."""

    member: str
    scheme: str
    host: str

    @property
    def literal(self) -> Address | None:
        """The address that stands in the URL itself, when one does."""
        try:
            return ip_address(self.host)
        except ValueError:
            return None


def parse_endpoint(url: str, *, member: str) -> Endpoint:
    """Check the form of a URL: https or http, a host, no userinfo, no fragment."""
    if not _VISIBLE.fullmatch(url):
        raise _refused(member, "must be a URL in visible ASCII characters, others percent-encoded")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused(member, "must be a URL such as https://receiver.example/events") from None
    host = parts.hostname or ""
    if parts.scheme not in {"https", "http"} or not _is_host(host, parts) or port == 0:
        raise _refused(member, "must be a URL such as https://receiver.example/events")
    if "@" in parts.netloc:
        raise _refused(member, "must not have userinfo (user:password@): use authorization_header")
    if "#" in url:
        raise _refused(member, "must not have a fragment (#…)")
    return Endpoint(member, parts.scheme, host)


def check_reach(endpoint: Endpoint, addresses: Sequence[Address], policy: EndpointPolicy) -> None:
    """Refuse an endpoint any of whose `addresses` the policy does not allow, or that has none."""
    if not addresses and not policy.allow_private:
        raise _refused(endpoint.member, f"names a host that does not resolve: {endpoint.host}")
    reaches = {reach_of(address) for address in addresses}
    for reach in sorted(reaches, reverse=True):
        _check_allowed(endpoint.member, reach, policy)
    if endpoint.scheme == "http" and reaches != {Reach.LOOPBACK}:
        raise _refused(endpoint.member, "must be https: http is for loopback addresses alone")


def reach_of(address: Address) -> Reach:
    """Return how near an address is, whatever IPv6 form wraps an IPv4 one."""
    address = _unwrapped(address)
    if address.is_unspecified or address.is_multicast:
        return Reach.NOWHERE
    if address.is_loopback:
        return Reach.LOOPBACK
    if address.is_global and not address.is_reserved and address not in _METADATA:
        return Reach.PUBLIC
    return Reach.PRIVATE


def _check_allowed(member: str, reach: Reach, policy: EndpointPolicy) -> None:
    match reach:
        case Reach.NOWHERE:
            raise _refused(member, "must not be an unspecified or multicast address")
        case Reach.LOOPBACK if not (policy.allow_loopback or policy.allow_private):
            raise _refused(
                member,
                "must not be a loopback address, since this cluster does not listen on loopback",
            )
        case Reach.PRIVATE if not policy.allow_private:
            raise _refused(
                member,
                "must not be a private, link-local or metadata address"
                " (HELIOGRAPH_ALLOW_PRIVATE_ENDPOINTS=true allows them)",
            )
        case _:
            return


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo_client = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo_client or address


def _is_host(host: str, parts: SplitResult) -> bool:
    if "[" in parts.netloc:
        return Endpoint("", parts.scheme, host).literal is not None
    return _HOST.fullmatch(host) is not None


def _refused(member: str, what: str) -> InvalidRequestError:
    return InvalidRequestError(f"{member} {what}")
