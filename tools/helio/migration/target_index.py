"""What is at the target already, by its keys: read once, before anything is sent."""

from collections.abc import Sequence

from helio.migration.journal import Journal
from helio.migration.keys import Key, all_keys_of, key_attributes
from helio.migration.pages import Place, first_place, next_place, read_page
from helio.migration.provider import Provider
from helio.migration.type_rules import TypeRules

_SCHEMA = """
CREATE TEMP TABLE target_key (
  type TEXT NOT NULL, attribute TEXT NOT NULL, value TEXT NOT NULL, holder TEXT NOT NULL,
  PRIMARY KEY (type, attribute, value, holder)
) WITHOUT ROWID
"""


class TargetIndex:
    """Who holds which key, in a temporary table: it may be about a million resources.

    A holder is an id at the target, or "line N" of the file for what is about to be created.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        journal.connection.execute(_SCHEMA)

    def holders(self, type_name: str, key: Key) -> Sequence[str]:
        """Return who has a key."""
        found = self._journal.connection.execute(
            "SELECT holder FROM target_key WHERE type = ? AND attribute = ? AND value = ?",
            (type_name, key.attribute, key.folded),
        )
        return [holder for (holder,) in found]

    def add(self, type_name: str, keys: Sequence[Key], holder: str) -> None:
        """Note that somebody has, or will have, keys."""
        self._journal.connection.executemany(
            "INSERT OR IGNORE INTO target_key VALUES (?, ?, ?, ?)",
            [(type_name, key.attribute, key.folded, holder) for key in keys],
        )

    async def read(self, provider: Provider, rules: TypeRules) -> None:
        """Take in all that the target has of one type. Raises `ProviderError`."""
        place: Place | None = first_place(provider.capabilities)
        given: set[str] = set()
        while place is not None:
            page = await read_page(
                provider.client,
                rules.endpoint,
                place,
                count=provider.capabilities.page,
                attributes=key_attributes(rules),
            )
            ids = [str(resource.get("id")) for resource in page.resources]
            repeated = sum(each in given for each in ids)
            given.update(ids)
            with self._journal.transaction():
                for resource, target_id in zip(page.resources, ids, strict=True):
                    self.add(rules.name, all_keys_of(rules, resource), target_id)
            place = next_place(place, page, repeated=repeated)
