"""What processes have cost."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TICKS_PER_SECOND: Final = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU time that these processes have taken so far, by themselves and for them."""
    return sum(map(_ticks, pids)) / _TICKS_PER_SECOND


def _ticks(pid: int) -> int:
    # The program's name, in brackets, may hold anything. User and system time are fields 14 and 15.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
