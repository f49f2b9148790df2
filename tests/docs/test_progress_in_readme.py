"""The README describes the progress line as it is."""

from pathlib import Path

from tiny import tiny_oasis

from oasis_tf.training.run_reports import main_losses

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_readme_names_the_losses_as_the_line_does():
    model = tiny_oasis()
    losses = {
        "G": main_losses(model.generator_losses),
        "D": main_losses(model.discriminator_losses),
    }
    (message,) = (
        text for text in README.splitlines() if text.startswith("In a terminal, one line")
    )
    for shown, names in losses.items():
        assert f"`{shown}`" in message and " + ".join(f"`{name}`" for name in names) in message
