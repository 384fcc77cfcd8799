"""A request on one line, as people read it."""

from typing import Any

import pytest

from helio.request_lines import print_line

REASON = {
    "status": 400,
    "reason": "INVALID_VALUE",
    "scim_type": "invalidValue",
    "detail": "must be a boolean",
    "attribute_path": "active",
    "clause": "RFC 7643 section 2.3.2",
    "operation": None,
}
LINE = {
    "id": "066157a5f9fd25-00edd7b0",
    "answered": 1_769_851_800_000_000,
    "duration": 1234,
    "method": "GET",
    "path": "/scim/v2/Users",
    "query": "filter=title%20pr",
    "status": 400,
    "principal": "okta",
    "reasons": [REASON],
}
BEGIN = "066157a5f9fd25-00edd7b0  2026-01-31T09:30:00.000+00:00"


@pytest.mark.parametrize(
    ("given", "line"),
    [
        pytest.param(
            {},
            "400  GET /scim/v2/Users?filter=title pr  1.2 ms  okta"
            "  invalidValue: active: must be a boolean",
            id="a refusal with its reason",
        ),
        pytest.param(
            {"status": 200, "query": "", "reasons": []},
            "200  GET /scim/v2/Users  1.2 ms  okta",
            id="a success",
        ),
        pytest.param(
            {"principal": "", "reasons": [REASON, REASON, REASON]},
            "400  GET /scim/v2/Users?filter=title pr  1.2 ms  –"
            "  invalidValue: active: must be a boolean (and 2 more)",
            id="several reasons",
        ),
        pytest.param(
            {"path": "/\x1b[2J\n", "query": "", "reasons": []},
            "400  GET /\\x1b[2J\\n  1.2 ms  okta",
            id="characters that would move the cursor",
        ),
    ],
)
def test_a_request_is_one_line(
    capsys: pytest.CaptureFixture[str], given: dict[str, Any], line: str
) -> None:
    print_line({**LINE, **given})

    assert capsys.readouterr().out == f"{BEGIN}  {line}\n"
