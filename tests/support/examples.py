"""How many examples a property is put to."""

from typing import Final, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

_T = TypeVar("_T")

THOROUGH: Final = 20
"""How many times as many `--hypothesis-profile=thorough` takes."""

_USUAL: Final = settings.get_profile("default").max_examples


def register_profiles() -> None:
    """Let no property fail by the time that it takes on a machine with other things to do.

    By `thorough` a person looks for what a test run has no time for.
    """
    settings.register_profile("usual", deadline=None)
    settings.load_profile("usual")
    settings.register_profile("thorough", max_examples=THOROUGH * _USUAL, deadline=None)


def examples(count: int) -> settings:
    """Return the settings for so many examples, or more as the profile says; none is of time."""
    factor = max(settings().max_examples // _USUAL, 1)
    slow = [HealthCheck.too_slow]
    return settings(max_examples=count * factor, deadline=None, suppress_health_check=slow)


def drawn(strategy: st.SearchStrategy[_T], count: int) -> list[_T]:
    """Return so many of what the strategy gives, the same each time."""
    found: list[_T] = []

    @settings(examples(count), database=None, derandomize=True, phases=[Phase.generate])
    @given(strategy)
    def collect(each: _T) -> None:
        found.append(each)

    collect()
    return found
