"""Runs ssf-registrar: `python -m ssf_registrar --data DIR`."""

from servicekit.runtime import run
from ssf_registrar.app import build
from ssf_registrar.settings import Settings

if __name__ == "__main__":
    run("ssf-registrar", Settings, build)
