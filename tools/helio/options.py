"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option(help="The data folder. [default: data]")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
RegistrarUrl = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="The registrar's own origin, where `helio up` does not run it;"
        " HELIOGRAPH_ADMIN_TOKEN is its token.",
    ),
]
GatewayUrl = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="The gateway's own origin, where `helio up` does not run it;"
        " HELIOGRAPH_ADMIN_TOKEN is its token.",
    ),
]
TransmitterUrl = Annotated[
    str | None,
    typer.Option(
        "--url",
        metavar="URL",
        help="The transmitter's own origin, where `helio up` does not run it;"
        " HELIOGRAPH_ADMIN_TOKEN is its token.",
    ),
]
