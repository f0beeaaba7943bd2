"""What a library said, in one line."""

import pytest

from mcqtest.types import one_line


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("one\ntwo"), "ValueError: one"),
        (KeyError(), "KeyError"),
        (ValueError("\n\n  late"), "ValueError: late"),
        (ValueError("x" * 99), f"ValueError: {'x' * 20}"),
    ],
)
def test_an_error_in_one_line(error, expected):
    """Its type, and the first line of what it says, as far as there is room."""
    assert one_line(error, 20, named=True) == expected
    assert one_line(error, 20) == expected.removeprefix("ValueError: ")


def test_all_lines_in_one():
    """Where the first says little; blanks in a row are one, and there is no more than asked for."""
    assert one_line(ValueError(" one\n\n  two\tthree "), 11, whole=True) == "one two thr"
