"""Runs the store: `python -m resource_store --data DIR`."""

from resource_store.app import NAME, build
from resource_store.settings import Settings
from servicekit.runtime import run

if __name__ == "__main__":
    run(NAME, Settings, build)
