"""What settings come to: what the model is called."""

from __future__ import annotations

import pytest
from builders import complaint
from cases import settings_of

from mcqtest.run.terms import name_of


def test_the_given_name_is_before_the_folders() -> None:
    """Which is taken where none is given."""
    assert name_of(settings_of(), "small") == "small"
    assert name_of(settings_of(model_name="large"), "small") == "large"
    assert name_of(settings_of(model_name="large"), "none") == "large"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (" small", "its name ' small' begins or ends with a blank"),
        ("sm\x1ball", "holds what cannot be printed"),
        ("none", "it would be called 'none', which is how --baseline says that there is none"),
    ],
)
def test_names_that_a_baseline_cannot_have(name: str, said: str) -> None:
    """One line, with the option that helps."""
    told = complaint(name_of, settings_of(), name)
    assert said in told
    assert told.endswith("add --model-name=NAME")
