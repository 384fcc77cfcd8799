"""Poll delivery: the request and the response (RFC 8936 section 2)."""

from collections.abc import Mapping
from dataclasses import dataclass

from secevent.errors import InvalidRequestError
from secevent.json_members import object_value, text_member, texts_value


@dataclass(frozen=True, slots=True)
class SetErr:
    """Why the recipient cannot use a SET (RFC 8936 section 2.6)."""

    err: str
    description: str


@dataclass(frozen=True, slots=True)
class PollRequest:
    """What the recipient asks for and reports; `max_events` None sets no bound."""

    max_events: int | None
    return_immediately: bool
    ack: tuple[str, ...]
    set_errs: Mapping[str, SetErr]


@dataclass(frozen=True, slots=True)
class PollResponse:
    """SETs by their jti, and whether further ones wait."""

    sets: Mapping[str, str]
    more_available: bool


def parse_poll_request(value: object) -> PollRequest:
    """Parse a request; a member that is null counts as absent, an unknown one is ignored."""
    members = _present_members(value, "A poll request")
    return PollRequest(
        max_events=_max_events(members),
        return_immediately=_boolean(members, "returnImmediately"),
        ack=texts_value(members.get("ack", []), "ack"),
        set_errs=_set_errs(members.get("setErrs", {})),
    )


def poll_request_body(request: PollRequest) -> dict[str, object]:
    """Return the body of a request."""
    body: dict[str, object] = {"returnImmediately": request.return_immediately}
    if request.max_events is not None:
        body["maxEvents"] = request.max_events
    if request.ack:
        body["ack"] = list(request.ack)
    if request.set_errs:
        body["setErrs"] = {jti: _set_err_body(error) for jti, error in request.set_errs.items()}
    return body


def parse_poll_response(value: object) -> PollResponse:
    """Parse a response.

    What is no string in `sets` becomes an empty one, so that this SET alone fails to verify.
    """
    members = _present_members(value, "A poll response")
    sets = object_value(members.get("sets", {}), "sets")
    return PollResponse(
        sets={jti: compact if isinstance(compact, str) else "" for jti, compact in sets.items()},
        more_available=_boolean(members, "moreAvailable"),
    )


def poll_response_body(response: PollResponse) -> dict[str, object]:
    """Return the body of a response."""
    body: dict[str, object] = {"sets": dict(response.sets)}
    return {**body, "moreAvailable": True} if response.more_available else body


def _present_members(value: object, name: str) -> dict[str, object]:
    members = object_value(value, name)
    return {member: held for member, held in members.items() if held is not None}


def _max_events(members: Mapping[str, object]) -> int | None:
    max_events = members.get("maxEvents")
    if max_events is None:
        return None
    if not isinstance(max_events, int) or isinstance(max_events, bool) or max_events < 0:
        raise InvalidRequestError("maxEvents must be an integer and not negative (RFC 8936).")
    return max_events


def _boolean(members: Mapping[str, object], name: str) -> bool:
    value = members.get(name, False)
    if not isinstance(value, bool):
        raise InvalidRequestError(f"{name} must be true or false (RFC 8936 section 2).")
    return value


def _set_errs(value: object) -> dict[str, SetErr]:
    set_errs = object_value(value, "setErrs")
    return {jti: _set_err(object_value(error, "setErrs")) for jti, error in set_errs.items()}


def _set_err(members: Mapping[str, object]) -> SetErr:
    description = members.get("description")
    return SetErr(text_member(members, "err"), description if isinstance(description, str) else "")


def _set_err_body(error: SetErr) -> dict[str, str]:
    return {"err": error.err, "description": error.description}
