"""Documents say what is there."""

import importlib
import re
from pathlib import Path

import pytest

from secevent.push import VERDICTS
from servicekit.faces import FACES, module_of

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
DELIVERY = ROOT / "docs" / "delivery.md"
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path) -> None:
    targets = LINK.findall(document.read_text())

    missing = [target for target in targets if not (document.parent / target).exists()]

    assert missing == []


@pytest.mark.parametrize("service", FACES)
def test_every_setting_is_documented(service: str) -> None:
    settings = importlib.import_module(f"{module_of(service)}.settings")
    documented = set(
        re.findall(r"HELIOGRAPH_[A-Z_]+", (ROOT / "docs" / "configuration.md").read_text())
    )

    fields = settings.Settings.model_fields
    missing = {f"HELIOGRAPH_{name.upper()}" for name in fields} - documented

    assert missing == set()


def test_every_decision_states_itself_in_its_title() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))

    for number, decision in enumerate(decisions, start=1):
        title, status = decision.read_text().splitlines()[:2]
        assert title.startswith(f"# {number:04d}. ")
        assert status.startswith("Status: ")


def test_the_table_of_answers_is_the_one_in_the_code() -> None:
    _, section = DELIVERY.read_text().split("## What an answer to a push means\n")
    table, *_ = section.split("\n## ")
    shown = re.findall(r"^\| `([^`]+)` \| (.+) \|$", table, re.MULTILINE)

    assert dict(shown) == {way: follows.value for way, follows in VERDICTS.items()}
