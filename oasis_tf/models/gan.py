"""Training of every adversarial model. A model adds its losses and what they need."""

from functools import partial

import tensorflow as tf

from oasis_tf.augment.augmentation import NUM_DRAWS
from oasis_tf.losses.loss import ForwardPass
from oasis_tf.models import ema
from oasis_tf.models.adversarial_pair import ONLY_IN_TRAINING, AdversarialPair
from oasis_tf.optimizers.loss_scale import gradient_norm
from oasis_tf.runtime import noise
from oasis_tf.runtime.replicas import mean_over_replicas, num_replicas, rows_of_replica

GENERATOR_Z, DISCRIMINATOR_Z, MODEL_DRAW, TEST_Z = range(noise.NUM_STREAMS)  # draws of a step
AUGMENTATIONS = {"generator": noise.NUM_STREAMS, "discriminator": noise.NUM_STREAMS + 1}


class GAN(AdversarialPair):
    """Trains a generator, which turns label maps into images, against a discriminator.

    A subclass defines `default_generator_losses` and `default_discriminator_losses`. It overrides

    - `discriminate` if its discriminator takes the label map too, and `discriminate_both` if fake
      and real share one batch;
    - `draws` for other random numbers, and `updates` for another order of the updates;
    - `predictions` for losses, such as `LeCam`, that need one number an image;
    - `forward_pass` to compute what else its losses need, and `maps`, the names of those of it
      that move with the image in augmentation, such as masks;
    - `scores` and `update_scores` for metrics of its own.

    Batches are (image float (b, h, w, 3) in [-1, 1], label_map int (b, h, w), 0 = void). A step
    is a pure function of the weights, the batch and (seed, step). The number of replicas that
    share the batch does not change it. Networks of policy "mixed_float16" get scaled losses; the
    EMA generator is float32.

    Logs: every loss by its name, weighted; `loss`, their sum; `g_gradient_norm` and
    `d_gradient_norm`, the L2 norm of each network's gradient; the model's `scores`.

    Args:
        generator, discriminator: see `AdversarialPair`, which also lists the attributes.

    ```python
    class HingeGAN(GAN):
        def default_generator_losses(self):
            return [HingeAdversarial()]

        def default_discriminator_losses(self):
            return [HingeReal(), HingeFake()]
    ```
    """

    maps = ()

    def train_step(self, data):
        real, label_map = self._pair(data)
        logs = self._run_updates(real, label_map, self.draws(label_map))
        self.recent_losses.update_state(logs, self.step)
        with tf.control_dependencies([label_map]):  # a refused batch does not count as a step
            self.step.assign_add(1)
        return self._track(logs)

    def draws(self, label_map):
        """Random numbers of a step: dict of name to tensor, the rows of this replica.

        They are not drawn in `updates`: XLA draws other numbers from the same seed.
        """
        return {
            "generator_z": self.sample_z(label_map, GENERATOR_Z, step=self.step),
            "discriminator_z": self.sample_z(label_map, DISCRIMINATOR_Z, step=self.step),
        } | self.augmentation_draws(label_map)

    def augmentation_draws(self, label_map):
        """Those of `draws` that are the augmentation's; none without one."""
        streams = AUGMENTATIONS if self.augmentation is not None else {}
        return {
            f"{network}_augmentation": self.draw(
                noise.uniform, label_map, NUM_DRAWS, stream, step=self.step
            )
            for network, stream in streams.items()
        }

    def updates(self, real, label_map, draws):
        """One step without its draws: generator, discriminator on new fakes, EMA.

        Args:
            real: float (b, h, w, 3) in [-1, 1]. label_map: int (b, h, w). draws: see `draws`.
        Returns: dict of losses and gradient norms, float32 scalars.
        """
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
            augmentation=draws.get("discriminator_augmentation"),
        )
        self.update_ema()
        return logs

    def update_generator(self, real, label_map, z, **computed):
        """One step of the generator on its losses.

        Args:
            real: float (b, h, w, 3) in [-1, 1]. label_map: int (b, h, w).
            z: float (b, z_dim) or (b, h, w, z_dim) or None.
            **computed: see `forward_pass`.
        Returns: dict of the generator's losses, weighted, and of `g_gradient_norm` if
            `log_gradient_norms`; float32 scalars.
        """
        with tf.GradientTape() as tape:
            fake = self.generator(label_map, z, training=True)
        return self.train_generator(tape, real, fake, label_map, **computed)

    def update_discriminator(self, real, label_map, z, **computed):
        """One step of the discriminator on its losses, with new fakes. Also updates the scores.

        Args:
            real: float (b, h, w, 3) in [-1, 1]. label_map: int (b, h, w).
            z: float (b, z_dim) or (b, h, w, z_dim) or None.
            **computed: see `forward_pass`.
        Returns: dict of the discriminator's losses, weighted, and of `d_gradient_norm` if
            `log_gradient_norms`; float32 scalars.
        """
        fake = tf.stop_gradient(self.generator(label_map, z, training=True))
        return self.train_discriminator(real, fake, label_map, **computed)

    def train_generator(self, tape, real, fake, label_map, **computed):
        """`update_generator` from a fake on: for models that share it between both updates.

        Args:
            tape: `tf.GradientTape` that recorded `fake`.
        """
        needs_real = any(loss.needs_real_logits for loss in self.generator_losses)
        with tape:
            passed = self.forward_pass(real, fake, label_map, score_real=needs_real, **computed)
            losses = {loss.name: loss(passed) for loss in self.generator_losses}
            scaled = self._scaled(losses, "generator")
        return losses | self._descend(tape, scaled, "generator")

    def train_discriminator(self, real, fake, label_map, **computed):
        """`update_discriminator` on a given fake, which has no gradient."""
        with tf.GradientTape() as tape:
            passed = self.forward_pass(real, fake, label_map, **computed)
            losses = {loss.name: loss(passed) for loss in self.discriminator_losses}
            scaled = self._scaled(losses, "discriminator")
        norm = self._descend(tape, scaled, "discriminator")
        self.update_scores(passed)
        return losses | norm

    def forward_pass(
        self,
        real,
        fake,
        label_map,
        *,
        training=True,
        score_real=True,
        augmentation=None,
        **computed,
    ):
        """The discriminator's forward pass: all that the losses need, as a `ForwardPass`.

        Args:
            training: bool. score_real: bool, whether `real_logits` are computed.
            augmentation: float32 (b, NUM_DRAWS), uniform in [0, 1), the draws of the model's
                augmentation in training.
            **computed: more attributes of the result.
        """
        passed = ForwardPass(real=real, fake=fake, label_map=label_map, **computed)
        if training and self.augmentation is not None:
            passed = self._augmented(passed, augmentation)
        discriminate = partial(self.discriminate, label_map=passed.label_map, training=training)
        if score_real:
            images = passed.fake, passed.real, passed.label_map
            logits = self.discriminate_both(*images, training=training)
        else:
            logits = discriminate(passed.fake), None
        passed.fake_logits, passed.real_logits = logits
        passed.discriminate = discriminate
        passed.predictions = partial(self.predictions, pixel_weights=passed.pixel_weights)
        return passed

    def _augmented(self, passed, draws):
        """The images and maps that the discriminator sees, as a `ForwardPass`."""
        if draws is None:
            raise ValueError(
                "This model augments what its discriminator sees, so its updates need the draws: "
                "give `updates` those of `draws`, or the argument `augmentation`."
            )
        size = passed.real.shape[1:3]
        view = self.augmentation.view(draws, image_size=size, probability=self.probability)
        maps = {name: value for name, value in vars(passed).items() if name in self.maps}
        is_seen = view.move(tf.ones_like(passed.real[..., 0], tf.float32))
        share = mean_over_replicas(tf.reduce_mean(is_seen))
        seen = {
            "real": view.image(passed.real),
            "fake": view.image(passed.fake),
            "label_map": view.move(passed.label_map),
            **{name: view.move(value) for name, value in maps.items()},
        }
        weights = {"pixel_weights": tf.math.divide_no_nan(is_seen, share)}
        return ForwardPass(**vars(passed) | seen | weights | {"unaugmented": passed})

    def discriminate(self, image, label_map, *, training):
        """The discriminator's output for an image. A conditional one uses the label map too."""
        return self.discriminator(image, training=training)

    def discriminate_both(self, fake, real, label_map, *, training):
        """The discriminator's outputs for fake and real: two forward passes, the fake first."""
        return tuple(self.discriminate(x, label_map, training=training) for x in (fake, real))

    def predictions(self, outputs, *, pixel_weights=None):
        """What the discriminator predicts for each image: float32 (b,), > 0 = real.

        `outputs` is what `discriminate` returns; for `pixel_weights` see `ForwardPass`.
        """
        raise NotImplementedError

    def update_scores(self, passed):
        """Adds the `ForwardPass` of an update or a test step to `scores`."""

    def total_loss(self, losses, network):
        """The scalar whose gradient a network follows: the sum of its weighted losses.

        Args:
            losses: dict of name to scalar. network: "generator" or "discriminator".
        """
        return sum(losses.values())

    def _scaled(self, losses, network):
        """The loss of this replica, for float16 scaled. Gradients are summed over replicas."""
        optimizer = getattr(self, f"{network}_optimizer")
        return optimizer.scale_loss(self.total_loss(losses, network) / num_replicas())

    def _descend(self, tape, loss, network):
        """One optimizer step. Returns: dict of the gradient norm, empty if it is not logged."""
        optimizer = getattr(self, f"{network}_optimizer")
        variables = getattr(self, network).trainable_variables
        gradients = tape.gradient(loss, variables)
        norm = {}
        if self.log_gradient_norms:
            norm[f"{network[0]}_gradient_norm"] = gradient_norm(gradients, optimizer)
        optimizer.apply(gradients, variables)
        return norm

    def update_ema(self):
        """Moves the EMA generator a step towards the generator."""
        decay = self.ema_decay
        if self.ema_warmup:
            decay = ema.warmed_up(decay, step=self.step)
        ema.update(self.ema_generator, self.generator, decay)

    def test_step(self, data):
        """Losses and scores of held-out pairs: EMA fakes, inference mode, no weight changes."""
        real, label_map = self._pair(data)
        losses = [*self.generator_losses, *self.discriminator_losses]
        tested = [loss for loss in losses if not loss.only_in_training]
        batches_seen = self.loss_trackers[tested[0].name].count
        z = self.sample_z(label_map, TEST_Z, step=batches_seen)
        fake = self.ema_generator(label_map, z)
        passed = self.forward_pass(real, fake, label_map, training=False)
        self.update_scores(passed)
        logs = self._track({loss.name: loss(passed) for loss in tested})
        untested = {loss.name for loss in losses if loss.only_in_training}.union(ONLY_IN_TRAINING)
        return {name: value for name, value in logs.items() if name not in untested}

    def sample_z(self, label_map, stream, *, step):
        """float (b, z_dim), this replica's rows of the global batch's noise; None without noise."""
        if not self.generator.z_dim:
            return None
        return self.draw(noise.normal, label_map, self.generator.z_dim, stream, step=step)

    def draw(self, distribution, label_map, size, stream, *, step):
        """Draws for the global batch and returns the rows of this replica, (b, size).

        Args:
            distribution: function(shape, *, seed) -> tensor, such as `noise.normal`.
            stream: int, which draw of the step this is; `MODEL_DRAW` is for the model's own.
        """
        seed = noise.step_seed(seed=self.seed, step=step, stream=stream)
        return rows_of_replica(
            lambda num_rows: distribution((num_rows, size), seed=seed),
            local_batch=tf.shape(label_map)[0],
        )

    def get_metrics_result(self):
        """The metrics, and the sum of the losses as `loss` for Keras's callbacks."""
        results = super().get_metrics_result()
        return results | {"loss": sum(results[name] for name in self.loss_trackers)}

    def _track(self, logs):
        trackers = {**self.loss_trackers, **self.gradient_trackers}
        for name, value in logs.items():
            trackers[name].update_state(value)
        return self.get_metrics_result()
