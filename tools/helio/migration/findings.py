"""What the mapping of resources brings to light, so that the report need not map them again."""

from collections import Counter
from dataclasses import dataclass, field

from helio.migration.journal import Row
from helio.migration.mapping import Mapped
from helio.migration.type_rules import TypeRules


@dataclass(frozen=True, slots=True)
class Problem:
    """A resource, or a reference of one, that is not at the target."""

    line: int
    type: str
    source_id: str
    target_id: str | None
    kind: str
    """conflict, refused, uncertain, reference or line."""
    reason: str


@dataclass(slots=True)
class Findings:
    """Of resources that are in with all they have: none of them needs another look."""

    created: Counter[str] = field(default_factory=Counter)
    """How many there are, by the names of their types."""
    problems: list[Problem] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    """In how many resources there is an attribute that the target does not have, by its path."""
    without_password: int = 0
    _lines: bytearray = field(default_factory=bytearray)
    """A byte for each line of the file: there may be millions."""

    @property
    def count(self) -> int:
        """How many resources are noted."""
        return self.created.total()

    def note(self, rules: TypeRules, row: Row, mapped: Mapped) -> None:
        """Note a resource that was created as it was mapped."""
        self.created[row.type] += 1
        self.add(rules, row, mapped)
        self._lines.extend(bytes(max(0, row.line + 1 - len(self._lines))))
        self._lines[row.line] = 1

    def has(self, line: int) -> bool:
        """Whether the resource in a line is noted."""
        return line < len(self._lines) and bool(self._lines[line])

    def add(self, rules: TypeRules, row: Row, mapped: Mapped) -> None:
        """Take in what a mapping brought to light."""
        self.unknown.update(mapped.unknown)
        can_have_one = "password" in (rules.attributes or {})
        self.without_password += can_have_one and "password" not in mapped.body
        for lost in mapped.lost:
            reason = f"{lost.path} {lost.source_id!r} is left out: {lost.reason}"
            which = (row.line, row.type, row.source_id, row.target_id)
            self.problems.append(Problem(*which, "reference", reason))
