"""`helio events`: what the event log holds, and what goes into it."""

import typer

app = typer.Typer(help="Events: what happened, and who has been told.", no_args_is_help=True)
