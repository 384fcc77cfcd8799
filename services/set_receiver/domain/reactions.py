"""What events of CAEP and RISC set off here, and on whom (SSF 1.0 section 3; RFC 9493)."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from secevent.subjects import resource_of
from secevent.token import SecurityEventToken
from set_receiver.domain.handling import Action

UNSUPPORTED_SUBJECT_REASON = (
    "UNSUPPORTED_SUBJECT: the event names its subject in no way that finds a resource here"
)
_USER = "User"


@dataclass(frozen=True, slots=True)
class Named:
    """A resource by its type and id."""

    resource_type: str
    resource_id: str


@dataclass(frozen=True, slots=True)
class Matching:
    """Resources of a type that a filter finds (RFC 7644 section 3.4.2.2)."""

    resource_type: str
    filter: str


Lookup = Named | Matching


@dataclass(frozen=True, slots=True)
class Person:
    """Who was found; `version` is the entity-tag."""

    resource_type: str
    resource_id: str
    version: str


@dataclass(frozen=True, slots=True)
class Reaction:
    """What is to be done with whom a SET tells of, and what the change is told with."""

    tenant: str
    stream_id: str
    lookup: Lookup
    action: Action
    txn: str
    """Of the SET; without one, what names the SET."""
    lineage: tuple[str, ...]
    traceparent: str

    def txn_for(self, person: Person) -> str:
        """Return the txn of the change, by which the store knows it again.

        One transaction elsewhere may set off several changes here.
        """
        return f"{self.txn}:{self.action.value}:{person.resource_id}"


def lookup_of(token: SecurityEventToken, *, resource_types: Mapping[str, str]) -> Lookup | None:
    """Return how to find the subject of a SET; None where there is no way.

    `resource_types` has names by endpoint.
    """
    return _lookup(token.sub_id, token, resource_types)


def _lookup(
    sub_id: Mapping[str, object], token: SecurityEventToken, types: Mapping[str, str]
) -> Lookup | None:
    match sub_id:
        case {"format": "scim"}:
            endpoint, resource_id = resource_of(sub_id)
            return Named(types[endpoint], resource_id) if endpoint in types else None
        case {"format": "complex", "user": dict(user)}:
            return _lookup(user, token, types)
        case {"format": "aliases", "identifiers": list(identifiers)}:
            found = (_lookup(each, token, types) for each in identifiers)
            return next((each for each in found if each is not None), None)
        case _:
            return _matching(sub_id, token)


def _matching(sub_id: Mapping[str, object], token: SecurityEventToken) -> Matching | None:
    match sub_id:
        case {"format": "email", "email": str(email)}:
            return _by("emails.value", "userName", value=email)
        case {"format": "account", "uri": str(uri)}:
            return _by("userName", "emails.value", value=uri.removeprefix("acct:"))
        case {"format": "iss_sub", "iss": str(iss), "sub": str(sub)} if _is_known(iss, token):
            return _by("id", "externalId", value=sub)
        case {"format": "opaque", "id": str(opaque)}:
            return _by("id", "externalId", value=opaque)
        case _:
            return None


def _is_known(iss: str, token: SecurityEventToken) -> bool:
    """Tell whether ids of an issuer mean something here: those of the SET's, and our own."""
    return iss == token.iss or iss in token.aud


def _by(*paths: str, value: str) -> Matching:
    quoted = orjson.dumps(value).decode()
    return Matching(_USER, " or ".join(f"{path} eq {quoted}" for path in paths))
