"""The two networks and the model that trains them.

Importing this also makes known to Keras what saved models hold besides, such as their optimizers.
"""

import oasis_tf.adam
import oasis_tf.loss_scale
import oasis_tf.perceptual_loss  # noqa: F401
from oasis_tf.models.discriminator import OASISDiscriminator
from oasis_tf.models.generator import OASISGenerator
from oasis_tf.models.oasis import OASIS

__all__ = ["OASIS", "OASISDiscriminator", "OASISGenerator"]
