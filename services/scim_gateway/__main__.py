"""`python -m scim_gateway --data DIR` runs the gateway until it is told to stop."""

from scim_gateway.app import NAME, build
from scim_gateway.settings import Settings
from servicekit.runtime import run

if __name__ == "__main__":
    run(NAME, Settings, build)
