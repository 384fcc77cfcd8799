"""Clusters that send on to each other in a circle."""

from dataclasses import replace

import pytest
from support.receipt_examples import ARRIVAL
from support.received_sets import TOKEN
from support.transmitter_events import a_stream, an_event

from secevent.provenance import Provenance
from secevent.token import SecurityEventToken, claims, parse_claims
from set_receiver.domain.handling import RouteMode
from set_receiver.domain.routing import has_been_here, set_to_route
from set_transmitter.domain.derived_signals import signals_of
from set_transmitter.domain.events import Change
from set_transmitter.domain.tokens import security_event_token

MADE_AT_A = replace(TOKEN, provenance=Provenance(7, "a", ("a",), ""))


def sent_on(token: SecurityEventToken, cluster: str) -> SecurityEventToken | None:
    """Return the token that a cluster publishes of one that it receives; None for none."""
    routed = set_to_route(token, ARRIVAL, mode=RouteMode.PUBLISH, cluster=cluster)
    if routed is None:
        return None
    provenance = Provenance(routed.origin_clock, routed.origin_cluster, routed.lineage, "")
    return replace(token, iss=f"https://{cluster}.example", provenance=provenance)


@pytest.mark.parametrize(
    ("token", "circle", "came_to"),
    [
        pytest.param(MADE_AT_A, "bca", "bc", id="back to where it was made"),
        pytest.param(MADE_AT_A, "bcdb", "bcd", id="back to the first that sent it on"),
        pytest.param(TOKEN, "bcdb", "bcd", id="of an issuer that names no cluster"),
    ],
)
def test_a_circle_ends_where_it_began(token: SecurityEventToken, circle: str, came_to: str) -> None:
    passed: list[str] = []
    on_its_way: SecurityEventToken | None = token
    for cluster in circle:
        on_its_way = sent_on(on_its_way, cluster)
        if on_its_way is None:
            break
        passed.append(cluster)

    assert "".join(passed) == came_to


def test_the_stamp_is_that_of_the_origin_all_the_way() -> None:
    at_b = sent_on(MADE_AT_A, "b")
    assert at_b is not None
    at_c = sent_on(at_b, "c")

    assert at_c is not None
    assert at_c.provenance == Provenance(7, "a", ("a", "b", "c"), "")


def made_of_a_change(lineage: tuple[str, ...]) -> list[SecurityEventToken]:
    """Return the signals of the deactivation of a person that has such a way behind it."""
    event = an_event(kind="patch", origin_cluster=lineage[0], lineage=lineage)
    signals = signals_of(Change(event, "deactivate", routed=False), is_authority=False)
    sets = [security_event_token(each, a_stream(), jti="jti", iat=1) for each in signals]
    assert len(sets) == 2
    return [parse_claims(claims(each)) for each in sets]


def test_two_clusters_that_react_to_each_others_signals_come_to_rest() -> None:
    """What a reaction changes has the lineage of what set it off, and this cluster at its end."""
    passed = []
    change: tuple[str, ...] = ("a",)
    for cluster in "baba":
        told = made_of_a_change(change)
        if any(has_been_here(each, cluster=cluster) for each in told):
            break
        assert told[0].provenance is not None
        change = (*told[0].provenance.lineage, cluster)
        passed.append(cluster)

    assert passed == ["b"]
