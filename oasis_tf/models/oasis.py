"""OASIS: generator, discriminator and the step that trains them against each other."""

import keras
import tensorflow as tf

from oasis_tf.losses import adversarial, label_mix
from oasis_tf.metrics import ReplicatedMean, SegmentationScore
from oasis_tf.models import ema
from oasis_tf.models.inputs import (
    in_plain_words,
    in_words,
    label_map_and_z,
    require_known_ids,
    training_pair,
)
from oasis_tf.models.label_map_model import LabelMapModel
from oasis_tf.models.optimizer_pair import OptimizerPair
from oasis_tf.models.train_function import train_function
from oasis_tf.optimizers.loss_scale import gradient_norm, ready_optimizer
from oasis_tf.runtime import noise
from oasis_tf.runtime.keras_settings import require_float32
from oasis_tf.runtime.replicas import (
    mean_over_replicas,
    num_replicas,
    rows_of_replica,
    sum_over_replicas,
)

GENERATOR_Z, DISCRIMINATOR_Z, COINS, TEST_Z = range(noise.NUM_STREAMS)  # the draws of a step
LOSSES = ("g_adv", "d_real", "d_fake", "d_label_mix")
GRADIENT_NORMS = ("g_gradient_norm", "d_gradient_norm")
NUM_RECENT_LOSSES = 500  # steps whose losses are kept, to see whether training diverges


