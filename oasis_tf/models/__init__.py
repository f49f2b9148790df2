"""The networks, on every backend of Keras, and the models that train them, on TensorFlow.

Importing this package also registers the other classes of saved models with Keras, such as Adam.
"""

import keras

from oasis_tf.models.discriminator import OASISDiscriminator
from oasis_tf.models.generator import OASISGenerator
from oasis_tf.models.pix2pix.discriminator import Pix2PixDiscriminator
from oasis_tf.models.pix2pix.generator import Pix2PixGenerator
from oasis_tf.models.spade.discriminator import SPADEDiscriminator
from oasis_tf.models.spade.generator import SPADEGenerator
from oasis_tf.runtime.keras_settings import require_tensorflow

__all__ = [
    "OASIS",
    "SPADE",
    "BackboneDiscriminator",
    "OASISDiscriminator",
    "OASISGenerator",
    "Pix2Pix",
    "Pix2PixDiscriminator",
    "Pix2PixGenerator",
    "SPADEDiscriminator",
    "SPADEGenerator",
]

if keras.config.backend() == "tensorflow":
    from oasis_tf.losses import perceptual as _perceptual  # noqa: F401
    from oasis_tf.models.backbone_discriminator import BackboneDiscriminator
    from oasis_tf.models.oasis import OASIS
    from oasis_tf.models.pix2pix.model import Pix2Pix
    from oasis_tf.models.spade.model import SPADE
    from oasis_tf.optimizers import adam as _adam  # noqa: F401
    from oasis_tf.optimizers import loss_scale as _loss_scale  # noqa: F401


def __getattr__(name):
    if name in ("BackboneDiscriminator", "OASIS", "Pix2Pix", "SPADE"):
        require_tensorflow()  # raises: on TensorFlow it is imported above
    raise AttributeError(f"module 'oasis_tf.models' has no attribute {name!r}")
