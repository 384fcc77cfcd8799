"""Asks a service of this machine whether it is ready: the health check of its container."""

import sys
from http.client import HTTPConnection

_SECONDS = 4.0


def is_ready(port: int) -> bool:
    """Whether the service that listens on a port of loopback answers that it is ready."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_ready(int(sys.argv[1])) else 1)
