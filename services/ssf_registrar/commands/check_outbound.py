"""Checking the URLs that a stream makes this cluster call."""

from collections.abc import Mapping
from dataclasses import dataclass

from ssf_registrar.domain.endpoints import EndpointPolicy, check_reach, parse_endpoint
from ssf_registrar.ports.hosts import Hosts


@dataclass(frozen=True, slots=True)
class CheckOutbound:
    """Refuses URLs that lead where this cluster must not be led."""

    hosts: Hosts
    policy: EndpointPolicy

    async def __call__(self, urls: Mapping[str, str]) -> None:
        """Check URLs by the member that gave each. Raises `InvalidRequestError`."""
        for member, url in urls.items():
            endpoint = parse_endpoint(url, member=member)
            literal = endpoint.literal
            addresses = (literal,) if literal else await self.hosts.addresses(endpoint.host)
            check_reach(endpoint, addresses, self.policy)
