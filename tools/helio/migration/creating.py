"""Creating resources at the target, once each, whatever happens meanwhile."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from helio.migration.client import PAUSES, ProviderError
from helio.migration.journal import Row, State
from helio.migration.keys import keys_of
from helio.migration.looking_up import ids_with
from helio.migration.mapping import REFERENCES_AT_ONCE, Mapped
from helio.migration.planning import Plan
from helio.migration.sending import Entry, Operation, Outcome, Sender, batches
from helio.migration.side_by_side import send_side_by_side
from helio.migration.type_rules import TypeRules

_OPEN = frozenset({State.SENT, State.NEW})
_UNCERTAIN = (
    "whether it was created is not known, as nothing tells it from others: look for it at the"
    " target; it is not sent again"
)


@dataclass(frozen=True, slots=True)
class Creating:
    """Sends what is new, a batch at a time."""

    plan: Plan
    sender: Sender
    told: Callable[[int], None]
    """Is told how many more are done."""
    _under_way: dict[tuple[str, str], tuple[int, Mapped]] = field(default_factory=dict)
    """The line of what is under way, and how it was mapped, by type and id."""

    async def settle_uncertain(self) -> None:
        """Find out what became of what a former run has sent. Raises `ProviderError`."""
        for row in self.plan.journal.rows_in(State.SENT):
            self.plan.journal.write([await self._looked_up(row)])

    async def create(self, rules: TypeRules) -> None:
        """Create what is new of one type. Raises `ProviderError` when it is not taken in time."""
        await send_side_by_side(batches(self._creations(rules), self.sender), self._send)

    def _creations(self, rules: TypeRules) -> Iterator[Entry]:
        mapper = self.plan.mappers[rules.name]
        for _, line in self.plan.resources(rules):
            row = self.plan.journal.row(rules.name, line.source_id)
            if row is None or row.state != State.NEW:
                self.told(1)
                continue
            mapped = mapper.mapped(line.resource, self.plan.resolve, at_once=REFERENCES_AT_ONCE)
            self._under_way[row.type, row.source_id] = line.number, mapped
            operation = Operation("POST", rules.endpoint, mapped.body)
            yield operation, replace(self._keyed(rules, mapped.body, row), due=mapped.due)

    def _keyed(self, rules: TypeRules, body: Mapping[str, Any], row: Row) -> Row:
        keys = keys_of(rules, body)
        if not keys:
            return row
        holders = self.plan.index.holders(rules.name, keys[0])
        before = tuple(each for each in holders if not each.startswith("line "))
        return replace(row, key=keys[0], before=before)

    async def _send(self, batch: Sequence[Entry]) -> None:
        """Send a batch until there is an answer for each; look up those that had none before."""
        count = len(batch)
        for pause in PAUSES:
            self.plan.journal.write([replace(row, state=State.SENT) for _, row in batch])
            outcomes = await self.sender.send([operation for operation, _ in batch])
            answered = zip(batch, outcomes, strict=True)
            batch = self._left(batch, [await self._settled(*each) for each in answered])
            if not batch:
                self.told(count)
                return
            await asyncio.sleep(pause)
            batch = self._left(batch, [await self._looked_up(row) for _, row in batch])
        if batch:
            raise ProviderError(
                f"{self.plan.provider.client.base_uri} does not take what it is sent:"
                f" {outcomes[0].answer.detail}; run it again to go on from here"
            )

    def _left(self, batch: Sequence[Entry], rows: Sequence[Row]) -> Sequence[Entry]:
        """Note what has become of a batch, and return what is to be sent (again)."""
        self.plan.journal.write(rows)
        for row in rows:
            if row.state not in _OPEN:
                self._note(row)
        return [entry for entry, row in zip(batch, rows, strict=True) if row.state in _OPEN]

    def _note(self, row: Row) -> None:
        """Keep what there is to report of one that is all in."""
        line, mapped = self._under_way.pop((row.type, row.source_id))
        if row.state is State.CREATED and not row.due:
            rules = self.plan.mappers[row.type].rules
            self.plan.findings.note(rules, replace(row, line=line), mapped)

    async def _settled(self, entry: Entry, outcome: Outcome) -> Row:
        (operation, row), answer = entry, outcome.answer
        if answer.is_passing:
            return replace(row, state=State.SENT)
        if answer.ok:
            if outcome.target_id is None:
                return await self._looked_up(row)
            return replace(row, state=State.CREATED, target_id=outcome.target_id)
        reason = f"{answer.status} {answer.detail}".strip()
        if answer.status == 409:
            return await self._in_conflict(operation, row, reason)
        return replace(row, state=State.REFUSED, reason=reason)

    async def _in_conflict(self, operation: Operation, row: Row, reason: str) -> Row:
        """Return the row of what somebody else has made meanwhile."""
        rules = self.plan.mappers[row.type].rules
        for key in keys_of(rules, operation.data):
            holders = await ids_with(self.plan.provider, rules, key) if key.is_strong else ()
            if holders:
                return self.plan.in_conflict(row, key, holders[0])
        return replace(row, state=State.CONFLICT, reason=reason)

    async def _looked_up(self, row: Row) -> Row:
        """Return what has become of a resource that was sent without an answer."""
        if row.key is None:
            return replace(row, state=State.UNCERTAIN, reason=_UNCERTAIN)
        rules = self.plan.mappers[row.type].rules
        found = await ids_with(self.plan.provider, rules, row.key)
        fresh = [
            target_id
            for target_id in found
            if target_id not in row.before and not self.plan.journal.is_of_another(row, target_id)
        ]
        match fresh:
            case []:
                return replace(row, state=State.NEW)
            case [target_id]:
                return replace(row, state=State.CREATED, target_id=target_id)
            case _:
                return replace(row, state=State.UNCERTAIN, reason=_UNCERTAIN)
