"""What is to become of each resource of a file, before anything is sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from helio.migration.findings import Findings
from helio.migration.journal import SETTLED, Journal, Row, State
from helio.migration.keys import Key, keys_of
from helio.migration.mapping import Mapper
from helio.migration.provider import Provider
from helio.migration.references import Absent, Known, Pending
from helio.migration.resource_file import Line, ResourceFile
from helio.migration.target_index import TargetIndex
from helio.migration.type_rules import TypeRules

_WRITTEN_AT_ONCE: Final = 500
_PRESENT: Final = frozenset({State.CREATED, State.MATCHED, State.TO_UPDATE, State.UPDATED})


class OnConflict(StrEnum):
    """What to do with a resource that the target has already."""

    REPORT = "report"
    SKIP = "skip"
    UPDATE = "update"


@dataclass(slots=True)
class Plan:
    """A file, a target, and what is known of the resources that go from the one to the other."""

    file: ResourceFile
    provider: Provider
    journal: Journal
    on_conflict: OnConflict
    source_id_as_external_id: bool = False
    problems: dict[int, str] = field(default_factory=dict)
    """What is wrong with lines that are no resources for this target."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many resources there are of each type."""
    findings: Findings = field(default_factory=Findings)
    index: TargetIndex = field(init=False)
    mappers: Mapping[str, Mapper] = field(init=False)

    def __post_init__(self) -> None:
        self.index = TargetIndex(self.journal)
        endpoints = {rules.name: rules.endpoint for rules in self.provider.types}
        self.mappers = {
            rules.name: Mapper(rules, endpoints, self.source_id_as_external_id)
            for rules in self.provider.types
        }

    def survey(self) -> None:
        """Look through the file once: what there is, and what is not fit."""
        twice = self.journal.survey(self._entries())
        for type_name, source_id, line in twice:
            first = self.journal.line_of(type_name, source_id)
            self.counts[type_name] -= 1
            self.problems[line] = f"the same {type_name} is in line {first}"

    def _entries(self) -> Iterator[tuple[str, str, int]]:
        for line in self.file.lines():
            rules = None if line.problem else self.provider.type_of(line.resource)
            if rules is None:
                self.problems[line.number] = line.problem or _no_type(line)
                continue
            self.counts[rules.name] = self.counts.get(rules.name, 0) + 1
            yield rules.name, line.source_id, line.number

    def resources(self, of: TypeRules | None = None) -> Iterator[tuple[TypeRules, Line]]:
        """Give the resources of the file that are fit, of one type or of all."""
        return self._resources(self.problems.__contains__, of)

    def resources_not_noted(self) -> Iterator[tuple[TypeRules, Line]]:
        """Give those that the findings do not tell all of."""
        if self.findings.count == sum(self.counts.values()):
            return iter(())
        return self._resources(lambda line: line in self.problems or self.findings.has(line), None)

    def _resources(
        self, is_passed_over: Callable[[int], bool], of: TypeRules | None
    ) -> Iterator[tuple[TypeRules, Line]]:
        for line in self.file.lines(is_passed_over):
            rules = self.provider.type_of(line.resource)
            if rules is not None and (of is None or of is rules):
                yield rules, line

    def decide(self, told: Callable[[], None]) -> None:
        """Decide on every resource that a former run has not settled."""
        is_first = self.journal.is_empty()
        decided: list[Row] = []
        with self.journal.transaction():
            for rules, line in self.resources():
                row = None if is_first else self.journal.row(rules.name, line.source_id)
                if row is None or row.state not in SETTLED | {State.SENT}:
                    decided.append(self._decided(rules, line, decided))
                if len(decided) == _WRITTEN_AT_ONCE:
                    self._write(decided)
                told()
            self._write(decided)

    def _write(self, decided: list[Row]) -> None:
        self.journal.write(decided)
        decided.clear()

    def _decided(self, rules: TypeRules, line: Line, before: list[Row]) -> Row:
        row = Row(rules.name, line.source_id, line.number, State.NEW)
        keys = self.keys(rules, line)
        for key in keys:
            for holder in self.index.holders(rules.name, key):
                # Whose it is, is looked up where those that were decided before have to be.
                self._write(before)
                if key.is_strong or not self.journal.is_of_another(row, holder):
                    return self.in_conflict(row, key, holder)
        strong = [each for each in keys if each.is_strong]
        self.index.add(rules.name, strong, f"line {line.number}")
        return row

    def in_conflict(self, row: Row, key: Key, holder: str) -> Row:
        """Return the row of a resource whose key somebody else has, by what was asked for."""
        if holder.startswith("line "):
            reason = f"{key.attribute} {key.value!r} is that of {holder} too"
            return replace(row, state=State.CONFLICT, reason=reason)
        if self.journal.is_of_another(row, holder):
            # Two of the source must not become one.
            reason = f"{key.attribute} {key.value!r} is that of another {row.type} of the file too"
            return replace(row, state=State.CONFLICT, target_id=holder, reason=reason)
        reason = f"{key.attribute} {key.value!r} is that of another {row.type} at the target"
        states = {
            OnConflict.REPORT: State.CONFLICT,
            OnConflict.SKIP: State.MATCHED,
            OnConflict.UPDATE: State.TO_UPDATE,
        }
        return replace(row, state=states[self.on_conflict], target_id=holder, reason=reason)

    def keys(self, rules: TypeRules, line: Line) -> tuple[Key, ...]:
        """Return the keys that a resource will have at the target."""
        resource = line.resource
        if self.source_id_as_external_id and not resource.get("externalId"):
            resource = {**resource, "externalId": resource.get("id")}
        return keys_of(rules, resource)

    def resolve(self, types: Sequence[str], source_id: str) -> Known | Pending | Absent:
        """Find what a reference leads to, by the ids of the source."""
        found: Known | Pending | Absent = Absent("it is not in the file")
        for name in types:
            row = self.journal.row(name, source_id)
            if row is not None:
                found = self._resolved(row) or found
            if not isinstance(found, Absent):
                break
        return found

    def _resolved(self, row: Row) -> Known | Pending | Absent | None:
        if row.state in _PRESENT and row.target_id is not None:
            endpoint = self.mappers[row.type].rules.endpoint
            uri = f"{self.provider.client.base_uri}{endpoint}/{row.target_id}"
            return Known(row.target_id, uri)
        if self.journal.line_of(row.type, row.source_id) is None:
            return None
        if row.state in {State.NEW, State.SENT}:
            return Pending()
        return Absent(f"it is not brought in itself, see line {row.line}")


def _no_type(line: Line) -> str:
    given = line.resource.get("schemas")
    return f"the target has no resource type with one of the schemas {given}"
