"""docs/watch.md describes the progress line as it is."""

from pathlib import Path

from tiny import tiny_oasis

from oasis_tf.training.run_reports import main_losses

PAGE = (Path(__file__).parents[2] / "docs" / "watch.md").read_text(encoding="utf-8")


def test_the_page_names_the_losses_as_the_line_does():
    model = tiny_oasis()
    losses = {
        "G": main_losses(model.generator_losses),
        "D": main_losses(model.discriminator_losses),
    }
    (message,) = (text for text in PAGE.splitlines() if text.startswith("In a terminal, one line"))
    for shown, names in losses.items():
        assert f"`{shown}`" in message and " + ".join(f"`{name}`" for name in names) in message
