"""Pix2Pix: the losses of its paper, and the training step that uses them."""

import keras
import tensorflow as tf

from oasis_tf.losses.bce import BCEAdversarial, BCEFake, BCEReal
from oasis_tf.losses.l1 import L1
from oasis_tf.models.gan import GAN, GENERATOR_Z


@keras.saving.register_keras_serializable(package="oasis_tf")
class Pix2Pix(GAN):
    """Trains a `Pix2PixGenerator` against a `Pix2PixDiscriminator`, with `fit`; see `GAN`.

    Each step makes one fake. The discriminator goes first; the generator then learns from the
    updated discriminator's judgement of the same fake. The discriminator follows half of its loss.

    Logs: `g_gan`, `g_l1` (times lambda), `d_fake`, `d_real` (not halved), and others given to
    `compile`; their sum, `loss`; `g_gradient_norm`, `d_gradient_norm`.

    Reference: Isola et al. 2017, arXiv:1611.07004, sec. 3.

    ```python
    model = Pix2Pix(Pix2PixGenerator(13, (256, 256)), Pix2PixDiscriminator(13))
    model.compile(Adam(2e-4, beta_1=0.5), Adam(2e-4, beta_1=0.5), ema_decay=0.0)
    ```
    """

    def default_generator_losses(self):
        """Eq. 4."""
        return [BCEAdversarial(), L1(weight=self.lambda_l1)]

    def default_discriminator_losses(self):
        """Eq. 1."""
        return [BCEFake(), BCEReal()]

    def compile(
        self,
        generator_optimizer,
        discriminator_optimizer,
        lambda_l1=100.0,
        ema_decay=0.0,
        **shared,
    ):
        """Sets what training needs.

        Args:
            generator_optimizer, discriminator_optimizer: `keras.optimizers.Optimizer`, one each.
            lambda_l1: float, weight of the L1 loss; not used if `generator_losses` are given.
            ema_decay: float in [0, 1); the paper has no EMA: 0 makes the EMA generator a copy.
            **shared: see `GAN.compile`.
        """
        self.lambda_l1 = lambda_l1
        super().compile(generator_optimizer, discriminator_optimizer, ema_decay=ema_decay, **shared)

    def draws(self, label_map):
        z = self.sample_z(label_map, GENERATOR_Z, step=self.step)
        return {"z": z} | self.augmentation_draws(label_map)

    def updates(self, real, label_map, draws):
        """The discriminator, then the generator on the same fake, then the EMA."""
        with tf.GradientTape() as tape:
            fake = self.generator(label_map, draws["z"], training=True)
        logs = self.train_discriminator(
            real,
            tf.stop_gradient(fake),
            label_map,
            augmentation=draws.get("discriminator_augmentation"),
        )
        logs |= self.train_generator(
            tape, real, fake, label_map, augmentation=draws.get("generator_augmentation")
        )
        self.update_ema()
        return logs

    def discriminate(self, image, label_map, *, training):
        return self.discriminator(image, label_map, training=training)

    def predictions(self, outputs, *, pixel_weights=None):
        """The mean logit. See `GAN`."""
        return tf.reduce_mean(outputs, axis=(1, 2, 3))

    def total_loss(self, losses, network):
        """The discriminator's own losses count half."""
        halved = {BCEFake.name, BCEReal.name}
        return sum(loss / 2 if name in halved else loss for name, loss in losses.items())
