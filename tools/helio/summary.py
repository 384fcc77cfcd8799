"""What a person needs to know of a cluster that is up."""

import shutil
import sys
from pathlib import Path

from rich.console import Console

from helio.data_folder import DataFolder
from helio.settings import ClusterSettings


def urls(settings: ClusterSettings) -> dict[str, str]:
    """Return where each face is, by what it is called in the documentation."""
    return {
        "SCIM": f"{settings.origin_of('scim-gateway')}/scim/v2",
        "SSF": f"{settings.origin_of('ssf-registrar')}/.well-known/ssf-configuration",
        "poll": f"{settings.origin_of('set-transmitter')}/ssf/poll/…",
        "push": f"{settings.origin_of('set-receiver')}/events/…",
        "admin": f"{settings.origin_of('set-transmitter')}/admin/v1/docs",
    }


def down_command(settings: ClusterSettings) -> str:
    """Return the command as the user can type it, be `helio` on the PATH or not."""
    called = Path(sys.argv[0])
    helio = str(called) if called.name == "helio" and shutil.which("helio") is None else "helio"
    is_default = settings.data == Path("data").resolve()
    return f"{helio} down" if is_default else f"{helio} down --data {settings.data}"


def print_summary(console: Console, settings: ClusterSettings, *, how_to_stop: str) -> None:
    """Print URLs, the token, and how to stop. A token that was given is not printed."""
    token = "as in HELIOGRAPH_ADMIN_TOKEN"  # noqa: S105  words, not a token
    if settings.admin_token is None:
        token = DataFolder(settings.data).admin_token()
    data = f"{settings.data} (logs in {settings.data}/logs)"
    rows = {**urls(settings), "token": token, "data": data, "stop": how_to_stop}
    for name, value in rows.items():
        console.print(f"{name:<6} {value}", markup=False, highlight=False, soft_wrap=True)
