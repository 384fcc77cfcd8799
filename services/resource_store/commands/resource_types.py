"""Resource types by their names."""

from dataclasses import dataclass

from resource_store.domain.errors import UnknownResourceTypeError
from scim.registry import Registry
from scim.resource_type import ResourceType


@dataclass(frozen=True, slots=True)
class ResourceTypes:
    """The resource types in force."""

    registry: Registry

    def __getitem__(self, name: str) -> ResourceType:
        """Return the resource type of this name, or raise `UnknownResourceTypeError`."""
        found = self.registry.resource_type(name)
        if found is None:
            raise UnknownResourceTypeError(name, known=", ".join(self.registry.endpoints))
        return found

    def named(self, names: tuple[str, ...]) -> tuple[ResourceType, ...]:
        """Return the resource types of these names; of none, all."""
        return tuple(self[name] for name in names) or self.registry.resource_types
