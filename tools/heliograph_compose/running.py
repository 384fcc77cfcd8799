"""Running docker, and saying what it said when it fails."""

import subprocess
import sys
from collections.abc import Sequence

from heliograph_compose.failures import ComposeError
from heliograph_compose.settings import ROOT

_SHOWN_LINES = 25


def run(command: Sequence[str]) -> str:
    """Run a program and return what it wrote. Raises `ComposeError` with its end if it fails."""
    done = subprocess.run(
        command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr).splitlines()[-_SHOWN_LINES:]
        print("\n".join(said), file=sys.stderr)
        raise ComposeError(f"{' '.join(command[:3])} … failed (see above)")
    return done.stdout


def works(command: Sequence[str]) -> bool:
    """Whether a program ends well."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0
