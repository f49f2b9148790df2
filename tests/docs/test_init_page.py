"""docs/init.md shows what `init` prints today, for a folder like CamVid's."""

import re
import sys

from command_line import call
from documents import ROOT, text_of

from oasis_tf.first_config import machine as machine_module
from oasis_tf.first_config.machine import Machine

sys.path.append(str(ROOT / "tests" / "first_config"))
import miniatures  # noqa: E402

PAGE = text_of(ROOT / "docs" / "init.md")
(SAMPLE,) = re.findall("```\n(Wrote .*?)```", PAGE, re.DOTALL)


def without_numbers(text):
    """The lines with 0 for numbers and sizes; durations and void's share depend on the files."""
    return [re.sub(r"[\d,.]*\d", "0", line) for line in text.splitlines()]


def test_the_sample_is_what_is_printed(tmp_path, monkeypatch):
    machine = Machine(cores=2, memory=22 * 10**9)
    monkeypatch.setattr(machine_module, "this_machine", lambda: machine)
    for split, count in (("train", 51), ("val", 2), ("test", 2)):
        images, labels = (f"{kind}/{split}/{{}}" for kind in ("images", "labels"))
        names = [f"{split}{number}" for number in range(count)]
        miniatures.pairs(tmp_path / "data", f"{images}.png", f"{labels}.png", names, (0, 5, 11))
    monkeypatch.chdir(tmp_path)
    printed = call("init", "--data-root", tmp_path / "data").stdout
    assert without_numbers(printed) == without_numbers(SAMPLE)
