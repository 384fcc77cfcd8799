"""What is noted of a request on its way, for the request log."""

from dataclasses import dataclass, field
from typing import Final

from starlette.requests import Request
from starlette.types import Scope

from scim_gateway.domain.exchanges import Reason
from scim_gateway.domain.searches import Caller

_KEY: Final = "heliograph.notes"


@dataclass(slots=True)
class Notes:
    """Filled in by whoever learns it; what nobody has learnt is as it is here."""

    caller: Caller | None = None
    body: bytes | None = None
    """None as long as it is not read."""
    txn: str = ""
    reasons: list[Reason] = field(default_factory=list)

    @property
    def principal(self) -> str:
        """The subject of the caller's token; empty where nobody is known."""
        return self.caller.principal if self.caller else ""


def take_notes(scope: Scope) -> Notes:
    """Return empty notes of a request, where `notes_of` finds them."""
    notes = scope[_KEY] = Notes()
    return notes


def notes_of(request: Request) -> Notes:
    """Return the notes of a request; where none are taken, such as nobody reads."""
    notes: Notes = request.scope.get(_KEY) or Notes()
    return notes
