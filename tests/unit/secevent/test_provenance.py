from typing import Any

import pytest

from secevent.errors import InvalidRequestError
from secevent.provenance import Provenance, parse_provenance, provenance_claim

CLAIM: dict[str, Any] = {
    "clock": 1780000000000001,
    "cluster": "east",
    "lineage": ["east", "west"],
    "version_before": 'W/"1"',
}


def test_the_claim_is_read_as_it_was_written() -> None:
    provenance = Provenance(1780000000000001, "east", ("east", "west"), 'W/"1"')

    assert provenance_claim(provenance) == CLAIM
    assert parse_provenance(CLAIM) == provenance


def test_a_create_has_no_version_before() -> None:
    assert parse_provenance({**CLAIM, "version_before": ""}).version_before == ""


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"clock": -1}, "clock", id="a negative clock"),
        pytest.param({"clock": 2**64}, "clock", id="a clock of more than 64 bits"),
        pytest.param({"clock": 1.5}, "clock", id="a clock with a fraction"),
        pytest.param({"clock": True}, "clock", id="a clock that is a boolean"),
        pytest.param({"clock": None}, "clock", id="no clock"),
        pytest.param({"cluster": ""}, "cluster", id="an empty cluster"),
        pytest.param({"lineage": "east"}, "lineage", id="a lineage that is a string"),
        pytest.param({"lineage": [""]}, "lineage", id="an empty cluster in the lineage"),
        pytest.param({"version_before": None}, "version_before", id="a null version"),
    ],
)
def test_a_malformed_claim_is_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InvalidRequestError, match=complaint):
        parse_provenance({**CLAIM, **changes})
