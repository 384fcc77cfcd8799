"""What is remembered of a transition, so that it is not carried out again."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from resource_store.domain.decisions import IdentityKind
from resource_store.domain.resources import Ref

# A client repeats a request within seconds, a transmitter an event perhaps after weeks.
KEPT: Final = {
    IdentityKind.TRANSACTION: timedelta(days=1),
    IdentityKind.EFFECT: timedelta(days=90),
}


@dataclass(frozen=True, slots=True)
class Done:
    """What was written, and whether it was deleted by that."""

    ref: Ref
    deleted: bool
