"""How a received event and the publisher's own word on its resource go together (ADR 41)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from secevent.scim_events import (
    CREATE_FULL,
    CREATE_NOTICE,
    DELETE,
    FEED_ADD,
    FEED_REMOVE,
    PATCH_FULL,
    PATCH_NOTICE,
    PUT_FULL,
    PUT_NOTICE,
)
from secevent.subjects import resource_of, scim_subject
from secevent.token import SecurityEventToken
from set_receiver.domain.changes import ChangeKind, ForeignChange, foreign_changes, is_legacy
from set_receiver.domain.fetching import Fetched, Gone, told_stamp
from set_receiver.domain.links import Link, LinkKey
from set_receiver.domain.receipts import Arrival

_ABOUT_CONTENT = frozenset(
    {CREATE_FULL, CREATE_NOTICE, PUT_FULL, PUT_NOTICE, PATCH_FULL, PATCH_NOTICE, FEED_ADD}
)
_ABOUT_LINKS = _ABOUT_CONTENT | {DELETE, FEED_REMOVE}
_FOLLOW_CONTENT = frozenset({ChangeKind.ACTIVATE, ChangeKind.DEACTIVATE})


@dataclass(frozen=True, slots=True)
class Told:
    """An event, and how it came."""

    token: SecurityEventToken
    arrival: Arrival


def leading_run(told: Sequence[Told]) -> Sequence[Told]:
    """Return the first of a lane's events, and those behind it that one fetch answers as well.

    What was told before a resource was fetched is in what was fetched. An activation, a delete and
    a removal from the feed are not of that kind; they end the run.
    """
    if not _is_about_content(told[0]):
        return told[:1]
    others = (number for number, each in enumerate(told) if not _is_about_content(each))
    return told[: next(others, len(told))]


def changes_after(
    run: Sequence[Told], answer: Fetched | Gone, *, resource_types: Mapping[str, str]
) -> tuple[ForeignChange, ...]:
    """Return what a run of events becomes when their resource was fetched after them.

    Its stamp is that of the last of them that has one, and so never later than the publisher has
    told: a change that is told of later is not passed over, though it may be contained already.
    """
    last = run[-1]
    match answer:
        case Gone() if all(FEED_ADD in told.token.events for told in run):
            # it has come and gone, which tells nothing about a resource that is here
            return ()
        case Gone():
            kind, data, version = ChangeKind.DELETE, b"", ""
        case Fetched():
            kind, data, version = ChangeKind.REPLACE, answer.data, answer.version
            if last.token.txn and is_legacy(last.arrival) and not link_after(last).version:
                # known by what its full twin has: the same txn, and no version
                kind = ChangeKind.CREATE if CREATE_NOTICE in last.token.events else kind
                version = ""
    endpoint, resource_id = resource_of(last.token.sub_id)
    change = ForeignChange(
        tenant=last.arrival.tenant,
        issuer_group=last.token.iss,
        txn=last.token.txn or last.token.jti,
        resource_type=resource_types[endpoint],
        resource_id=resource_id,
        kind=kind,
        version=version,
        data=data,
        clock=0,
        cluster="",
        lineage=(),
        external_id=scim_subject(last.token.sub_id).external_id or "",
        traceparent=last.arrival.traceparent,
    )
    followers = [] if isinstance(answer, Gone) else _followers(last, resource_types)
    return (_stamped(change, run, answer), *followers)


def link_after(told: Told, *, version: str | None = None) -> Link:
    """Return what is known of a resource once an event, or what was fetched for it, is applied."""
    key = link_key(told.arrival)
    events = told.token.events
    if not events.keys() & _ABOUT_CONTENT:
        return Link(key, is_linked=False, version="")
    payloads = [events[uri] for uri in events if uri in _ABOUT_CONTENT]
    versions = [payload.get("version") for payload in payloads]
    named = next((each for each in versions if isinstance(each, str)), "")
    return Link(key, is_linked=True, version=named if version is None else version)


def changes_link(told: Told) -> bool:
    """Tell whether an event says anything about a link: an activation does not."""
    return not told.token.events.keys().isdisjoint(_ABOUT_LINKS)


def link_key(arrival: Arrival) -> LinkKey:
    """Return whose link the resource of an event is."""
    return LinkKey(arrival.tenant, arrival.stream_id, arrival.subject_uri)


def _is_about_content(told: Told) -> bool:
    return told.token.events.keys() <= _ABOUT_CONTENT


def _followers(told: Told, resource_types: Mapping[str, str]) -> list[ForeignChange]:
    """Return what an event tells beside the content: `active` may be no attribute of it."""
    changes = foreign_changes(told.token, told.arrival, resource_types=resource_types)
    return [change for change in changes if change.kind in _FOLLOW_CONTENT]


def _stamped(change: ForeignChange, run: Sequence[Told], answer: Fetched | Gone) -> ForeignChange:
    for told in reversed(run):
        if (provenance := told.token.provenance) is not None:
            return replace(
                change,
                clock=provenance.clock,
                cluster=provenance.cluster,
                lineage=provenance.lineage,
            )
    stamp = told_stamp(answer) if isinstance(answer, Fetched) else None
    if stamp is None:
        return change
    return replace(change, clock=stamp.clock, cluster=stamp.cluster, lineage=(stamp.cluster,))
