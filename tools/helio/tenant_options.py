"""What of a tenant is given on the command line, as the admin API takes it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer

_UNSET: Final = "unset"

DisplayName = Annotated[
    str | None, typer.Option(metavar="TEXT", help="For people; an empty text removes it.")
]
Profile = Annotated[
    str | None, typer.Option(metavar="PROFILE", help="strict, tolerant, entra, okta; or unset.")
]
RetentionDays = Annotated[
    str | None,
    typer.Option(metavar="DAYS", help="So long deleted resources can be restored; 0, or unset."),
]
Brake = Annotated[
    str | None,
    typer.Option(
        metavar="CHANGES/MINUTES",
        help="More deletions than that are held, such as 100/60; 0: no brake; or unset.",
    ),
]
ReusesIds = Annotated[
    str | None,
    typer.Option(metavar="yes|no", help="Whether an externalId gets its former id; or unset."),
]
From = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="A JSON object of members of the configuration, such as jwt_issuers; null unsets one.",
    ),
]


def tenant_body(
    display_name: str | None,
    profile: str | None,
    retention_days: str | None,
    brake: str | None,
    reuses_ids: str | None,
    given: Path | None,
) -> Mapping[str, object]:
    """Return the body that these ask for; "unset" is null, which removes a member (RFC 7396)."""
    options = {
        "profile": profile,
        "retention_days": retention_days and _or_unset(retention_days, _number),
        "deletion_brake": brake and _or_unset(brake, _brake),
        "reuses_ids": reuses_ids and _or_unset(reuses_ids, _flag),
    }
    chosen = {
        name: None if options[name] == _UNSET else options[name]
        for name in options
        if options[name] is not None
    }
    named = {} if display_name is None else {"display_name": display_name}
    return {**named, "configuration": {**_members(given), **chosen}}


def _or_unset(text: str, parse: Callable[[str], object]) -> object:
    return text if text == _UNSET else parse(text)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise typer.BadParameter(f"{text!r} is no whole number")
    return int(text)


def _brake(text: str) -> Mapping[str, int]:
    changes, slash, minutes = text.partition("/")
    if not slash:
        if text != "0":
            raise typer.BadParameter(f"{text!r} is no brake: write 100/60, or 0 for none")
        return {"changes": 0}
    return {"changes": _number(changes), "minutes": _number(minutes)}


def _flag(text: str) -> bool:
    if text not in {"yes", "no"}:
        raise typer.BadParameter(f"{text!r}: write yes or no")
    return text == "yes"


def _members(path: Path | None) -> Mapping[str, object]:
    if path is None:
        return {}
    try:
        members = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise typer.BadParameter(f"cannot read {path}: {error}") from None
    if not isinstance(members, dict):
        raise typer.BadParameter(f"{path} must hold a JSON object")
    return members
