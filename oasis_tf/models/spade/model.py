"""SPADE: the losses of its paper, and the training step that uses them."""

import keras
import tensorflow as tf

from oasis_tf.losses.feature_matching import FeatureMatching
from oasis_tf.losses.hinge import HingeAdversarial, HingeFake, HingeReal
from oasis_tf.models.gan import GAN


# A layer has the name SPADE in saved models already.
@keras.saving.register_keras_serializable(package="oasis_tf", name="SPADEModel")
class SPADE(GAN):
    """Trains a `SPADEGenerator` against a `SPADEDiscriminator`, with `fit`; see `GAN`.

    The discriminator sees fakes and real images in one batch: its power iteration is one for both.

    Logs: `gan`, `gan_feat` (times lambda), `d_fake`, `d_real`, and others given to `compile`, such
    as `g_vgg` of a `PerceptualLoss`; their sum, `loss`; `g_gradient_norm`, `d_gradient_norm`.

    Args:
        generator: `SPADEGenerator`. discriminator: `SPADEDiscriminator` of the same classes.
    Raises: ValueError if the two do not fit together, or for networks with instance edges: a batch
        of `fit` has no instances.
    Reference: Park et al. 2019, arXiv:1903.07291, sec. 3 and appendix A.

    ```python
    model = SPADE(SPADEGenerator(151, (256, 256)), SPADEDiscriminator(151))
    model.compile(Adam(1e-4, beta_2=0.9), Adam(4e-4, beta_2=0.9))
    ```
    """

    def __init__(self, generator, discriminator, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        if generator.edges or discriminator.edges:
            raise ValueError(
                "SPADE trains on pairs (image, label_map), which have no instances; make both "
                "networks with edges=False."
            )

    def default_generator_losses(self):
        """Hinge and feature matching. The paper adds a `PerceptualLoss`, which needs weights."""
        return [HingeAdversarial(), FeatureMatching(weight=self.lambda_feat)]

    def default_discriminator_losses(self):
        """Hinge, of fake and real."""
        return [HingeFake(), HingeReal()]

    def compile(
        self,
        generator_optimizer,
        discriminator_optimizer,
        lambda_feat=10.0,
        ema_decay=0.0,
        **shared,
    ):
        """Sets what training needs.

        Args:
            generator_optimizer, discriminator_optimizer: `keras.optimizers.Optimizer`, one each.
            lambda_feat: float, weight of feature matching; not used if `generator_losses` are
                given.
            ema_decay: float in [0, 1); the paper has no EMA: 0 makes the EMA generator a copy.
            **shared: see `GAN.compile`. With `jit_compile` the generator's modulation is dense.
        """
        self.lambda_feat = lambda_feat
        if shared.get("jit_compile") and self.generator.modulation == "distinct":
            raise ValueError('jit_compile needs a generator of modulation "auto" or "dense".')
        super().compile(generator_optimizer, discriminator_optimizer, ema_decay=ema_decay, **shared)
        if self.compiles_updates:
            self.generator.modulation = "dense"

    def update_generator(self, real, label_map, z=None, **computed):
        """See `GAN`; z is None."""
        return super().update_generator(real, label_map, z, **computed)

    def update_discriminator(self, real, label_map, z=None, **computed):
        """See `GAN`; z is None."""
        return super().update_discriminator(real, label_map, z, **computed)

    def discriminate(self, image, label_map, *, training):
        return self.discriminator(image, label_map, training=training)

    def discriminate_both(self, fake, real, label_map, *, training):
        """One forward pass on fake and real, the fake first."""
        images, label_maps = tf.concat([fake, real], 0), tf.concat([label_map, label_map], 0)
        judged = self.discriminate(images, label_maps, training=training)
        halves = [[tf.split(x, 2) for x in scale] for scale in judged]
        return tuple([[half[i] for half in scale] for scale in halves] for i in range(2))
