"""What is kept of deleted resources, so that an administrator can restore them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from resource_store.domain.resources import Ref, Stored, attributes_of

_DAY: Final = 24 * 60 * 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    """A deleted resource as it last was; who its members were, and whose it was, is not kept.

    Times are microseconds since 1970.
    """

    stored: Stored
    deleted: int
    purge_after: int

    @property
    def ref(self) -> Ref:
        """The name that it had."""
        return self.stored.resource.ref

    @property
    def external_id(self) -> str:
        """Its externalId; empty when it had none."""
        return _text(attributes_of(self.stored), "externalId")

    @property
    def user_name(self) -> str:
        """Its userName; empty when it had none."""
        return _text(attributes_of(self.stored), "userName")

    @property
    def display_name(self) -> str:
        """Its name for people; empty when it had none."""
        return _text(attributes_of(self.stored), "displayName")


def kept_for(stored: Stored, *, deleted: int, days: int) -> Kept | None:
    """Return what is kept of a resource for some days; for none, nothing."""
    return Kept(stored, deleted, deleted + days * _DAY) if days else None


def _text(attributes: Mapping[str, object], name: str) -> str:
    value = attributes.get(name)
    return value if isinstance(value, str) else ""
