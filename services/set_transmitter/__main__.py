"""`python -m set_transmitter --data DIR` runs the transmitter until it is told to stop."""

from servicekit.runtime import run
from set_transmitter.app import NAME, build
from set_transmitter.settings import Settings

if __name__ == "__main__":
    run(NAME, Settings, build)
