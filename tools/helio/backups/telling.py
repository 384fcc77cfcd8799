"""What a person needs to know of a backup that was made or restored."""

from pathlib import Path

from rich.console import Console

from helio.backups.contents import MASTER_KEY
from helio.backups.manifest import Manifest
from helio.backups.restoring import Restored
from helio.settings import ClusterSettings

_MEBIBYTE = 1 << 20
_KEY_ELSEWHERE = "not in the backup: set HELIOGRAPH_MASTER_KEY as it was, before `helio up`"


def print_backup(console: Console, target: Path, manifest: Manifest) -> None:
    """Print where a backup is, and that it is to be guarded."""
    rows = {
        "backup": f"{target} ({manifest.size / _MEBIBYTE:.1f} MiB, verified)",
        "of": f"cluster {manifest.cluster}, changes up to {manifest.feed_position}",
        "SECRET": "whoever reads it can read everything and sign as this cluster: encrypt it",
    }
    if not manifest.holds(MASTER_KEY):
        rows["KEY"] = "not in the backup: keep HELIOGRAPH_MASTER_KEY, without which it is worthless"
    _print(console, rows)


def print_restored(console: Console, settings: ClusterSettings, restored: Restored) -> None:
    """Print what was restored, and what is left to do."""
    manifest = restored.manifest
    rows = {"data": f"{settings.data}, as of {manifest.made} (cluster {manifest.cluster})"}
    if restored.replaced:
        rows["before"] = f"the former data are in {' and '.join(map(str, restored.replaced))}"
    if not manifest.holds(MASTER_KEY):
        rows["KEY"] = _KEY_ELSEWHERE
    rows["next"] = "`helio up` starts it; every reader of its feeds begins anew"
    _print(console, rows)


def _print(console: Console, rows: dict[str, str]) -> None:
    for name, value in rows.items():
        console.print(f"{name:<6} {value}", markup=False, highlight=False, soft_wrap=True)
