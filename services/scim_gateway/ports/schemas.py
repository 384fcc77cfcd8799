"""Where the schemas and resource types in force are known."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Discovered:
    """Resource types and schemas as resources (RFC 7643 sections 6 and 7), without location."""

    resource_types: tuple[dict[str, Any], ...]
    schemas: tuple[dict[str, Any], ...]


class Schemas(Protocol):
    """The schemas of every tenant; raises as `ResourceStore` does."""

    async def read(self, tenant: str) -> Discovered:
        """Return all that this tenant's resources are made of."""
