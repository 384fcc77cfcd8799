"""What came of an import: counts, and every resource that is not all in, with the reason."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from helio.migration.findings import Problem
from helio.migration.journal import Row, State
from helio.migration.planning import Plan
from helio.migration.resource_file import Line
from helio.migration.type_rules import TypeRules
from servicekit.durable_files import sync_folder, write_private
from servicekit.failures import StartError

_SHOWN = 20
_PROBLEMS = frozenset({State.CONFLICT, State.REFUSED, State.UNCERTAIN, State.SENT})
_WORDS: Mapping[State, str] = {
    State.NEW: "to create",
    State.CREATED: "in",
    State.MATCHED: "left as the target has them",
    State.TO_UPDATE: "to update",
    State.UPDATED: "updated",
    State.CONFLICT: "in conflict",
    State.REFUSED: "refused",
    State.UNCERTAIN: "uncertain",
    State.SENT: "uncertain",
}


@dataclass(slots=True)
class Report:
    """What came of an import, or would come of it."""

    dry_run: bool
    counts: dict[str, Counter[State]] = field(default_factory=dict)
    """How many resources stand how, by the names of their types."""
    problems: list[Problem] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)
    """In how many resources there is an attribute that the target does not have, by its path."""
    without_password: int = 0
    """How many users came in without one: no SCIM service gives passwords away."""

    @property
    def exit_code(self) -> int:
        """0 when all is in, and 1 when something is told of that is not."""
        return 1 if self.problems else 0

    def as_json(self) -> Mapping[str, Any]:
        """Return it for programs."""
        return {
            "dry_run": self.dry_run,
            "counts": {name: dict(counter) for name, counter in self.counts.items()},
            "problems": [asdict(problem) for problem in self.problems],
            "unknown": dict(self.unknown),
            "without_password": self.without_password,
        }


def reported(plan: Plan, *, dry_run: bool) -> Report:
    """Return the report, by a last look at every line that is not noted as all in."""
    findings = plan.findings
    created = {name: Counter({State.CREATED: n}) for name, n in findings.created.items()}
    counts = {name: created.get(name, Counter()) for name in plan.counts}
    problems: list[Problem] = []
    for rules, line in plan.resources_not_noted():
        row = plan.journal.row(rules.name, line.source_id)
        if row is not None:
            counts[rules.name][row.state] += 1
            problems.extend(_problems(plan, rules, line, row, dry_run=dry_run))
    problems += [*findings.problems, *_of_lines(plan)]
    problems.sort(key=lambda problem: problem.line)
    return Report(
        dry_run,
        {name: counter for name, counter in counts.items() if counter},
        problems,
        findings.unknown,
        findings.without_password,
    )


def _problems(
    plan: Plan, rules: TypeRules, line: Line, row: Row, *, dry_run: bool
) -> Iterator[Problem]:
    which = (line.number, row.type, row.source_id, row.target_id)
    if row.state in _PROBLEMS:
        yield Problem(*which, _WORDS[row.state].removeprefix("in "), row.reason)
        return
    if row.state is State.MATCHED:
        return
    mapped = plan.mappers[rules.name].mapped(line.resource, plan.resolve, at_once=None)
    plan.findings.add(rules, replace(row, line=line.number), mapped)
    if row.due and not dry_run:
        yield Problem(*which, "reference", f"{', '.join(row.due)} is not complete: {row.reason}")


def _of_lines(plan: Plan) -> Iterator[Problem]:
    for number, reason in plan.problems.items():
        yield Problem(number, "", "", None, "line", reason)


def write_report(path: Path, problems: Sequence[Problem]) -> None:
    """Write all problems to a file, one a line; without any, take a former file away.

    Raises `StartError` when it cannot be written.
    """
    new = path.with_name(f"{path.name}.new")
    try:
        new.unlink(missing_ok=True)
        if not problems:
            path.unlink(missing_ok=True)
            return
        write_private(new, b"".join(orjson.dumps(asdict(each)) + b"\n" for each in problems))
        new.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise StartError(f"cannot write {path}: {error.strerror}") from None


def print_report(console: Console, report: Report, path: Path) -> None:
    """Print a report for a person; all of its problems are at `path`, unless it was a dry run."""
    for type_name, counter in report.counts.items():
        stands = ", ".join(f"{number} {_WORDS[state]}" for state, number in counter.items())
        _tell(console, f"{type_name}: {stands}")
    for attribute, number in report.unknown.most_common():
        _tell(console, f"left out of {number}: {attribute}, which the target does not have")
    if report.without_password:
        _tell(
            console,
            f"{report.without_password} have no password: SCIM gives none away, so they need new"
            " ones, or another way to sign in",
        )
    for problem in report.problems[:_SHOWN]:
        _tell(console, _sentence(problem))
    if len(report.problems) > _SHOWN:
        _tell(console, f"… and {len(report.problems) - _SHOWN} more")
    if report.dry_run:
        _tell(console, "nothing was sent: this was a dry run")
    elif report.problems:
        _tell(console, f"all that is not in: {path}")


def _sentence(problem: Problem) -> str:
    ids = " → ".join(each for each in (problem.source_id, problem.target_id) if each)
    subject = f"{problem.type} {ids}: " if problem.type else ""
    return f"line {problem.line}: {subject}{problem.kind}: {problem.reason}"


def _tell(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
