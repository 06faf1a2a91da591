"""What docstrings say in sections, and what their first sentence is."""

from __future__ import annotations

import pytest

from codegen.emitters.pages import docstrings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Use it, e.g. for tests. Not more.", "Use it, e.g. for tests."),
        ("A sentence that\nis wrapped. Another.", "A sentence that is wrapped."),
        ("Version 1.2 of it. More.", "Version 1.2 of it."),
        ("Call `a. B` first. Then more.", "Call `a. B` first."),
        ("> [!NOTE]\n> Beware.\n\nThe text.", "The text."),
        ("# Title\n\nThe text", "The text"),
        ("```\ncode\n```\nThe text.", "The text."),
        ("Example usage:\n\n    x", "Example usage."),
        ("", ""),
    ],
)
def test_summary_is_the_whole_first_sentence(text: str, expected: str) -> None:
    """Abbreviations, numbers, code and wrapped lines do not end a sentence."""
    assert docstrings.summary(text) == expected


def test_sphinx_fields_are_taken_out() -> None:
    """Fields become facts wherever they stand, and leave the text."""
    found = docstrings.parse(
        "Do it.\n\n:param a: The\n    first.\n:type a: int\n:raises KeyError: If not.\n:return: It.\n\nMore."
    )
    assert found.text == "Do it.\n\n\n\nMore.\n"
    assert found.parameters == {"a": "The first."}
    assert found.raises == {"KeyError": "If not."}
    assert found.returns == "It."


def test_sections_with_unknown_names_stay_in_the_text() -> None:
    """A section is moved only when every entry is a known parameter."""
    text = "Do it.\n\nArgs:\n    a: The first.\n    b (int): The\n        second.\n\nEnd.\n"
    found = docstrings.parse(text, frozenset(["a", "b"]))
    assert found.text == "Do it.\n\nEnd.\n"
    assert found.parameters == {"a": "The first.", "b": "The second."}
    assert docstrings.parse(text, frozenset(["a"])).text == text


def test_numpy_sections_are_taken_out_at_any_margin() -> None:
    """Entries of an underlined section may be indented as a whole."""
    text = "A job.\n\nAttributes\n----------\n    phase : Phase\n        Where it is.\n    note : str\n        Why.\n"
    found = docstrings.parse(text, frozenset(["phase", "note"]))
    assert found.text == "A job.\n"
    assert found.parameters == {"phase": "Where it is.", "note": "Why."}
