"""What can go wrong on the way to containers."""


class ComposeError(Exception):
    """The cluster cannot be brought up in containers; the message says what to do."""


class EngineUnavailableError(ComposeError):
    """There is no Docker engine on this machine, and none can be had; the message says why."""
