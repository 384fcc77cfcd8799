"""SIGKILL for one service after the other, by chance."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress

from helio.readiness import is_ready
from heliograph_demo.killing import Victim

_MOST_DOWN = 2
_PAUSE_SECONDS = 0.1


class RandomKiller:
    """Kills victims by chance; two of them at most are down at once, so that there is progress."""

    def __init__(self, victims: Sequence[Victim], *, seed: int) -> None:
        self._victims = victims
        self._random = random.Random(seed)  # noqa: S311  a seed, so that a run can be repeated
        self.kills: Counter[str] = Counter()

    async def kill(self, count: int, tell: Callable[[str], None]) -> None:
        """Send that many SIGKILLs."""
        while self.kills.total() < count:
            await asyncio.sleep(self._random.random())
            ready = await self._ready()
            if len(self._victims) - len(ready) < _MOST_DOWN and ready:
                self._kill(self._random.choice(ready), tell)

    async def wait_until_all_are_back(self) -> None:
        """Return when every victim is ready."""
        while len(await self._ready()) < len(self._victims):  # noqa: ASYNC110  other processes
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _ready(self) -> list[Victim]:
        answers = await asyncio.gather(
            *(is_ready(v.api.session, v.api.settings, v.service) for v in self._victims)
        )
        return [victim for victim, ready in zip(self._victims, answers, strict=True) if ready]

    def _kill(self, victim: Victim, tell: Callable[[str], None]) -> None:
        pid = victim.pid()
        if pid is None:
            return
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.kills[victim.service] += 1
            tell(f"{victim.service} of {victim.cluster.name}")
