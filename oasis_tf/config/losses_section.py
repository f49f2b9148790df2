"""The keys of a config's `losses`."""

from typing import Annotated

from pydantic import Field

from oasis_tf.config import bounds
from oasis_tf.config.section import Form, Section

AddedLosses = Annotated[dict[str, bounds.LossWeight], Form(lambda: "{name: weight, ...}")]


class LossesConfig(Section):
    """Losses added to those of the model, by their names in `oasis_tf/losses/`."""

    generator: AddedLosses = Field(
        {}, description="Losses added to the generator's, with their weights, such as {l1: 10}."
    )
    discriminator: AddedLosses = Field(
        {},
        description="Losses added to the discriminator's, with their weights, such as "
        "{lecam: 0.3}, which keeps its predictions on real and fake images close.",
    )
