"""Clusters that send on to each other in a circle."""

from dataclasses import replace

import pytest
from support.receipt_examples import ARRIVAL
from support.received_sets import TOKEN

from secevent.provenance import Provenance
from secevent.token import SecurityEventToken
from set_receiver.domain.handling import RouteMode
from set_receiver.domain.routing import set_to_route

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
