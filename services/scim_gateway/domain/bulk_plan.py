"""The order in which a bulk request's operations are carried out (RFC 7644 section 3.7.1).

It is the order of the request, save for what the request itself asks for: a POST comes before what
refers to it. Operations that must wait for nothing are brought forward where nobody can tell, so
that they share a batch with others.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from scim.attributes import Uniqueness
from scim.normalization import comparison_key
from scim.resource_type import ResourceType
from scim_gateway.domain.bulk_operations import Given, Malformed, Method, Operation
from scim_gateway.domain.bulk_references import PREFIX, references
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

    The steps of a stage are in an order that counts too, where two of them want the same value.
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
    _floor: int = 0

    def add(self, step: Step, *, after: int = -1) -> None:
        operation = self.operations[step.index]
        kinship = _kinship(operation)
        after_kin = max((self._last.get(each, 0) for each in kinship), default=0)
        stage = max(self._floor, after + 1, self._after_needs(step), after_kin)
        if self.in_order:
            self._floor = stage
        elif _may_free_a_value(operation):
            stage = self._floor = max((stage, *self.stages))
        self._done[step.index] = stage
        self._last.update(dict.fromkeys(kinship, stage))
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


def _kinship(operation: Given) -> list[object]:
    """Return what two operations have in common whose order is to be kept."""
    match operation:
        case Operation(Method.POST, bulk_id, resource_type, _, data):
            return [f"{PREFIX}{bulk_id}", *_unique_values(resource_type, data)]
        case Operation(_, _, _, target):
            return [target]
    return []


def _unique_values(
    resource_type: ResourceType, data: Mapping[str, object]
) -> list[tuple[str, str, object]]:
    return [
        (resource_type.name, attribute.name, comparison_key(attribute, value))
        for name, value in data.items()
        if (attribute := resource_type.members.get(name.lower())) is not None
        and attribute.uniqueness is not Uniqueness.NONE
    ]


def _may_free_a_value(operation: Given) -> bool:
    """Whether what others do may depend on it: a name that is in use before and free after."""
    match operation:
        case Operation(Method.DELETE):
            return True
        case Operation(Method.PUT | Method.PATCH, _, resource_type):
            own = resource_type.schema.attributes
            return any(attribute.uniqueness is not Uniqueness.NONE for attribute in own)
    return False
