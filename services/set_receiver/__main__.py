"""`python -m set_receiver --data DIR` runs the service."""

from servicekit.runtime import run
from set_receiver.app import SERVICE, build
from set_receiver.settings import Settings

if __name__ == "__main__":
    run(SERVICE, Settings, build)
