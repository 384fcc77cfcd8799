"""`helio import`: the resources of a file into a service provider."""

from collections.abc import Callable

from helio.migration.completing import Completing
from helio.migration.creating import Creating
from helio.migration.planning import Plan
from helio.migration.report import Report, reported
from helio.migration.sending import sender_to

Told = Callable[[str, int, int], None]
"""Is told of a stage, of how many more resources it has done, and of how many there are."""


async def bring_in(plan: Plan, told: Told, *, dry_run: bool) -> Report:
    """Bring the resources of a plan in, and report what came of each.

    Raises `ProviderError` when the target is away for too long or does not take the token, and
    `StartError` when the file cannot be read; another call goes on from there.
    """
    plan.survey()
    total = sum(plan.counts.values())
    creating = Creating(plan, sender_to(plan.provider), lambda more: told("creating", more, total))
    # Of what a dry run cannot look up nothing is decided: what it says of those is "uncertain".
    if not dry_run:
        await creating.settle_uncertain()
    for name in plan.counts:
        await plan.index.read(plan.provider, plan.mappers[name].rules)
    if dry_run:
        plan.decide(lambda: told("looking", 1, total))
        return reported(plan, dry_run=True)
    for rules in plan.provider.types:
        if rules.name in plan.counts:
            await creating.create(rules)
    completing = Completing(plan, creating.sender, lambda more: told("completing", more, total))
    await completing.complete()
    return reported(plan, dry_run=False)
