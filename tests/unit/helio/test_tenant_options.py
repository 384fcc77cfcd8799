"""What of tenants and tokens the command line takes, and refuses before anything is asked."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from helio.tenant_options import tenant_body
from helio.tenants import app as tenants
from helio.tokens import app as tokens


def test_what_is_not_given_is_not_in_the_body() -> None:
    assert tenant_body(None, None, None, None, None, None) == {"configuration": {}}


def test_what_is_given_becomes_the_body(tmp_path: Path) -> None:
    file = tmp_path / "members.json"
    file.write_text(json.dumps({"jwt_issuers": [], "profile": "strict"}))

    assert tenant_body("Acme", "okta", "0", "100/60", "no", file) == {
        "display_name": "Acme",
        "configuration": {
            "jwt_issuers": [],
            "profile": "okta",
            "retention_days": 0,
            "deletion_brake": {"changes": 100, "minutes": 60},
            "reuses_ids": False,
        },
    }


def test_unset_removes_a_member() -> None:
    assert tenant_body("", "unset", "unset", "unset", "unset", None) == {
        "display_name": "",
        "configuration": {
            "profile": None,
            "retention_days": None,
            "deletion_brake": None,
            "reuses_ids": None,
        },
    }


def test_no_brake_is_zero_changes() -> None:
    body = tenant_body(None, None, None, "0", None, None)

    assert body == {"configuration": {"deletion_brake": {"changes": 0}}}


@pytest.mark.parametrize(
    ("app", "arguments", "words"),
    [
        (tokens, ["create", "x", "--expires", "soon"], "no time"),
        (tokens, ["rotate", "x", "--overlap", "long"], "no span of time"),
        (tenants, ["configure", "x", "--brake", "many"], "no brake"),
        (tenants, ["configure", "x", "--brake", "1/x"], "no whole number"),
        (tenants, ["configure", "x", "--retention-days", "-1"], "no whole number"),
        (tenants, ["configure", "x", "--reuses-ids", "perhaps"], "yes or no"),
        (tenants, ["configure", "x", "--from", "/nowhere.json"], "cannot read"),
        (tenants, ["configure", "x", "--from", "[]"], "must hold a JSON object"),
    ],
)
def test_a_value_that_cannot_be_is_refused(
    app: typer.Typer, arguments: list[str], words: str, tmp_path: Path
) -> None:
    file = tmp_path / "list.json"
    file.write_text("[]")
    given = [str(file) if argument == "[]" else argument for argument in arguments]

    refused = CliRunner(env={"COLUMNS": "400"}).invoke(app, given)

    assert refused.exit_code == 2
    assert words in refused.output
