"""Base URIs: one without a tenant in it, which is the default tenant's, and one of each tenant."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from scim.registry import Registry
from scim_gateway.domain.errors import NotFoundError
from scim_gateway.domain.representations import Representations
from scim_gateway.domain.tenants import DEFAULT_TENANT, could_be_a_tenant

BASE_PATH: Final = "/scim/v2"
# A path may name tenants that there are not, so what is kept for each has a bound.
_KEPT: Final = 1000

RepresentationsBelow: TypeAlias = Callable[[str], Representations]
"""Gives the representations of a base URI."""


@dataclass(frozen=True, slots=True)
class Place:
    """The base URI that was asked, and the tenant whose it is (if there is one of that name)."""

    tenant: str
    base_uri: str


PlaceOf: TypeAlias = Callable[[str | None], Place]
"""Gives the place of a path that names a tenant, or of one that names none."""


def places(origin: str) -> PlaceOf:
    """Return the places below a public origin; they raise `NotFoundError` for what is no name."""

    @lru_cache(maxsize=_KEPT)
    def place(tenant: str | None) -> Place:
        if tenant is None:
            return Place(DEFAULT_TENANT, f"{origin}{BASE_PATH}")
        if not could_be_a_tenant(tenant):
            raise NotFoundError(
                "there is no such endpoint: a tenant's name is of a-z, 0-9 and -, a letter first"
            )
        return Place(tenant, f"{origin}/t/{tenant}{BASE_PATH}")

    return place


def representations_below(registry: Registry) -> RepresentationsBelow:
    """Return the representations of every base URI, made once for those that were asked of late."""

    @lru_cache(maxsize=_KEPT)
    def representations(base_uri: str) -> Representations:
        return Representations(base_uri, registry)

    return representations
