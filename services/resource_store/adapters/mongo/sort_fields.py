"""Fields that resources are sorted by: MongoDB orders by an array's least element, never by `keys`.

Each has an index of its own. Where a resource has no value it holds MaxKey, behind all else.
"""

from collections.abc import Iterable
from typing import Any, Final

from bson import MaxKey

from resource_store.domain.keys import SORTED, IndexKey, Key
from servicekit.mongo import Document

SORT_FIELDS: Final = {path: path.replace(".", "_") for path in SORTED}
"""The names of the fields within `sorted`, by the paths of attributes."""
NO_KEY: Final = MaxKey()


def sort_fields(keys: Iterable[IndexKey]) -> Document:
    """Return the fields of a resource with these index keys."""
    return {SORT_FIELDS[each.path]: kept_key(each.key) for each in keys if each.path in SORT_FIELDS}


def field_of(path: str) -> str:
    """Return the whole name of the field of a path."""
    return f"sorted.{SORT_FIELDS[path]}"


def kept_key(key: Key | None) -> Key | MaxKey:
    """Return a key as it is kept."""
    return NO_KEY if key is None else key


def key_of(kept: Any) -> Key | None:  # noqa: ANN401 BSON
    """Return a key that was kept."""
    return None if isinstance(kept, MaxKey) else kept
