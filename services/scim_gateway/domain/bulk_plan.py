"""The order in which a bulk request's operations are carried out (RFC 7644 section 3.7.1).

It is the order of the request, save for what the request itself asks for: a POST comes before what
refers to it. Operations that must wait for nothing are brought forward where nobody can tell, so
that they share a batch with others.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from scim_gateway.domain.bulk_operations import Given, Malformed, Method, Operation
from scim_gateway.domain.bulk_references import references
from scim_gateway.domain.bulk_touches import deleted_targets, touched
from scim_gateway.domain.circles import after_needs


@dataclass(frozen=True, slots=True)
class Whole:
    """Carry out the operation of this index."""

    index: int


@dataclass(frozen=True, slots=True)
class Creation:
    """Carry out a POST without what refers to those of its circle, which may not be there yet."""

    index: int
    circle: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Completion:
    """Add to what a POST created what refers to those of its circle."""

    index: int
    circle: tuple[int, ...]


Step: TypeAlias = Whole | Creation | Completion
Stage: TypeAlias = tuple[Step, ...]


def planned(operations: Sequence[Given], *, in_order: bool) -> list[Stage]:
    """Return the stages, one after the other; no step needs another one of its stage.

    In a stage only the order of those that touch one resource counts, which the store keeps.
    With `in_order` nothing is brought forward, so what comes after a failure has not begun.
    """
    needs = _needs(operations)
    staging = _Staging(operations, needs, in_order=in_order)
    for group in after_needs(needs):
        if len(group) > 1 or group[0] in needs[group[0]]:
            staging.add_circle(tuple(group))
        else:
            staging.add(Whole(group[0]))
    return [tuple(stage) for _, stage in sorted(staging.stages.items())]


def _needs(operations: Sequence[Given]) -> list[tuple[int, ...]]:
    """Return for each operation the indexes of the POSTs that it refers to."""
    posts = {
        operation.bulk_id: index
        for index, operation in enumerate(operations)
        if isinstance(operation, Operation) and operation.method is Method.POST
    }
    return [
        tuple(sorted(posts[bulk_id] for bulk_id in _references(operation) if bulk_id in posts))
        for operation in operations
    ]


def _references(operation: Given) -> frozenset[str]:
    return frozenset() if isinstance(operation, Malformed) else references(operation)


@dataclass(slots=True)
class _Staging:
    """Gives each step the first stage that it can be in without making a difference."""

    operations: Sequence[Given]
    needs: Sequence[Sequence[int]]
    in_order: bool
    stages: dict[int, list[Step]] = field(default_factory=lambda: defaultdict(list))
    _done: dict[int, int] = field(default_factory=dict)
    """The stage after which what an operation creates can be referred to."""
    _last: dict[object, int] = field(default_factory=dict)
    """The last stage in which something was touched."""
    _deleted: frozenset[str] = field(init=False)
    _floor: int = 0

    def __post_init__(self) -> None:
        self._deleted = deleted_targets(self.operations)

    def add(self, step: Step, *, after: int = -1) -> None:
        touch = touched(self.operations[step.index], self._deleted)
        stage = max(
            self._floor,
            after + 1,
            self._after_needs(step),
            *(self._last.get(each, 0) for each in touch.follows),
            *(self._last.get(each, -1) + 1 for each in touch.waits_for),
        )
        if self.in_order:
            self._floor = stage
        self._done[step.index] = stage
        for each in touch.marks:
            self._last[each] = max(stage, self._last.get(each, 0))
        self.stages[stage].append(step)

    def add_circle(self, circle: tuple[int, ...]) -> None:
        """Create them all, and only then let them refer to each other."""
        for index in circle:
            self.add(Creation(index, circle))
        created = max(self._done.pop(index) for index in circle)
        for index in circle:
            self.add(Completion(index, circle), after=created)
        completed = max(self._done[index] for index in circle)
        self._done.update(dict.fromkeys(circle, completed))

    def _after_needs(self, step: Step) -> int:
        inside = () if isinstance(step, Whole) else step.circle
        needed = (each for each in self.needs[step.index] if each not in inside)
        return max((self._done[each] + 1 for each in needed), default=0)
