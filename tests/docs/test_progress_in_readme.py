"""What the README says of the progress line is what it shows."""

from pathlib import Path
from types import SimpleNamespace

from tiny import tiny_oasis

from oasis_tf.training.callbacks import SampleSheets
from oasis_tf.training.run import TrainingRun

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_the_losses_as_the_line_does():
    config = SimpleNamespace(training=SimpleNamespace(batch_size=1))
    run = SimpleNamespace(total_steps=1, steps_per_epoch=1, config=config, model=tiny_oasis())
    samples = SampleSheets.__new__(SampleSheets)
    (line,) = TrainingRun._progress(run, [samples], SimpleNamespace(lose_output=None))
    (message,) = (
        text for text in README.splitlines() if text.startswith("A terminal shows one line")
    )
    for shown, names in line.losses.items():
        assert f"`{shown}`" in message and " + ".join(f"`{name}`" for name in names) in message
