"""The edge proxy's configuration: all faces under one origin, from the one table of faces."""

import re
from pathlib import Path
from typing import Final

from heliograph_compose.settings import ROOT
from servicekit.faces import FACES, Face

CONFIGURATION: Final[Path] = ROOT / "deploy" / "haproxy.cfg"
_FIRST_PORT: Final = 8080
_TRUSTED_SECONDS: Final = 8
"""For so long a check that passed says something: the next one may take 2 + 5 s."""

_HEAD: Final = """\
# Made from libs/servicekit/faces.py by `make edge`. All faces under one origin.

global
    # what becomes of servers, and never a request: a filter has people's names in it
    log stdout format raw local0 notice

defaults
    mode http
    log global
    option redispatch
    retries 3
    timeout connect 5s
    timeout http-request 30s
    timeout client 75s
    timeout check 5s
    # polls are held for 50 s at most
    timeout server 60s
    default-server check inter 2s fall 2 rise 1 resolvers names init-addr none

resolvers names
    parse-resolv-conf
    hold valid 1s
    timeout resolve 1s
    timeout retry 1s

frontend origin
    bind :8080
    monitor-uri /readyz
"""
_NOTHING_ELSE: Final = """\
    http-request return status 404 content-type text/plain string "nothing is served here\\n"
"""


def edge_configuration() -> str:
    """Return haproxy's configuration for the faces that have a path."""
    faces = [face for face in FACES.values() if face.prefixes]
    rules = [
        *(line for face in faces for line in _fails_without(face)),
        *(f"    acl {face.service} path_reg {_pattern(face)}" for face in faces),
    ]
    known = " || ".join(face.service for face in faces)
    nothing_else = _NOTHING_ELSE.rstrip() + f" unless {known}\n"
    ways = "".join(f"    use_backend {face.service} if {face.service}\n" for face in faces)
    backends = "".join(_backend(face) for face in faces)
    return _HEAD + "\n".join(rules) + "\n" + nothing_else + ways + backends


def _fails_without(face: Face) -> list[str]:
    """Return when the edge is not ready for want of a face.

    A server that has just got an address counts as one that is up until its first check has failed
    (haproxy 2.6), so a check must have passed of late, too.
    """
    since = f"date(),sub({_passed(face)})"
    return [
        f"    monitor fail if {{ nbsrv({face.service}) lt 1 }}",
        f"    monitor fail unless {{ var({_passed(face)}) -m found }}",
        f"    monitor fail if {{ {since} gt {_TRUSTED_SECONDS} }}",
    ]


def _passed(face: Face) -> str:
    """Return the variable that has the time of the last check that passed, in seconds."""
    return f"proc.passed_{face.service.replace('-', '_')}"


def _pattern(face: Face) -> str:
    """Return the paths of a face: a prefix alone or with a path below, of any tenant."""
    prefixes = "|".join(re.escape(prefix) for prefix in face.prefixes)
    return f"^(/t/[^/]+)?({prefixes})(/|$)"


def _backend(face: Face) -> str:
    port = _FIRST_PORT + face.port_offset
    return (
        f"\nbackend {face.service}\n"
        "    option httpchk GET /readyz\n"
        "    http-check expect status 200\n"
        f"    http-check set-var({_passed(face)}) date()\n"
        f"    server-template replica 8 {face.service}:{port}\n"
    )
