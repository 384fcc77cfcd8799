"""docs/profiles.md says what the code does."""

from pathlib import Path
from typing import get_args

from scim.profile import PROFILES
from scim.quirks import Quirk
from scim_gateway.settings import Settings

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "profiles.md"


def _row(quirk: Quirk) -> str:
    marks = ["yes" if profile.has(quirk) else "–" for profile in PROFILES.values()]
    clients = ", ".join(quirk.clients)
    name = f"`{quirk.name.lower()}`"
    return f"| {' | '.join([name, quirk.sent, quirk.meaning, clients, quirk.clause, *marks])} |"


def test_the_table_of_quirks_is_that_of_the_code() -> None:
    lines = _PAGE.read_text().splitlines()
    head = next(number for number, line in enumerate(lines) if line.startswith("| quirk |"))

    table = lines[head + 2 : lines.index("", head)]

    assert lines[head].endswith(f" {' | '.join(PROFILES)} |")
    assert table == [_row(quirk) for quirk in Quirk]


def test_every_profile_can_be_chosen_and_is_explained() -> None:
    text = _PAGE.read_text()

    assert set(get_args(Settings.model_fields["scim_profile"].annotation)) == set(PROFILES)
    assert [name for name in PROFILES if f"| `{name}`" not in text] == []
