"""How far a bulk request has come: the ids that it has made, and what became of its operations."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from scim.errors import InvalidValueError
from scim_gateway.domain.bulk_operations import (
    Failed,
    Given,
    Malformed,
    Method,
    Operation,
    OperationResult,
    Outcome,
    Refusal,
    Succeeded,
)
from scim_gateway.domain.bulk_plan import Completion, Creation, Step
from scim_gateway.domain.bulk_references import (
    addition,
    parted,
    references,
    resolved_body,
    resolved_target,
    unresolvable,
)
from scim_gateway.domain.representations import Representations
from scim_gateway.domain.resources import ResourceRef, StoredResource
from scim_gateway.domain.writes import Change, Create, Delete, Patch, Replace


@dataclass(slots=True)
class Progress:
    """Knows the ids behind bulkIds, and so what each step asks the store for."""

    operations: Sequence[Given]
    representations: Representations
    _ids: dict[str, str] = field(default_factory=dict)
    _created: dict[int, ResourceRef] = field(default_factory=dict)
    _outcomes: dict[int, Outcome] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        """Count the operations that have failed."""
        return sum(isinstance(outcome, Failed) for outcome in self._outcomes.values())

    def results(self) -> list[OperationResult]:
        """Return what became of each operation that was processed, in the request's order."""
        return [
            OperationResult(index, self.operations[index], outcome)
            for index, outcome in sorted(self._outcomes.items())
        ]

    def is_due(self, step: Step) -> bool:
        """Whether there is something to do: nothing can be added to what was not created."""
        return not isinstance(step, Completion) or step.index in self._created

    def change(self, step: Step) -> Change:
        """Return what the step asks the store for; raises what is wrong with its operation."""
        operation = self.operations[step.index]
        if isinstance(operation, Malformed):
            raise operation.error
        if operation.method is not Method.POST:
            return self._change_of_existing(operation)
        match step:
            case Creation(_, circle):
                return self._creation(operation, self._bulk_ids(circle))
            case Completion(index, circle):
                return self._completion(operation, self._created[index], circle)
        body = resolved_body(operation.body, Method.POST, self._ids)
        return Create(operation.resource_type.name, body)

    def succeed(self, step: Step, resource: StoredResource | None) -> None:
        """Note the resource as it is now; None when it is gone."""
        operation = self.operations[step.index]
        if resource is None:
            self._outcomes[step.index] = Succeeded(self._location(operation) or "", None)
            return
        location = self.representations.location(resource.ref)
        self._outcomes[step.index] = Succeeded(location, resource.version)
        if isinstance(operation, Operation) and operation.method is Method.POST:
            self._created[step.index] = resource.ref
            self._ids[operation.bulk_id or ""] = resource.ref.id

    def fail(self, step: Step, error: Refusal) -> dict[int, Delete]:
        """Note why the operation failed; return what undoes what its circle has created so far."""
        operation = self.operations[step.index]
        circle = step.circle if isinstance(step, Completion) else ()
        undoing = {index: self._undoing(index) for index in circle if index in self._created}
        self._outcomes[step.index] = Failed(error, self._location(operation))
        return undoing

    def _undoing(self, index: int) -> Delete:
        """Take it back: in the end each of a circle refers to all of it, so nothing may stay."""
        del self._ids[self.operations[index].bulk_id or ""]
        self._outcomes[index] = Failed(unresolvable(), location=None)
        return Delete(self._created.pop(index), if_match=None)

    def _change_of_existing(self, operation: Operation) -> Change:
        target = resolved_target(operation, self._ids)
        ref = ResourceRef(operation.resource_type.name, target)
        body = resolved_body(operation.body, operation.method, self._ids)
        match operation.method:
            case Method.PUT:
                return Replace(ref, body, operation.if_match)
            case Method.PATCH:
                return Patch(ref, body, operation.if_match)
        return Delete(ref, operation.if_match)

    def _creation(self, operation: Operation, circle: frozenset[str]) -> Change:
        if not references(operation) - circle <= self._ids.keys():
            raise unresolvable()
        now, _ = parted(operation.data, circle)
        body = resolved_body(orjson.dumps(now), Method.POST, self._ids)
        return Create(operation.resource_type.name, body)

    def _completion(
        self, operation: Operation, created: ResourceRef, circle: tuple[int, ...]
    ) -> Change:
        if not self._created.keys() >= set(circle):
            raise unresolvable()
        _, later = parted(operation.data, self._bulk_ids(circle))
        return Patch(created, resolved_body(addition(later), Method.POST, self._ids), None)

    def _bulk_ids(self, circle: tuple[int, ...]) -> frozenset[str]:
        return frozenset(self.operations[index].bulk_id or "" for index in circle)

    def _location(self, operation: Given) -> str | None:
        """Return the URI of the resource in an operation's path, where that names one."""
        if isinstance(operation, Malformed) or operation.target is None:
            return None
        try:
            target = resolved_target(operation, self._ids)
        except InvalidValueError:
            return None
        return self.representations.location(ResourceRef(operation.resource_type.name, target))
