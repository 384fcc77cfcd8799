"""Who has the unique keys: as it is, and as a wave's decisions leave it."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from resource_store.adapters.sqlite.selecting import rows_in
from resource_store.domain.decisions import Decision, Deleted, Written
from resource_store.domain.keys import IndexKey, Key, key_in_use
from resource_store.domain.resources import Ref

Holding = tuple[str, str, str, Key]
"""Tenant, resource type, path, key."""

_HOLDERS: Final = """
    SELECT key, id FROM index_keys WHERE tenant = ? AND resource_type = ? AND path = ? AND key IN
"""


@dataclass(frozen=True, slots=True)
class Holders:
    """The ids of those that have a key; foreign changes can make it several."""

    _ids: dict[Holding, set[str]]

    @classmethod
    def read(
        cls, connection: sqlite3.Connection, decisions: Iterable[tuple[str, Decision]]
    ) -> Self:
        """Read who has what the resources of decisions, each with its tenant, are to get."""
        wanted: dict[tuple[str, str, str], list[Key]] = {}
        for tenant, decision in decisions:
            if isinstance(decision, Written):
                ref = decision.stored.resource.ref
                for holding, _ in _unique(tenant, ref, decision.keys_added):
                    wanted.setdefault(holding[:3], []).append(holding[3])
        ids: dict[Holding, set[str]] = {}
        for place, keys in wanted.items():
            for key, resource_id in rows_in(connection, _HOLDERS, *place, among=keys):
                ids.setdefault((*place, key), set()).add(resource_id)
        return cls(ids)

    def exchange(self, tenant: str, decision: Decision) -> None:
        """Let a resource exchange its keys.

        Raises `UniquenessError` where another has one that is added, and then moves none.
        """
        match decision:
            case Written(stored=stored, keys_added=added, keys_removed=removed):
                self._take(tenant, stored.resource.ref, added)
                self._leave(tenant, stored.resource.ref, removed)
            case Deleted(ref=ref, keys_removed=removed):
                self._leave(tenant, ref, removed)

    def _take(self, tenant: str, ref: Ref, added: Iterable[IndexKey]) -> None:
        unique = list(_unique(tenant, ref, added))
        for holding, key in unique:
            if self._ids.get(holding, set()) - {ref.id}:
                raise key_in_use(ref, key)
        for holding, _ in unique:
            self._ids.setdefault(holding, set()).add(ref.id)

    def _leave(self, tenant: str, ref: Ref, removed: Iterable[IndexKey]) -> None:
        for holding, _ in _unique(tenant, ref, removed):
            self._ids.get(holding, set()).discard(ref.id)


def _unique(tenant: str, ref: Ref, keys: Iterable[IndexKey]) -> Iterable[tuple[Holding, IndexKey]]:
    for each in keys:
        if each.unique and each.key is not None:
            yield (tenant, ref.resource_type, each.path, each.key), each
