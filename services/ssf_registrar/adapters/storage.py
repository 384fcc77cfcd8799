"""All that the registrar keeps, whatever it is kept in."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from servicekit.signals import News
from ssf_registrar.ports.activity import Activity
from ssf_registrar.ports.journal import Journal
from ssf_registrar.ports.keys import Keys
from ssf_registrar.ports.streams import Streams
from ssf_registrar.ports.tenants import Tenants
from ssf_registrar.ports.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Storage:
    """The ports of one open store."""

    streams: Streams
    journal: Journal
    keys: Keys
    tokens: Tokens
    tenants: Tenants
    activity: Activity
    news: News
    """Published when there may be new journal entries."""
    works: Callable[[], Awaitable[bool]]
    loops: Mapping[str, Callable[[], Awaitable[None]]] = field(default_factory=dict)
    """Endless coroutines by name, which the store wants to have run."""
