"""What a wheel of this checkout holds."""

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

from servicekit.faces import FACES, module_of

ROOT = Path(__file__).resolve().parents[3]


def test_the_wheel_has_every_package_under_the_name_that_it_is_imported_by() -> None:
    files = WheelBuilder(str(ROOT)).recurse_included_files()

    packages = {file.distribution_path.split("/")[0] for file in files}

    assert packages == {
        *("helio", "heliograph", "scim", "secevent", "servicekit"),
        *map(module_of, FACES),
    }
