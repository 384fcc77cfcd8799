"""Which transitions may meet the same state, and which must see what others have done."""

from collections.abc import Sequence

from resource_store.domain.decisions import Identity, Transition

TenantIdentity = tuple[str, Identity]


def identity_of(transition: Transition) -> TenantIdentity | None:
    """Return what a transition is recognised by in the whole database."""
    return (transition.tenant, transition.identity) if transition.identity else None


def names_of(transition: Transition) -> set[object]:
    """Return all that the decision of a transition may depend on, or change."""
    tenant = transition.tenant
    names: set[object] = {(tenant, each) for each in transition.named_members}
    names.add((tenant, transition.ref.id))
    if (identity := identity_of(transition)) is not None:
        names.add(identity)
    return names


def claims_of(transition: Transition) -> set[object]:
    """Return what no two batches under way may both have.

    Beside the names it is the brake: who counts a change writes the document of the tenant.
    """
    names = names_of(transition)
    if transition.may_be_counted:
        names.add(("brake", transition.tenant))
    return names


def waves(transitions: Sequence[Transition]) -> list[list[int]]:
    """Return the transitions, by their places, in as few parts as can be decided at once.

    Those that name the same are in different parts, in their order.
    """
    parts = []
    rest = [(place, names_of(transition)) for place, transition in enumerate(transitions)]
    while rest:
        claimed: set[object] = set()
        part, later = [], []
        for place, names in rest:
            is_free = claimed.isdisjoint(names)
            # Claimed anyway, so that what comes later and names the same stays behind it.
            claimed |= names
            if is_free:
                part.append(place)
            else:
                later.append((place, names))
        parts.append(part)
        rest = later
    return parts
