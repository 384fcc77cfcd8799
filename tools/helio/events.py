"""`helio events`: what the transmitter tells of."""

import typer

app = typer.Typer(help="Events of the transmitter.", no_args_is_help=True)