@keras.saving.register_keras_serializable(package="oasis_tf")
class OASIS(LabelMapModel):
    """Trains an `OASISGenerator` against an `OASISDiscriminator`, with `fit`.

    Batches are (image float (b, h, w, 3) in [-1, 1], label_map int (b, h, w), 0 = void). A step
    is a pure function of the weights, the batch and (seed, step), however many replicas share the
    batch. Networks of policy "mixed_float16" get scaled losses; the EMA generator is float32.

    Logs: the losses `g_adv`, `d_real`, `d_fake`, `d_label_mix` (times lambda); the discriminator's
    segmentation of real and fake images, `d_accuracy_*` and `d_miou_*` (see `SegmentationScore`);
    the L2 norm of each network's gradient, `g_gradient_norm` and `d_gradient_norm`; and `g_vgg`
    (times lambda) with a perceptual loss. `loss` is the sum of all losses, for Keras's callbacks.

    Args:
        generator: `OASISGenerator`.
        discriminator: `OASISDiscriminator` with the same `num_classes`.
    Attributes:
        step: int64, number of finished training steps.
        recent_losses: float32 (500, 4), the `LOSSES` of step s in row (s - 1) % 500.
    Raises: ValueError if the two do not fit together.
    Reference: Schönfeld, Sushko et al. 2021, arXiv:2012.04781.
    """

    def __init__(self, generator, discriminator, **kwargs):
        super().__init__(**kwargs)
        if generator.num_classes != discriminator.num_classes:
            raise ValueError(
                f"The generator has {generator.num_classes} classes, the discriminator "
                f"{discriminator.num_classes}; both count void and must agree."
            )
        self.num_classes = generator.num_classes
        self.generator = generator
        self.discriminator = discriminator
        self.ema_generator = ema.clone(generator, dtype="float32", name="ema_generator")
        self.ema_generator.trainable = False
        self.step = self.add_weight(
            name="step", shape=(), dtype="int64", initializer="zeros", trainable=False
        )
        self.recent_losses = self.add_weight(
            name="recent_losses",
            shape=(NUM_RECENT_LOSSES, len(LOSSES)),
            initializer="zeros",
            trainable=False,
            aggregation="only_first_replica",
        )
        self.loss_trackers = {name: ReplicatedMean(name=name) for name in LOSSES}
        self.gradient_trackers = {name: ReplicatedMean(name=name) for name in GRADIENT_NORMS}
        self.log_gradient_norms = True
        self.real_score = SegmentationScore(self.num_classes, "real")
        self.fake_score = SegmentationScore(self.num_classes, "fake")
        self.built = True

    @property
    def metrics(self):
        gradients = self.gradient_trackers.values() if self.log_gradient_norms else ()
        return [*self.loss_trackers.values(), *gradients, self.real_score, self.fake_score]

    def compile(
        self,
        generator_optimizer,
        discriminator_optimizer,
        lambda_label_mix=10.0,
        ema_decay=0.9999,
        class_balancing=True,
        perceptual_loss=None,
        lambda_vgg=10.0,
        log_gradient_norms=True,
        seed=0,
        jit_compile=False,
        run_eagerly=False,
        steps_per_execution=1,
        **others,
    ):
        """Sets what training needs.

        Args:
            generator_optimizer, discriminator_optimizer: `keras.optimizers.Optimizer`, one each.
            lambda_label_mix: float, weight of the LabelMix loss; 0 leaves LabelMix out.
            ema_decay: float in [0, 1); 0 makes the EMA generator a copy of the generator.
            class_balancing: bool, weight rare classes up in the losses on "real".
            perceptual_loss: function(real, fake) -> scalar, such as `PerceptualLoss`, added to
                the generator's loss; or None.
            lambda_vgg: float, weight of the perceptual loss.
            log_gradient_norms: bool. Several replicas exchange their gradients once more for it.
            seed: int, of the noise and the LabelMix masks.
            jit_compile: bool, XLA for the updates, in which the generator's modulation is dense
                then; off because convolutions on CPUs are slower with it.
            run_eagerly, steps_per_execution: see `keras.Model.compile`.
        Raises: ValueError for XLA on several replicas; TypeError for other arguments of
            `keras.Model.compile`, which have no meaning here; KerasSettingsError.
        """
        require_none(others)
        require_float32()
        if jit_compile and self.distribute_strategy.num_replicas_in_sync > 1:
            raise ValueError(
                "jit_compile works on one replica only: XLA cannot compile the sums over several."
            )
        if jit_compile and self.generator.modulation == "distinct":
            raise ValueError('jit_compile needs a generator of modulation "auto" or "dense".')
        super().compile(
            optimizer=None,
            jit_compile=False,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
        )
        self.compiles_updates = jit_compile
        self.generator_optimizer = ready_optimizer(generator_optimizer, self.generator)
        self.discriminator_optimizer = ready_optimizer(discriminator_optimizer, self.discriminator)
        self.optimizer = OptimizerPair(self.generator_optimizer, self.discriminator_optimizer)
        self._run_updates = self._updates
        if jit_compile:
            self.generator.modulation = "dense"
            self._run_updates = tf.function(self._updates, jit_compile=True)
        self.lambda_label_mix = lambda_label_mix
        self.ema_decay = ema_decay
        self.class_balancing = class_balancing
        self.perceptual_loss = perceptual_loss
        self.lambda_vgg = lambda_vgg
        self.log_gradient_norms = log_gradient_norms
        self.seed = seed
        self.loss_trackers.pop("g_vgg", None)
        if perceptual_loss is not None:
            self.loss_trackers["g_vgg"] = ReplicatedMean(name="g_vgg")

    def fit(self, x=None, y=None, *settings, **named):
        """As Keras's, but a data set is not to be shuffled by default: Keras warns that it is not.

        `shuffle` is the seventh of the positional settings.
        """
        if isinstance(x, tf.data.Dataset) and len(settings) < 7:
            named.setdefault("shuffle", False)
        return super().fit(x, y, *settings, **named)

    def make_train_function(self, force=False):
        if self.train_function is None or force:
            self.train_function = train_function(self)

    def _maybe_symbolic_build(self, *args, **kwargs):
        """Nothing: all is built. Keras would take a batch for it, and fails on several workers."""

    def make_test_function(self, force=False):
        if self.test_function is None or force:
            super().make_test_function(force=force)
            self.test_function = in_plain_words(self.test_function)
        return self.test_function

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        with in_words():  # Keras's graph takes any shape, so the pair is looked at before
            self._pair((x, y, sample_weight))
        return super().test_on_batch(x, y, sample_weight=sample_weight, return_dict=return_dict)

    def train_step(self, data):
        real, label_map = self._pair(data)
        generator_z = self._sample_z(label_map, GENERATOR_Z, step=self.step)
        discriminator_z = self._sample_z(label_map, DISCRIMINATOR_Z, step=self.step)
        mask = self._sample_mask(label_map)
        logs = self._run_updates(real, label_map, generator_z, discriminator_z, mask)
        self._remember(logs)
        with tf.control_dependencies([label_map]):  # a batch that is refused is no step
            self.step.assign_add(1)
        return self._track(logs)

    def _updates(self, real, label_map, generator_z, discriminator_z, label_mix_mask):
        """What XLA may compile: a step without its draws, which would come out differently."""
        logs = self.update_generator(real, label_map, generator_z)
        logs |= self.update_discriminator(real, label_map, discriminator_z, label_mix_mask)
        self.update_ema()
        return logs

    def update_generator(self, real, label_map, z):
        """One step of the generator: every pixel of its fakes shall pass as its class. Eq. 3.

        Args:
            real: float (b, h, w, 3) in [-1, 1]; read by the perceptual loss only.
            label_map: int (b, h, w). z: float (b, z_dim) or (b, h, w, z_dim) or None.
        Returns: dict with `g_adv`, and if asked for `g_vgg` (times lambda) and
            `g_gradient_norm`; float32 scalars.
        """
        with tf.GradientTape() as tape:
            fake = self.generator(label_map, z, training=True)
            fake_logits = self.discriminator(fake, training=True)
            g_adv = adversarial.n_plus_one_loss(
                fake_logits, label_map, is_real=True, class_weights=self._class_weights(label_map)
            )
            logs = {"g_adv": g_adv}
            if self.perceptual_loss is not None:
                logs["g_vgg"] = self.lambda_vgg * self.perceptual_loss(real, fake)
            loss = self.generator_optimizer.scale_loss(sum(logs.values()) / num_replicas())
        variables = self.generator.trainable_variables
        gradients = tape.gradient(loss, variables)
        if self.log_gradient_norms:
            logs["g_gradient_norm"] = gradient_norm(gradients, self.generator_optimizer)
        self.generator_optimizer.apply(gradients, variables)
        return logs

    def update_discriminator(self, real, label_map, z, label_mix_mask):
        """One step of the discriminator: real pixels are their class, fakes are fake, and mixing
        commutes with segmenting. Eq. 1 and 4. Also updates the segmentation scores.

        Args:
            real: float (b, h, w, 3) in [-1, 1]. label_map: int (b, h, w).
            z: float (b, z_dim) or (b, h, w, z_dim) or None.
            label_mix_mask: float (b, h, w, 1), 1 = real; not read if lambda_label_mix is 0.
        Returns: dict with `d_real`, `d_fake`, `d_label_mix` (times lambda), and if asked for
            `d_gradient_norm`; float32 scalars.
        """
        fake = tf.stop_gradient(self.generator(label_map, z, training=True))
        with tf.GradientTape() as tape:
            fake_logits = self.discriminator(fake, training=True)
            d_fake = adversarial.n_plus_one_loss(fake_logits, label_map, is_real=False)
            real_logits = self.discriminator(real, training=True)
            d_real = adversarial.n_plus_one_loss(
                real_logits, label_map, is_real=True, class_weights=self._class_weights(label_map)
            )
            d_label_mix = tf.zeros(())
            if self.lambda_label_mix:
                mixed = label_mix.mix(real, fake, label_mix_mask)
                mixed_logits = self.discriminator(mixed, training=True)
                d_label_mix = self.lambda_label_mix * adversarial.label_mix_loss(
                    mixed_logits, real_logits, fake_logits, label_mix_mask
                )
            loss = (d_real + d_fake + d_label_mix) / num_replicas()
            loss = self.discriminator_optimizer.scale_loss(loss)
        variables = self.discriminator.trainable_variables
        gradients = tape.gradient(loss, variables)
        logs = {"d_real": d_real, "d_fake": d_fake, "d_label_mix": d_label_mix}
        if self.log_gradient_norms:
            logs["d_gradient_norm"] = gradient_norm(gradients, self.discriminator_optimizer)
        self.discriminator_optimizer.apply(gradients, variables)
        self.real_score.update_state(real_logits, label_map)
        self.fake_score.update_state(fake_logits, label_map)
        return logs

    def update_ema(self):
        """Moves the EMA generator a step towards the generator."""
        ema.update(self.ema_generator, self.generator, self.ema_decay)

    def test_step(self, data):
        """Scores held-out pairs with stored statistics: EMA fakes, no weights change."""
        real, label_map = self._pair(data)
        batches_seen = self.loss_trackers["d_real"].count
        z = self._sample_z(label_map, TEST_Z, step=batches_seen)
        fake_logits = self.discriminator(self.ema_generator(label_map, z))
        real_logits = self.discriminator(real)
        weights = self._class_weights(label_map)
        self.real_score.update_state(real_logits, label_map)
        self.fake_score.update_state(fake_logits, label_map)
        g_adv = adversarial.n_plus_one_loss(
            fake_logits, label_map, is_real=True, class_weights=weights
        )
        d_real = adversarial.n_plus_one_loss(
            real_logits, label_map, is_real=True, class_weights=weights
        )
        d_fake = adversarial.n_plus_one_loss(fake_logits, label_map, is_real=False)
        logs = self._track({"g_adv": g_adv, "d_real": d_real, "d_fake": d_fake})
        only_in_training = {"d_label_mix", "g_vgg", *GRADIENT_NORMS}
        return {name: value for name, value in logs.items() if name not in only_in_training}

    def _pair(self, data):
        image_size = self.generator.image_size
        return training_pair(data, num_classes=self.num_classes, image_size=image_size)

    def call(self, label_map, z=None):
        """Images of the EMA generator in inference mode: `OASISGenerator`'s call."""
        return self.ema_generator(*label_map_and_z(label_map, z), training=False)

    def export(self, *args, **kwargs):
        """`OASISGenerator.export` of the EMA generator."""
        self.ema_generator.export(*args, **kwargs)

    @tf.function(reduce_retracing=True)
    def _generate(self, label_map, z):
        return self.ema_generator(label_map, z)

    def generate(self, label_map, z=None, seed=None):
        """Makes images with the EMA weights, in inference mode.

        Args:
            label_map: int (b, h, w), 0 = void.
            z: float (b, z_dim) or (b, h, w, z_dim); or None, drawn from `seed`.
            seed: int or int (b,), one an image (an int serves the batch: image i has seed + i),
                or None for new noise at every call. The same seed and label map give the same
                image whatever else is in the batch.
        Returns: image, float (b, h, w, 3) in [-1, 1].
        Raises: ValueError for ids that are no class, in eager mode.
        """
        label_map = tf.convert_to_tensor(label_map)
        if tf.executing_eagerly():
            require_known_ids(label_map, num_classes=self.num_classes)
        if z is None and seed is not None and self.generator.z_dim:
            seeds = noise.seeds_of_batch(seed, batch_size=label_map.shape[0])
            z = noise.seeded_noise(seeds, self.generator.z_dim)
        return self._generate(label_map, z)

    def _sample_z(self, label_map, stream, *, step):
        """float (b, z_dim), this replica's rows of what the global batch draws; or None."""
        if not self.generator.z_dim:
            return None
        return self._draw(noise.normal, label_map, self.generator.z_dim, stream, step)

    def _sample_mask(self, label_map):
        coins = self._draw(noise.coins, label_map, self.num_classes, COINS, self.step)
        return label_mix.mask_from_coins(coins, label_map)

    def _draw(self, distribution, label_map, size, stream, step):
        """Draws for the global batch and keeps the rows of this replica."""
        seed = noise.step_seed(seed=self.seed, step=step, stream=stream)
        return rows_of_replica(
            lambda num_rows: distribution((num_rows, size), seed=seed),
            local_batch=tf.shape(label_map)[0],
        )

    def _class_weights(self, label_map):
        """float (num_classes,) of the global batch, or None without balancing."""
        if not self.class_balancing:
            return None
        counts = adversarial.class_counts(label_map, self.num_classes)
        return adversarial.class_weights(sum_over_replicas(counts))

    def _remember(self, logs):
        """Puts the losses of this step into row `step % NUM_RECENT_LOSSES` of `recent_losses`."""
        is_this_step = tf.range(NUM_RECENT_LOSSES, dtype=tf.int64) == self.step % NUM_RECENT_LOSSES
        losses_now = mean_over_replicas(tf.stack([logs[name] for name in LOSSES]))
        self.recent_losses.assign(
            tf.where(is_this_step[:, None], losses_now, self.recent_losses.value)
        )

    def get_metrics_result(self):
        """With their sum as `loss`, which Keras's callbacks look at."""
        results = super().get_metrics_result()
        losses_of_both = [results[name] for name in (*LOSSES, "g_vgg") if name in results]
        return results | {"loss": sum(losses_of_both)}

    def _track(self, logs):
        trackers = {**self.loss_trackers, **self.gradient_trackers}
        for name, value in logs.items():
            trackers[name].update_state(value)
        return self.get_metrics_result()

    def get_config(self):
        return {
            **super().get_config(),
            "generator": keras.saving.serialize_keras_object(self.generator),
            "discriminator": keras.saving.serialize_keras_object(self.discriminator),
        }

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        for network in ("generator", "discriminator"):
            config[network] = keras.saving.deserialize_keras_object(config[network])
        return cls(**config)

    def get_compile_config(self):
        if not self.compiled:
            return None
        return {
            "generator_optimizer": keras.saving.serialize_keras_object(self.generator_optimizer),
            "discriminator_optimizer": keras.saving.serialize_keras_object(
                self.discriminator_optimizer
            ),
            "lambda_label_mix": self.lambda_label_mix,
            "ema_decay": self.ema_decay,
            "class_balancing": self.class_balancing,
            "perceptual_loss": keras.saving.serialize_keras_object(self.perceptual_loss),
            "lambda_vgg": self.lambda_vgg,
            "log_gradient_norms": self.log_gradient_norms,
            "seed": self.seed,
            "jit_compile": self.compiles_updates,
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
        }

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))


def require_none(arguments):
    """Raises a TypeError for what else `keras.Model.compile` takes: it has no meaning here."""
    given = [name for name, value in arguments.items() if value is not None]
    if given:
        raise TypeError(
            f"OASIS.compile takes no {', '.join(given)}: it has an optimizer for each network "
            "(generator_optimizer, discriminator_optimizer), its losses are built in "
            "(lambda_label_mix, class_balancing, perceptual_loss), and it logs its own scores."
        )
