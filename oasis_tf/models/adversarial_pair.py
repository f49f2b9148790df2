"""A generator, its EMA and a discriminator as one Keras model: compile, fit, images and files."""

import keras
import tensorflow as tf

from oasis_tf.losses.loss import require_different_names, serialize
from oasis_tf.metrics import RecentLosses, ReplicatedMean
from oasis_tf.metrics.adaptive_probability import AdaptiveProbability
from oasis_tf.models import ema
from oasis_tf.models.call_inputs import label_map_and_z, require_known_ids
from oasis_tf.models.inputs import assertions_as_value_errors, training_pair, with_value_errors
from oasis_tf.models.label_map_model import LabelMapModel
from oasis_tf.models.optimizer_pair import OptimizerPair
from oasis_tf.models.rematerialization import set_rematerialization
from oasis_tf.models.train_function import train_function
from oasis_tf.optimizers.loss_scale import build_optimizer
from oasis_tf.runtime import noise
from oasis_tf.runtime.keras_settings import require_float32, require_tensorflow

GRADIENT_NORMS = ("g_gradient_norm", "d_gradient_norm")
ONLY_IN_TRAINING = (*GRADIENT_NORMS, *AdaptiveProbability.names)  # not in the logs of `evaluate`

require_tensorflow()


class AdversarialPair(LabelMapModel):
    """Two networks with Keras's methods. `GAN` adds the training step.

    Args:
        generator: `keras.Model` (label_map, z, training=) -> image, with `num_classes`,
            `image_size` and `z_dim` (0 without noise). Its config must recreate it.
        discriminator: `keras.Model` with the same `num_classes`. It may hold several networks.
    Attributes:
        ema_generator: float32 copy of the generator, its exponential moving average.
        step: int64, number of finished training steps.
        generator_losses, discriminator_losses: lists of `Loss`, set by `compile`.
        adaptive_probability: `AdaptiveProbability` of an augmentation with a target, else None.
        loss_states: list of the `state` of every loss that has one.
        recent_losses: `RecentLosses`, those of the last 500 steps by name.
    Raises: ValueError if the numbers of classes differ.
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
        self.loss_trackers = {}
        self.gradient_trackers = {name: ReplicatedMean(name=name) for name in GRADIENT_NORMS}
        self.loss_states = []
        self.recent_losses = RecentLosses()
        self.log_gradient_norms = True
        self.augmentation = self.adaptive_probability = None
        self.built = True

    def default_generator_losses(self):
        """List of `Loss`, used by `compile` if it gets none."""
        raise NotImplementedError

    def default_discriminator_losses(self):
        """List of `Loss`, used by `compile` if it gets none."""
        raise NotImplementedError

    @property
    def scores(self):
        """List of the model's own metrics."""
        return []

    @property
    def metrics(self):
        gradients = self.gradient_trackers.values() if self.log_gradient_norms else ()
        return [*self.loss_trackers.values(), *gradients, *self.scores, *self._adaptive()]

    def all_metrics(self):
        """The metrics of an epoch, including gradient norms that are not logged."""
        gradients = self.gradient_trackers.values()
        return [*self.loss_trackers.values(), *gradients, *self.scores, *self._adaptive()]

    @property
    def probability(self):
        """float32 scalar, the current one of an augmentation with a target; None without."""
        return self._adaptive()[0].probability if self._adaptive() else None

    def _adaptive(self):
        return [] if self.adaptive_probability is None else [self.adaptive_probability]

    def compile(
        self,
        generator_optimizer,
        discriminator_optimizer,
        generator_losses=None,
        discriminator_losses=None,
        ema_decay=0.9999,
        ema_warmup=False,
        log_gradient_norms=True,
        augmentation=None,
        seed=0,
        jit_compile=False,
        run_eagerly=False,
        steps_per_execution=1,
        rematerialize=False,
        **others,
    ):
        """Sets what training needs.

        Args:
            generator_optimizer, discriminator_optimizer: `keras.optimizers.Optimizer`, one each.
            generator_losses, discriminator_losses: lists of `Loss`; None for the model's default.
            ema_decay: float in [0, 1); 0 makes the EMA generator a copy of the generator.
            ema_warmup: bool, a smaller decay in the first steps, see `ema.warmed_up`; the paper
                has none.
            log_gradient_norms: bool. On several replicas it costs one more sum of all gradients.
            augmentation: `Augmentation` of all that the discriminator sees in training, or None.
            seed: int, of the noise, the augmentation and the model's own draws.
            jit_compile: bool, XLA for the updates. Off by default: convolutions on CPUs are slower
                with it.
            run_eagerly, steps_per_execution: see `keras.Model.compile`.
            rematerialize: bool, see `Rematerialization`; not with `jit_compile`, which ignores the
                order on which it relies.
        Raises: ValueError for XLA on several replicas or with `rematerialize`, for a network that
            cannot rematerialize, or for two losses of the same name;
            TypeError for other arguments of `keras.Model.compile`; KerasSettingsError.
        """
        self._require_none(others)
        require_float32()
        if jit_compile and self.distribute_strategy.num_replicas_in_sync > 1:
            raise ValueError(
                "jit_compile works on one replica only: XLA cannot compile the sums over several."
            )
        if jit_compile and rematerialize:
            raise ValueError("rematerialize saves nothing with jit_compile; leave one of them out.")
        set_rematerialization((self.generator, self.discriminator), rematerialize)
        super().compile(
            optimizer=None,
            jit_compile=False,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
        )
        self.generator_optimizer = build_optimizer(generator_optimizer, self.generator)
        self.discriminator_optimizer = build_optimizer(discriminator_optimizer, self.discriminator)
        self.optimizer = OptimizerPair(self.generator_optimizer, self.discriminator_optimizer)
        self.compiles_updates, self.rematerialize = jit_compile, rematerialize
        self._run_updates = self.updates
        if jit_compile:
            self._run_updates = tf.function(self.updates, autograph=False, jit_compile=True)
        self.ema_decay = ema_decay
        self.ema_warmup = ema_warmup
        self.log_gradient_norms = log_gradient_norms
        self.augmentation, self.adaptive_probability = augmentation, None
        if augmentation is not None and augmentation.target is not None:
            self.adaptive_probability = AdaptiveProbability(augmentation.probability)
        self.seed = seed
        self._set_losses(
            self.default_generator_losses() if generator_losses is None else generator_losses,
            self.default_discriminator_losses()
            if discriminator_losses is None
            else discriminator_losses,
        )

    def _set_losses(self, generator_losses, discriminator_losses):
        losses = [*generator_losses, *discriminator_losses]
        require_different_names(losses)
        self.generator_losses = list(generator_losses)
        self.discriminator_losses = list(discriminator_losses)
        self.loss_trackers = {
            loss.name: self.loss_trackers.get(loss.name, ReplicatedMean(name=loss.name))
            for loss in losses
        }
        self.loss_states = [loss.state for loss in losses if loss.state is not None]
        self.recent_losses.record_losses_of([loss.name for loss in losses])

    def call(self, label_map, z=None):
        """Images of the EMA generator in inference mode."""
        return self.ema_generator(*label_map_and_z(label_map, z), training=False)

    def generate(self, label_map, z=None, seed=None):
        """Images of the EMA generator in inference mode.

        Args:
            label_map: int (b, h, w), 0 = void; or the panoptic map of a model with edges.
            z: float (b, z_dim) or (b, h, w, z_dim); or None, drawn from `seed`.
            seed: int or int (b,), one per image. An int s stands for s, s + 1, ... through the
                batch. None draws new noise at every call. An image depends on its seed and label
                map only, not on the rest of the batch.
        Returns: image, float (b, h, w, 3) in [-1, 1].
        Raises: ValueError for ids that are not classes, in eager mode.
        """
        label_map = tf.convert_to_tensor(label_map)
        require_known_ids(label_map, num_classes=self.num_classes)
        if z is None and seed is not None and self.generator.z_dim:
            seeds = noise.seeds_of_batch(seed, batch_size=label_map.shape[0])
            z = noise.seeded_noise(seeds, self.generator.z_dim)
        return self._generate(label_map, z)

    @tf.function(autograph=False, reduce_retracing=True)
    def _generate(self, label_map, z):
        return self.ema_generator(label_map, z)

    def export(self, *args, **kwargs):
        """`export` of the EMA generator."""
        self.ema_generator.export(*args, **kwargs)

    def fit(self, x=None, y=None, *settings, **named):
        """`keras.Model.fit`, with `shuffle=False` as default for a data set.

        Keras warns that it ignores `shuffle` for data sets, even if it was not given. `shuffle` is
        the seventh of the positional settings.
        """
        if isinstance(x, tf.data.Dataset) and len(settings) < 7:
            named.setdefault("shuffle", False)
        return super().fit(x, y, *settings, **named)

    def make_train_function(self, force=False):
        if self.train_function is None or force:
            self.train_function = train_function(self)

    def make_test_function(self, force=False):
        if self.test_function is None or force:
            super().make_test_function(force=force)
            self.test_function = with_value_errors(self.test_function)
        return self.test_function

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        with assertions_as_value_errors():  # before Keras's graph, which accepts any shape
            self._pair((x, y, sample_weight))
        return super().test_on_batch(x, y, sample_weight=sample_weight, return_dict=return_dict)

    def _maybe_symbolic_build(self, *args, **kwargs):
        """No-op: layers are built in the constructor. Keras's fails on several workers."""

    def _pair(self, data):
        return training_pair(
            data,
            num_classes=self.num_classes,
            image_size=self.generator.image_size,
            has_instances=getattr(self.generator, "edges", False),
        )

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
        serialized = keras.saving.serialize_keras_object
        return {
            "generator_optimizer": serialized(self.generator_optimizer),
            "discriminator_optimizer": serialized(self.discriminator_optimizer),
            "generator_losses": serialize(self.generator_losses),
            "discriminator_losses": serialize(self.discriminator_losses),
            "ema_decay": self.ema_decay,
            "ema_warmup": self.ema_warmup,
            "log_gradient_norms": self.log_gradient_norms,
            "augmentation": serialized(self.augmentation),
            "seed": self.seed,
            "jit_compile": self.compiles_updates,
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
            "rematerialize": self.rematerialize,
        }

    def compile_from_config(self, config):
        self.compile(**keras.saving.deserialize_keras_object(config))

    def _require_none(self, arguments):
        given = [name for name, value in arguments.items() if value is not None]
        if given:
            raise TypeError(
                f"{type(self).__name__}.compile takes no {', '.join(given)}: each network has an "
                "optimizer and losses of its own (generator_optimizer, generator_losses, "
                "discriminator_optimizer, discriminator_losses), and the model logs its own scores."
            )
