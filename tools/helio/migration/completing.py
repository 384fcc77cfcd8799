"""What comes after all creations: references that had to wait, and updates of what was there."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from helio.migration.client import PAUSES, ProviderError
from helio.migration.journal import Row, State
from helio.migration.mapping import REFERENCES_AT_ONCE, Mapped
from helio.migration.planning import Plan
from helio.migration.sending import Entry, Operation, Outcome, Sender, batches
from helio.migration.type_rules import TypeRules
from scim.messages import PATCH_OP


@dataclass(slots=True)
class Completing:
    """Sends what may be sent twice without harm, so that nothing needs to be looked up."""

    plan: Plan
    sender: Sender
    told: Callable[[int], None]
    """Is told how many more are done."""
    _open: dict[tuple[str, str], int] = field(default_factory=dict)
    """How many requests of a resource are to be answered yet."""
    _failed: set[tuple[str, str]] = field(default_factory=set)

    async def complete(self) -> None:
        """Update, and add references. Raises `ProviderError` when it is not taken in time."""
        for batch in batches(self._entries(), self.sender):
            await self._send(batch)

    def _entries(self) -> Iterator[Entry]:
        if self.plan.journal.is_complete():
            self.told(sum(self.plan.counts.values()))
            return
        for rules, line in self.plan.resources():
            row = self.plan.journal.row(rules.name, line.source_id)
            if row is not None and (row.state is State.TO_UPDATE or row.due):
                mapper = self.plan.mappers[rules.name]
                mapped = mapper.mapped(line.resource, self.plan.resolve, at_once=None)
                yield from self._entries_of(rules, replace(row, key=None, before=()), mapped)
            self.told(1)

    def _entries_of(self, rules: TypeRules, row: Row, mapped: Mapped) -> Iterator[Entry]:
        operations = self._operations(f"{rules.endpoint}/{row.target_id}", row, mapped)
        if not operations:
            # All that it referred to was refused.
            self.plan.journal.write([replace(row, due=())])
        self._open[row.type, row.source_id] = len(operations)
        for operation in operations:
            yield operation, row

    def _operations(self, path: str, row: Row, mapped: Mapped) -> Sequence[Operation]:
        if row.state is State.TO_UPDATE or not self.plan.provider.capabilities.patch:
            return [Operation("PUT", path, mapped.body)]
        due = {name: mapped.references[name] for name in row.due if name in mapped.references}
        return [
            Operation("PATCH", path, {"schemas": [PATCH_OP], "Operations": operations})
            for operations in additions(due)
        ]

    async def _send(self, batch: Sequence[Entry]) -> None:
        for pause in PAUSES:
            outcomes = await self.sender.send([operation for operation, _ in batch])
            answered = list(zip(batch, outcomes, strict=True))
            rows = [self._answered(row, outcome) for (_, row), outcome in answered]
            self.plan.journal.write([row for row in rows if row is not None])
            batch = [entry for entry, outcome in answered if outcome.answer.is_passing]
            if not batch:
                return
            await asyncio.sleep(pause)
        raise ProviderError(
            f"{self.plan.provider.client.base_uri} does not take what it is sent:"
            f" {outcomes[0].answer.detail}; run it again to go on from here"
        )

    def _answered(self, row: Row, outcome: Outcome) -> Row | None:
        """Return what an answer makes of a row; None when it is as it was."""
        if outcome.answer.is_passing:
            return None
        which = (row.type, row.source_id)
        self._open[which] -= 1
        if not outcome.answer.ok:
            self._failed.add(which)
            reason = f"{outcome.answer.status} {outcome.answer.detail}".strip()
            is_update = row.state is State.TO_UPDATE
            return replace(row, reason=reason, state=State.REFUSED if is_update else row.state)
        if self._open[which] or which in self._failed:
            return None
        is_update = row.state is State.TO_UPDATE
        state = State.UPDATED if is_update else row.state
        return replace(row, state=state, due=(), reason="")


def additions(values: Mapping[str, Any]) -> Sequence[Sequence[Mapping[str, Any]]]:
    """Return the operations of as many PATCH requests as it takes to add values by their paths."""
    first: list[Mapping[str, Any]] = []
    more: list[Sequence[Mapping[str, Any]]] = []
    for path, value in values.items():
        chunks = list(_chunks(value)) if isinstance(value, list) else [value]
        operations = [{"op": "add", "path": path, "value": chunk} for chunk in chunks]
        first.append(operations[0])
        more.extend([each] for each in operations[1:])
    return [first, *more] if first else []


def _chunks(elements: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(elements), REFERENCES_AT_ONCE):
        yield elements[begin : begin + REFERENCES_AT_ONCE]
