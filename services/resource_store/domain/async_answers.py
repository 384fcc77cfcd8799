"""What is told of a write that took effect to whoever was promised an answer."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

import orjson

from resource_store.domain.async_requests import Completion
from resource_store.domain.decisions import Outcome
from resource_store.domain.resources import Ref
from scim.resource_type import ResourceType


class Method(StrEnum):
    """The method of a request."""

    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


_STATUS = {Method.POST: "201", Method.PUT: "200", Method.PATCH: "200", Method.DELETE: "204"}


@dataclass(frozen=True, slots=True)
class Answer:
    """Answers one write by the outcome of its transition."""

    txn: str
    method: Method
    ref: Ref
    resource_type: ResourceType
    base_uri: str

    def __call__(self, outcome: Outcome) -> Completion:
        """Return what a bulk response would tell (RFC 9967 section 2.5)."""
        ref = outcome.resource.ref if outcome.resource else self.ref
        location = f"{self.base_uri}{self.resource_type.endpoint}/{quote(ref.id, safe='')}"
        response = {
            "method": self.method,
            "location": location,
            "version": outcome.resource.version if outcome.resource else None,
            "status": _STATUS[self.method],
        }
        shown = {name: value for name, value in response.items() if value is not None}
        return Completion(self.txn, ref, orjson.dumps(shown))
