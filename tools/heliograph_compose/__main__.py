"""`make compose-up` and `make compose-down`."""

import sys
import time
from typing import Annotated, Final
from urllib.error import URLError
from urllib.request import urlopen

import typer

from heliograph_compose.compose import Compose
from heliograph_compose.edge import CONFIGURATION, edge_configuration
from heliograph_compose.engine import ensure_engine
from heliograph_compose.failures import ComposeError
from heliograph_compose.images import base_image, build_images, mongo_image
from heliograph_compose.secrets_folder import SecretsFolder
from heliograph_compose.settings import ComposeSettings
from servicekit.faces import FACES
from servicekit.failures import StartError

_READY_SECONDS: Final = 180.0
_PAUSE_SECONDS: Final = 0.5

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.command()
def up() -> None:
    """Build what is needed, start the cluster detached, and wait until it is ready."""
    settings = ComposeSettings()
    ensure_engine()
    build_images(base_image(settings))
    folder = SecretsFolder(settings)
    folder.prepare(mongo_image=mongo_image(settings))
    compose = Compose(settings)
    print("Starting", flush=True)
    compose("up", "--detach", "--remove-orphans")
    _wait_until_ready(settings, compose)
    _print_summary(settings, token=folder.admin_token())


@app.command()
def down(
    *, volumes: Annotated[bool, typer.Option("--volumes", help="Lose the data, too.")] = False
) -> None:
    """Stop the cluster; what it holds is there again at the next start."""
    settings = ComposeSettings()
    ensure_engine()
    Compose(settings)("down", "--remove-orphans", *(["--volumes"] if volumes else []))


@app.command()
def edge() -> None:
    """Write the edge's configuration."""
    CONFIGURATION.write_text(edge_configuration())


def _wait_until_ready(settings: ComposeSettings, compose: Compose) -> None:
    ends = time.monotonic() + _READY_SECONDS
    while not _is_ready(settings):
        if time.monotonic() > ends:
            print(compose("ps", "--all"), compose("logs", "--tail", "5", *FACES), file=sys.stderr)
            raise ComposeError(f"not ready after {_READY_SECONDS:.0f} s (see above)")
        time.sleep(_PAUSE_SECONDS)


def _is_ready(settings: ComposeSettings) -> bool:
    """Whether the edge says that every face has a service that is ready."""
    try:
        with urlopen(f"{settings.public_url}/readyz", timeout=5) as answer:  # noqa: S310  ours
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _print_summary(settings: ComposeSettings, *, token: str) -> None:
    for name, value in {
        "SCIM": f"{settings.public_url}/scim/v2",
        "SSF": f"{settings.public_url}/.well-known/ssf-configuration",
        "token": token,
        "folder": f"{settings.folder} (certificates and secrets: keep it)",
        "stop": "make compose-down",
    }.items():
        print(f"{name:<6} {value}")


def main() -> None:
    """Run the program; what can be mended is one line and exit code 2."""
    try:
        sys.exit(app(standalone_mode=False))
    except (ComposeError, StartError) as error:
        print(f"compose: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
