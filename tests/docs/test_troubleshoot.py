"""Messages that docs/troubleshoot.md quotes are messages of the program."""

import re

import pytest
from documents import ROOT, text_of

SYMPTOMS = re.findall(
    r'^\| "([^"|]+)" \|', text_of(ROOT / "docs" / "troubleshoot.md"), re.MULTILINE
)


@pytest.fixture(scope="module")
def messages():
    """All texts of the package, with those that go on in the next line joined."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "oasis_tf").rglob("*.py")]
    return re.sub(r'"\s*f?"', "", "\n".join(sources))


@pytest.mark.parametrize("symptom", SYMPTOMS)
def test_a_quoted_message_exists(symptom, messages):
    assert symptom in messages


def test_messages_are_quoted():
    assert "is training there" in SYMPTOMS
