"""How literally a request is taken (RFC 7643 and 7644, and what well-known clients really send)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from scim.quirks import Client, Quirk


@dataclass(frozen=True, slots=True)
class Profile:
    """A name that an operator chooses, and what is understood under it beside the RFCs."""

    name: str
    quirks: frozenset[Quirk]

    def has(self, quirk: Quirk) -> bool:
        """Whether clients of this profile may do so."""
        return quirk in self.quirks


def _of(client: Client) -> frozenset[Quirk]:
    return frozenset(quirk for quirk in Quirk if client in quirk.clients)


STRICT: Final = Profile("strict", frozenset())
TOLERANT: Final = Profile("tolerant", frozenset(quirk for quirk in Quirk if quirk.is_usual))
ENTRA: Final = Profile("entra", _of(Client.ENTRA))
OKTA: Final = Profile("okta", _of(Client.OKTA))

PROFILES: Final[Mapping[str, Profile]] = MappingProxyType(
    {profile.name: profile for profile in (TOLERANT, ENTRA, OKTA, STRICT)}
)
"""All there are, by their names."""
