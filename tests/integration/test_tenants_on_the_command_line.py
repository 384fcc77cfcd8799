"""`helio tenants` and `helio tokens`, against a registrar."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.running_registrar import ADMIN, Registrar, running, settings_of


@pytest.fixture
async def registrar(tmp_path: Path) -> AsyncIterator[Registrar]:
    async with running(settings_of(tmp_path)) as running_registrar:
        yield running_registrar


async def helio(registrar: Registrar, *arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "helio", *arguments, "--url", registrar.origin),
        env={"PATH": os.defpath, "HELIOGRAPH_ADMIN_TOKEN": ADMIN, "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, errors = await process.communicate()
    return process.returncode, said.decode(), errors.decode()


async def said(registrar: Registrar, *arguments: str) -> Any:
    code, output, errors = await helio(registrar, *arguments, "--json")
    assert code == 0, errors
    return json.loads(output)


async def test_a_tenant_from_its_beginning_to_its_end(registrar: Registrar, tmp_path: Path) -> None:
    issuer = {"issuer": "https://a.example", "audiences": ["us"], "jwks_uri": "http://127.0.0.1:9/"}
    file = tmp_path / "members.json"
    file.write_text(json.dumps({"jwt_issuers": [issuer], "retention_days": 5}))

    options = ("--display-name", "Acme", "--brake", "100/60", "--from", str(file))
    created = await said(registrar, "tenants", "create", "acme", "--profile", "okta", *options)
    changes = ("--profile", "unset", "--brake", "0", "--reuses-ids", "yes", "--display-name", "")
    configured = await said(registrar, "tenants", "configure", "acme", *changes)
    _, table, _ = await helio(registrar, "tenants", "list")
    deleted = await said(registrar, "tenants", "delete", "acme", "--yes")
    _, shown, _ = await helio(registrar, "tenants", "show", "acme")

    assert (created["display_name"], created["configuration"]) == (
        "Acme",
        {
            "profile": "okta",
            "deletion_brake": {"changes": 100, "minutes": 60},
            "retention_days": 5,
            "jwt_issuers": [issuer],
        },
    )
    assert (configured["display_name"], configured["configuration"]) == (
        "",
        {
            "deletion_brake": {"changes": 0, "minutes": 60},
            "retention_days": 5,
            "reuses_ids": True,
            "jwt_issuers": [issuer],
        },
    )
    assert f"{registrar.origin}/t/acme" in table
    assert deleted["state"] == "deleting"
    assert "waits_for  resource-store, scim-gateway, set-transmitter, set-receiver" in shown


async def test_a_token_from_its_beginning_to_its_end(registrar: Registrar) -> None:
    options = ("--scope", "scim", "--scope", "ssf.read", "--expires", "90d", "--user", "u-1")
    _, secret, words = await helio(registrar, "tokens", "create", "okta", *options)
    rotated = await said(
        registrar, "tokens", "rotate", "okta", "--overlap", "2h", "--expires", "never"
    )
    listed = (await said(registrar, "tokens", "list"))["tokens"]
    _, table, _ = await helio(registrar, "tokens", "list")
    _, revoked, _ = await helio(registrar, "tokens", "revoke", "okta")
    code, _, refused = await helio(registrar, "tokens", "revoke", "okta")

    assert secret.startswith("heliograph_")
    assert "okta may scim ssf.read" in words
    assert secret.strip() not in words + table
    assert (rotated["expires"], rotated["user_id"]) == (None, "u-1")
    assert [row["is_former"] for row in listed if row["name"] == "okta"] == [False, True]
    assert "former" in table
    assert revoked == "okta is revoked\n"
    assert (code, "there is no token 'okta'" in refused) == (1, True)
