"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[Path | None, typer.Option(help="The data folder. [default: data]")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
