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
from scim_gateway.domain.bulk_references import addition, parted, resolved_body, resolved_target
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
            OperationResult(self.operations[index], outcome)
            for index, outcome in sorted(self._outcomes.items())
        ]

    def is_due(self, step: Step) -> bool:
        """Whether there is something to do: nothing can be added to what was not created."""
        return not isinstance(step, Completion) or step.index in self._created

    def change(self, step: Step) -> Change:
        """Return what the step asks the store for; raises what is wrong with its operation."""
        operation = self.operations[step.index]
        match operation:
            case Malformed():
                raise operation.error
            case Operation(Method.POST, _, resource_type):
                if isinstance(step, Completion):
                    return Patch(self._created[step.index], self._post_body(operation, step), None)
                return Create(resource_type.name, self._post_body(operation, step))
        ref = ResourceRef(operation.resource_type.name, resolved_target(operation, self._ids))
        return self._change_of(operation, ref)

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

    def fail(self, step: Step, error: Refusal) -> Delete | None:
        """Note why the operation failed; return what undoes the half of it that was done."""
        operation = self.operations[step.index]
        self._outcomes[step.index] = Failed(error, self._location(operation))
        created = self._created.pop(step.index, None)
        if created is None:
            return None
        del self._ids[operation.bulk_id or ""]
        return Delete(created, None)

    def _post_body(self, operation: Operation, step: Step) -> bytes:
        match step:
            case Creation(_, postponed):
                body = orjson.dumps(parted(operation.data, postponed)[0])
            case Completion(_, postponed):
                body = addition(parted(operation.data, postponed)[1])
            case _:
                body = operation.body
        return resolved_body(body, Method.POST, self._ids)

    def _change_of(self, operation: Operation, ref: ResourceRef) -> Change:
        body = resolved_body(operation.body, operation.method, self._ids)
        match operation.method:
            case Method.PUT:
                return Replace(ref, body, operation.if_match)
            case Method.PATCH:
                return Patch(ref, body, operation.if_match)
        return Delete(ref, operation.if_match)

    def _location(self, operation: Given) -> str | None:
        """Return the URI of the resource in an operation's path, where that names one."""
        if isinstance(operation, Malformed) or operation.target is None:
            return None
        try:
            target = resolved_target(operation, self._ids)
        except InvalidValueError:
            return None
        return self.representations.location(ResourceRef(operation.resource_type.name, target))
