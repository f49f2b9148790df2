"""SPADE: the losses of its paper, and the training step that uses them."""

import keras
import tensorflow as tf

from oasis_tf.losses.feature_matching import FeatureMatching
from oasis_tf.losses.hinge import HingeAdversarial, HingeFake, HingeReal
from oasis_tf.losses.kl_divergence import KLDivergence
from oasis_tf.models.gan import GAN
from oasis_tf.models.spade.encoder import sampled


# A layer has the name SPADE in saved models already.
@keras.saving.register_keras_serializable(package="oasis_tf", name="SPADEModel")
class SPADE(GAN):
    """Trains a `SPADEGenerator` against a `SPADEDiscriminator`, with `fit`; see `GAN`.

    The discriminator sees fakes and real images in one batch: its power iteration is one for both.

    A generator with noise gets z from its encoder's distribution for the real image in both
    updates. `generate`, `evaluate` and the EMA's recalibration draw z from N(0, I).

    Logs: `gan`, `gan_feat` (times lambda), `d_fake`, `d_real`; with an encoder `kld` (times
    lambda); and others given to `compile`, such as `g_vgg` of a `PerceptualLoss`; their sum,
    `loss`; `g_gradient_norm`, which includes the encoder's, and `d_gradient_norm`.

    Args:
        generator: `SPADEGenerator`. discriminator: `SPADEDiscriminator` of the same classes.
    Networks with instance edges train on pairs (image, panoptic map), int (b, h, w, 2): class and
    instance of every pixel.

    Raises: ValueError if the two do not fit together, or for a generator with noise whose encoder
        was left out.
    Reference: Park et al. 2019, arXiv:1903.07291, sec. 3 and appendix A.

    ```python
    model = SPADE(SPADEGenerator(151, (256, 256)), SPADEDiscriminator(151))
    model.compile(Adam(1e-4, beta_2=0.9), Adam(4e-4, beta_2=0.9))
    ```
    """

    def __init__(self, generator, discriminator, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        if generator.edges != discriminator.edges:
            raise ValueError("Make both networks with instance edges (edges=True), or none.")
        if generator.z_dim and generator.encoder is None:
            raise ValueError(
                "This generator has no encoder (encoder=False), from which z comes in training; "
                "make it with encoder=True."
            )

    def default_generator_losses(self):
        """Hinge and feature matching; with an encoder, its divergence.

        The paper adds a `PerceptualLoss`, which needs weights.
        """
        losses = [HingeAdversarial(), FeatureMatching(weight=self.lambda_feat)]
        return losses + ([KLDivergence(weight=self.lambda_kld)] if self.generator.z_dim else [])

    def default_discriminator_losses(self):
        """Hinge, of fake and real."""
        return [HingeFake(), HingeReal()]

    def compile(
        self,
        generator_optimizer,
        discriminator_optimizer,
        lambda_feat=10.0,
        lambda_kld=0.05,
        ema_decay=0.0,
        **shared,
    ):
        """Sets what training needs.

        Args:
            generator_optimizer, discriminator_optimizer: `keras.optimizers.Optimizer`, one each.
            lambda_feat, lambda_kld: floats, weights of feature matching and of `KLDivergence`; not
                used if `generator_losses` are given.
            ema_decay: float in [0, 1); the paper has no EMA: 0 makes the EMA generator a copy.
            **shared: see `GAN.compile`. With `jit_compile` the generator's modulation is dense.
        """
        self.lambda_feat = lambda_feat
        self.lambda_kld = lambda_kld
        if shared.get("jit_compile") and self.generator.modulation == "distinct":
            raise ValueError('jit_compile needs a generator of modulation "auto" or "dense".')
        super().compile(generator_optimizer, discriminator_optimizer, ema_decay=ema_decay, **shared)
        if self.compiles_updates:
            self.generator.modulation = "dense"

    def update_generator(self, real, label_map, z=None, **computed):
        """See `GAN`.

        Args:
            z: float (b, z_dim), standard normal, from which z is made around the encoder's mean;
                None without noise.
        """
        with tf.GradientTape() as tape:
            fake, encoded = self._fake(real, label_map, z)
        return self.train_generator(tape, real, fake, label_map, **encoded, **computed)

    def update_discriminator(self, real, label_map, z=None, **computed):
        """See `GAN` and `update_generator`."""
        fake, _ = self._fake(real, label_map, z)
        return self.train_discriminator(real, tf.stop_gradient(fake), label_map, **computed)

    def _fake(self, real, label_map, noise):
        """A fake in training mode, and a dict of the encoder's outputs, empty without one."""
        generator, encoder = self.generator, self.generator.encoder
        if encoder is None:
            return generator(label_map, training=True), {}
        mean, log_variance = encoder(real, training=True)
        fake = generator(label_map, sampled(mean, log_variance, noise), training=True)
        return fake, {"z_mean": mean, "z_log_variance": log_variance}

    def discriminate(self, image, label_map, *, training):
        return self.discriminator(image, label_map, training=training)

    def discriminate_both(self, fake, real, label_map, *, training):
        """One forward pass on fake and real, the fake first."""
        images, label_maps = tf.concat([fake, real], 0), tf.concat([label_map, label_map], 0)
        judged = self.discriminate(images, label_maps, training=training)
        halves = [[tf.split(x, 2) for x in scale] for scale in judged]
        return tuple([[half[i] for half in scale] for scale in halves] for i in range(2))

    def predictions(self, outputs, *, pixel_weights=None):
        """The mean logit of each scale, then of both. See `GAN`."""
        means = [tf.reduce_mean(logits, axis=(1, 2, 3)) for *_, logits in outputs]
        return tf.add_n(means) / len(means)
