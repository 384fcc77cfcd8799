"""`helio export`: every resource of a service provider, one a line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from helio.migration.pages import (
    WALKS,
    CursorPlace,
    CursorRefusedError,
    IndexPlace,
    Page,
    Place,
    ends_steady,
    first_place,
    next_place,
    read_page,
)
from helio.migration.partial_file import PartialFile, State
from helio.migration.provider import Provider
from helio.migration.type_rules import TypeRules
from servicekit.failures import StartError

Told = Callable[[str, int, int | None], None]
"""Is told of a resource type how many of its resources are written, and of how many."""


@dataclass(frozen=True, slots=True)
class TypeExported:
    """What was written of one resource type."""

    endpoint: str
    written: int
    walks: int
    """1, or how often it had to be read, as something shifted between index pages."""
    is_complete: bool
    """False when no walk by index was undisturbed: something may be missing."""
    gone: int = 0
    """How many are in the file that the last walk did not give: deleted meanwhile."""


Exported = Sequence[TypeExported]


async def export(provider: Provider, target: Path, told: Told) -> Exported:
    """Write all resources to a new file, or go on with what a former call has left of it.

    Raises `StartError`, `ProviderError`; then what there is so far is kept, to go on from.
    """
    partial = PartialFile(target)
    with partial.opened() as left:
        exporter = _Exporter(provider, partial, told)
        done = await exporter.all_types(_fitting(left, provider, partial))
        partial.finish()
    return done


def _fitting(left: State | None, provider: Provider, partial: PartialFile) -> State | None:
    if left is not None and left["source"] != provider.client.base_uri:
        raise StartError(
            f"what is begun of {partial.target} is from {left['source']}: choose another name, or"
            f" delete {partial.target.name}.partial and {partial.target.name}.partial.json"
        )
    return left


@dataclass(slots=True)
class _Walk:
    """A resource type that is being written."""

    rules: TypeRules
    place: Place
    begin: int
    """Where its resources begin in the file, in bytes."""
    written: set[str] = field(default_factory=set)
    given: set[str] = field(default_factory=set)
    """The ids that the walk that goes on has given."""
    begun: int = 1
    """How often a walk by cursor was begun by this process."""


@dataclass(slots=True)
class _Exporter:
    provider: Provider
    partial: PartialFile
    told: Told
    done: list[TypeExported] = field(default_factory=list)

    async def all_types(self, left: State | None) -> Exported:
        if left is not None:
            self.done = [TypeExported(**each) for each in left["done"]]
        finished = {each.endpoint for each in self.done}
        for rules in self.provider.types:
            if rules.endpoint not in finished:
                await self._type(self._walk(rules, left))
        return self.done

    def _walk(self, rules: TypeRules, left: State | None) -> _Walk:
        begin = first_place(self.provider.capabilities)
        if left is None or left["endpoint"] != rules.endpoint:
            return _Walk(rules, begin, self.partial.size)
        written = set(self.partial.ids(behind=left["begin"]))
        place = _place(left["place"])
        if isinstance(place, IndexPlace) and place.walk > 1:
            # Which of them this repetition has given is not known.
            return _Walk(rules, IndexPlace(walk=place.walk), left["begin"], written)
        return _Walk(rules, place, left["begin"], written, set(written))

    async def _type(self, walk: _Walk) -> None:
        place: Place | None = walk.place
        while place is not None:
            walk.place = place
            place = await self._page(walk)

    async def _page(self, walk: _Walk) -> Place | None:
        endpoint, count = walk.rules.endpoint, self.provider.capabilities.page
        try:
            page = await read_page(self.provider.client, endpoint, walk.place, count=count)
        except CursorRefusedError:
            # It is too old, or was forgotten: what is written stays, and is passed by.
            walk.begun += 1
            if walk.begun > WALKS:
                raise
            walk.given.clear()
            return CursorPlace()
        repeated = self._write(walk, page)
        following = next_place(walk.place, page, repeated=repeated)
        if following is None:
            self.done.append(_exported(walk, page, repeated))
        elif isinstance(following, IndexPlace) and following.given == 0:
            walk.given.clear()
        self.partial.keep(self._state(walk, following))
        self.told(endpoint, len(walk.written), page.total)
        return following

    def _write(self, walk: _Walk, page: Page) -> int:
        """Write what is not written yet; return how many of the page this walk gave before."""
        fresh: list[Mapping[str, Any]] = []
        repeated = 0
        for resource in page.resources:
            resource_id = str(resource.get("id"))
            repeated += resource_id in walk.given
            walk.given.add(resource_id)
            if resource_id not in walk.written:
                walk.written.add(resource_id)
                fresh.append(resource)
        self.partial.append(fresh)
        return repeated

    def _state(self, walk: _Walk, following: Place | None) -> State:
        return {
            "source": self.provider.client.base_uri,
            "done": [asdict(each) for each in self.done],
            "endpoint": walk.rules.endpoint if following else "",
            "begin": walk.begin,
            "place": asdict(following) if following else {},
        }


def _place(members: Mapping[str, Any]) -> Place:
    return CursorPlace(**members) if "cursor" in members else IndexPlace(**members)


def _exported(walk: _Walk, page: Page, repeated: int) -> TypeExported:
    return TypeExported(
        endpoint=walk.rules.endpoint,
        written=len(walk.written),
        walks=walk.place.walk if isinstance(walk.place, IndexPlace) else 1,
        is_complete=ends_steady(walk.place, page, repeated=repeated),
        gone=len(walk.written - walk.given),
    )
