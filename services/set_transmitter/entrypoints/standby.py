"""The answer of a replica that is not the active one."""


class StandbyError(Exception):
    """Another replica of this service is the active one, or will be within seconds."""

    reason = "STANDBY"

    def __init__(self) -> None:
        super().__init__(
            "this replica of set-transmitter stands by: another one is active, or takes over within"
            " seconds: try again"
        )
