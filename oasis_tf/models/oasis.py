"""OASIS: the losses of its paper, and the training step that uses them."""

import keras
import numpy as np
import tensorflow as tf

from oasis_tf.losses import adversarial, label_mix
from oasis_tf.losses.adversarial import FakeClass, NPlusOneAdversarial, RealClasses
from oasis_tf.losses.label_mix import LabelMix
from oasis_tf.losses.loss import serialize
from oasis_tf.metrics import SegmentationScore
from oasis_tf.models.gan import GAN, MODEL_DRAW
from oasis_tf.runtime import noise
from oasis_tf.runtime.replicas import sum_over_replicas

OLD_LOSSES = ("g_adv", "d_real", "d_fake", "d_label_mix")  # columns of the array in old files


@keras.saving.register_keras_serializable(package="oasis_tf")
class OASIS(GAN):
    """Trains an `OASISGenerator` against an `OASISDiscriminator`, with `fit`; see `GAN`.

    The discriminator is a segmentation network: it assigns every pixel to one of the classes or to
    "fake".

    Logs: the losses `g_adv`, `d_real`, `d_fake`, `d_label_mix` (times lambda), and others given to
    `compile`; their sum, `loss`; the discriminator's segmentation of real and fake images,
    `d_accuracy_*` and `d_miou_*` (see `SegmentationScore`); `g_gradient_norm`, `d_gradient_norm`.

    Args:
        generator: `OASISGenerator`.
        discriminator: `OASISDiscriminator` with the same `num_classes`.
    Raises: ValueError if the two do not fit together.
    Reference: Schönfeld, Sushko et al. 2021, arXiv:2012.04781.

    ```python
    model = OASIS(OASISGenerator(35, (256, 512)), OASISDiscriminator(35))
    model.compile(Adam(1e-4), Adam(4e-4))
    model.fit(training_batches(...), steps_per_epoch=1000, epochs=100)
    ```
    """

    maps = ("label_mix_mask",)

    def __init__(self, generator, discriminator, **kwargs):
        super().__init__(generator, discriminator, **kwargs)
        self.real_score = SegmentationScore(self.num_classes, "real")
        self.fake_score = SegmentationScore(self.num_classes, "fake")

    @property
    def scores(self):
        return [self.real_score, self.fake_score]

    def default_generator_losses(self):
        """Eq. 3."""
        return [NPlusOneAdversarial()]

    def default_discriminator_losses(self):
        """Eq. 1 and 4."""
        return [RealClasses(), FakeClass(), LabelMix(weight=self.lambda_label_mix)]

    def compile(
        self,
        generator_optimizer,
        discriminator_optimizer,
        lambda_label_mix=10.0,
        ema_decay=0.9999,
        class_balancing=True,
        **shared,
    ):
        """Sets what training needs.

        Args:
            generator_optimizer, discriminator_optimizer: `keras.optimizers.Optimizer`, one each.
            lambda_label_mix: float, weight of the LabelMix loss, 0 for none; not used if
                `discriminator_losses` are given.
            ema_decay: float in [0, 1); 0 makes the EMA generator a copy of the generator.
            class_balancing: bool, weight rare classes up in the losses against the label map.
            **shared: see `GAN.compile`. With `jit_compile` the generator's modulation is dense.
        """
        self.lambda_label_mix = lambda_label_mix
        self.class_balancing = class_balancing
        if shared.get("jit_compile") and self.generator.modulation == "distinct":
            raise ValueError('jit_compile needs a generator of modulation "auto" or "dense".')
        super().compile(generator_optimizer, discriminator_optimizer, ema_decay=ema_decay, **shared)
        if self.compiles_updates:
            self.generator.modulation = "dense"

    def draws(self, label_map):
        coins = self.draw(noise.coins, label_map, self.num_classes, MODEL_DRAW, step=self.step)
        mask = label_mix.mask_from_coins(coins, label_map)
        return super().draws(label_map) | {"label_mix_mask": mask}

    def updates(self, real, label_map, draws):
        logs = self.update_generator(
            real,
            label_map,
            draws["generator_z"],
            augmentation=draws.get("generator_augmentation"),
        )
        logs |= self.update_discriminator(
            real,
            label_map,
            draws["discriminator_z"],
            draws["label_mix_mask"],
            augmentation=draws.get("discriminator_augmentation"),
        )
        self.update_ema()
        return logs

    def update_discriminator(self, real, label_map, z, label_mix_mask, **computed):
        """One step of the discriminator on eq. 1 and 4. Also updates the segmentation scores.

        Args:
            real: float (b, h, w, 3) in [-1, 1]. label_map: int (b, h, w).
            z: float (b, z_dim) or (b, h, w, z_dim) or None.
            label_mix_mask: float (b, h, w, 1), 1 = real; unused if lambda_label_mix is 0.
            **computed: see `forward_pass`.
        Returns: dict of the losses by name, weighted, and of `d_gradient_norm` if
            `log_gradient_norms`; float32 scalars.
        """
        computed["label_mix_mask"] = label_mix_mask
        return super().update_discriminator(real, label_map, z, **computed)

    def forward_pass(self, real, fake, label_map, **settings):
        """With `class_weights`, float (num_classes,) or None, those of the unaugmented batch."""
        weights = self._class_weights(label_map)
        return super().forward_pass(real, fake, label_map, class_weights=weights, **settings)

    def predictions(self, outputs, *, pixel_weights=None):
        """The mean over the pixels of the log-odds that a pixel is real. See `GAN`."""
        log_odds = adversarial.log_odds_of_real(outputs)
        if pixel_weights is None:
            return tf.reduce_mean(log_odds, axis=(1, 2))
        total = tf.reduce_sum(pixel_weights * log_odds, axis=(1, 2))
        return tf.math.divide_no_nan(total, tf.reduce_sum(pixel_weights, axis=(1, 2)))

    def update_scores(self, passed):
        self.real_score.update_state(passed.real_logits, passed.label_map)
        self.fake_score.update_state(passed.fake_logits, passed.label_map)

    def _class_weights(self, label_map):
        """float (num_classes,) of the global batch, or None without balancing. Eq. 2."""
        if not self.class_balancing:
            return None
        counts = adversarial.class_counts(label_map, self.num_classes)
        return adversarial.class_weights(sum_over_replicas(counts))

    def get_compile_config(self):
        config = super().get_compile_config()
        return config and config | {"class_balancing": self.class_balancing}

    def compile_from_config(self, config):
        super().compile_from_config(_with_named_losses(config))

    def load_own_variables(self, store):
        """Also reads old files, which hold the recent losses as columns of one array, "1"."""
        if "1" in store:
            columns = dict(zip(OLD_LOSSES, np.asarray(store["1"]).T, strict=True))
            self.recent_losses.load_own_variables(columns)
            store = {"0": store["0"]}
        super().load_own_variables(store)


def _with_named_losses(config):
    """Converts old compile configs, which hold the perceptual loss as an argument of its own."""
    config = dict(config)
    perceptual_loss, weight = config.pop("perceptual_loss", None), config.pop("lambda_vgg", None)
    if perceptual_loss is not None:
        perceptual_loss["config"]["weight"] = weight
        config["generator_losses"] = [*serialize([NPlusOneAdversarial()]), perceptual_loss]
    return config
