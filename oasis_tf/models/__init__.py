"""The networks and the models that train them.

Importing this package also registers the other classes of saved models with Keras, such as Adam.
"""

from oasis_tf.losses import perceptual as _perceptual  # noqa: F401
from oasis_tf.models.discriminator import OASISDiscriminator
from oasis_tf.models.generator import OASISGenerator
from oasis_tf.models.oasis import OASIS
from oasis_tf.optimizers import adam as _adam  # noqa: F401
from oasis_tf.optimizers import loss_scale as _loss_scale  # noqa: F401

__all__ = ["OASIS", "OASISDiscriminator", "OASISGenerator"]
