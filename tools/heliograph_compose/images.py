"""The cluster's images: on a registry's where there is one, else on Debian's packages."""

import shutil
import tempfile
from pathlib import Path
from typing import Final

from heliograph_compose.engine import install
from heliograph_compose.failures import ComposeError
from heliograph_compose.running import run, works
from heliograph_compose.settings import ROOT, ComposeSettings
from heliograph_compose.wheels import gather_wheels
from heliograph_mongod.server import MongodUnavailableError, mongod

HELIOGRAPH: Final = "heliograph:local"
EDGE: Final = "heliograph-edge:local"
_MONGO: Final = "mongo:7"
_LOCAL_MONGO: Final = "heliograph-mongo:local"
_DEBIAN: Final = "debian:bookworm-slim"
_LOCAL_BASE: Final = "heliograph-base:local"
# What the Dockerfile would install, and a library of mongod's.
_PACKAGES: Final = "python3,python3-venv,haproxy,libcurl4"
_DEBOOTSTRAP: Final = ("debootstrap", "--variant=minbase", f"--include={_PACKAGES}", "bookworm")
_LEFT_OUT: Final = (
    "./var/cache/apt",
    "./var/lib/apt/lists",
    "./usr/share/doc",
    "./usr/share/locale",
)


def build_images(base: str) -> None:
    """Build the services' image and the edge's."""
    gather_wheels()
    print("Building images", flush=True)
    for target, tag in (("heliograph", HELIOGRAPH), ("edge", EDGE)):
        options = ("--build-arg", f"BASE={base}", "--target", target, "--tag", tag)
        run(["docker", "build", *options, "."])


def base_image(settings: ComposeSettings) -> str:
    """Return the image to build on, and have it here."""
    if settings.base is not None:
        return settings.base
    if _is_here(_LOCAL_BASE):
        return _LOCAL_BASE
    if _can_be_had(_DEBIAN):
        return _DEBIAN
    _make_base()
    return _LOCAL_BASE


def _make_base() -> None:
    if shutil.which("debootstrap") is None:
        install("debootstrap")
    print(f"There is no {_DEBIAN} to be had: making it of Debian's packages", flush=True)
    with tempfile.TemporaryDirectory(prefix="heliograph-base-") as folder:
        run([*_DEBOOTSTRAP, folder])
        archive = Path(folder).with_suffix(".tar")
        left_out = [f"--exclude={path}/*" for path in _LEFT_OUT]
        try:
            run(["tar", "-C", folder, "-cf", str(archive), *left_out, "."])
            run(["docker", "import", str(archive), _LOCAL_BASE])
        finally:
            archive.unlink(missing_ok=True)


def mongo_image(settings: ComposeSettings) -> str:
    """Return MongoDB's image, and have it here."""
    if settings.mongo_image is not None:
        return settings.mongo_image
    if _is_here(_LOCAL_MONGO):
        return _LOCAL_MONGO
    if _can_be_had(_MONGO):
        return _MONGO
    _make_mongo()
    return _LOCAL_MONGO


def _make_mongo() -> None:
    """Make an image of the development dependency's mongod: to test here, never to be shipped."""
    if not _is_here(_LOCAL_BASE):
        _make_base()
    print(
        f"There is no {_MONGO} to be had: making an image of the mongod for development", flush=True
    )
    folder = ROOT / "build" / "mongod"
    folder.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copy(mongod(), folder / "mongod")
    except MongodUnavailableError as error:
        raise ComposeError(str(error)) from None
    (folder / "Dockerfile").write_text(
        f"FROM {_LOCAL_BASE}\nCOPY mongod /usr/local/bin/\nRUN mkdir -p /data/db\n"
    )
    run(["docker", "build", "--tag", _LOCAL_MONGO, str(folder)])


def _is_here(image: str) -> bool:
    return works(["docker", "image", "inspect", image])


def _can_be_had(image: str) -> bool:
    return _is_here(image) or works(["docker", "pull", "--quiet", image])
