"""The report of a soak, as docs/soak.md has it."""

from collections.abc import Iterator
from datetime import date

from heliograph_soak.soak import Finding, Result

_MOST_LINES = 10


def report(result: Result, *, store: str, day: date) -> str:
    """Return the report in Markdown."""
    return "\n".join(_lines(result, store=store, day=day))


def _lines(result: Result, *, store: str, day: date) -> Iterator[str]:
    kills = sum(result.kills.values())
    yield f"## {kills:,} SIGKILLs on {store}, {day}"
    yield ""
    yield f"- killed: {', '.join(f'{name} {n}' for name, n in sorted(result.kills.items()))}"
    yield (
        f"- {result.changes:,} changes acknowledged to {result.clients} clients in"
        f" {result.seconds:,.0f} s; {result.retries:,} requests sent again"
    )
    told = ", ".join(f"{name} {count:,}" for name, count in result.told.items())
    yield f"- SETs that arrived: {told}; {result.repeated:,} of them more than once"
    yield ""
    yield "| promise | how it is known | broken |"
    yield "|---|---|---|"
    for finding in result.findings:
        yield f"| {finding.promise} | {finding.evidence} | {len(finding.broken)} |"
    for finding in result.findings:
        yield from _broken(finding)


def _broken(finding: Finding) -> Iterator[str]:
    if finding.broken:
        yield ""
        yield f"{finding.promise}, but:"
        yield from (f"- {line}" for line in finding.broken[:_MOST_LINES])
        more = len(finding.broken) - _MOST_LINES
        if more > 0:
            yield f"- and {more:,} more"
