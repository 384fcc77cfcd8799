"""docs/events.md shows what this library writes."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from secevent.scim_events import parse_provisioning_event
from secevent.token import claims, parse_claims

DOCUMENT = (Path(__file__).parents[3] / "docs" / "events.md").read_text()
PREFIX = "urn:ietf:params:scim:event:prov:"
ROWS = re.findall(r"^\| `([a-z:]+)` \| [^|]+ \| `(\{.*?\})`", DOCUMENT, re.MULTILINE)


def test_the_envelope_of_the_document_is_what_is_written() -> None:
    [block] = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    example: dict[str, Any] = orjson.loads(block)

    token = parse_claims(example)

    assert claims(token) == example
    assert parse_provisioning_event(*next(iter(token.events.items()))) is not None


def test_the_document_lists_every_provisioning_event() -> None:
    assert {name for name, _ in ROWS} == {
        *(f"{kind}:{mode}" for kind in ("create", "put", "patch") for mode in ("full", "notice")),
        "delete",
        "activate",
        "deactivate",
    }


@pytest.mark.parametrize(("name", "payload"), ROWS, ids=[name for name, _ in ROWS])
def test_each_payload_of_the_document_is_understood(name: str, payload: str) -> None:
    event = parse_provisioning_event(PREFIX + name, orjson.loads(payload))

    assert event is not None
    assert event.kind == name.partition(":")[0]
