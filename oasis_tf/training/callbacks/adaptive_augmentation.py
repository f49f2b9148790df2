"""Moves the probability of augmentation by the discriminator's overfitting."""

import numpy as np
import tensorflow as tf

from oasis_tf.metrics.adaptive_probability import overfitting
from oasis_tf.runtime import noise
from oasis_tf.training.callbacks.steps import EveryNSteps


class AdaptiveAugmentation(EveryNSteps):
    """Measures `overfitting` every N steps, and moves the probability by a fixed step.

    Up if it is above the target of the model's augmentation, else down. Measured in inference
    mode, without augmentation, on the same few training and held-out pairs each time; generated
    are fakes of the label maps of both, with the same noise. So it is a function of the weights,
    and a resumed run moves as one that was never interrupted. Pairs are judged one by one, so
    memory does not grow with their number.

    Must come before `Checkpoints` in the list of callbacks.

    Args:
        trained, held_out: pairs, image float32 (n, h, w, 3) in [-1, 1], label map int (n, h, w).
        every: int, steps.
        any_worker: function(bool) -> bool, whether it is true on any worker. All move alike.
    """

    def __init__(self, trained, held_out, *, every, any_worker=bool):
        super().__init__(every)
        self.pairs = {"trained": trained, "held_out": held_out}
        self.any_worker = any_worker
        self._judge = tf.function(self._judged, autograph=False)

    def act(self):
        measured = self.measure()
        augmentation = self.model.augmentation
        is_above = self.any_worker(measured > augmentation.target)
        step = augmentation.probability_step
        self.model.adaptive_probability.move(step if is_above else -step, measured=measured)

    def measure(self) -> float:
        """The discriminator's `overfitting`."""
        means, generated = {}, []
        for kind, (images, label_maps) in self.pairs.items():
            judged = np.stack(
                [
                    self._judge(images[i : i + 1], label_maps[i : i + 1], tf.constant([i]))
                    for i in range(len(images))
                ]
            )
            means[kind] = float(judged[:, 0].mean())
            generated.append(judged[:, 1])
        return overfitting(**means, generated=float(np.concatenate(generated).mean()))

    def _judged(self, image, label_map, seed):
        """float32 (2,), the predictions for a real image and for its fake."""
        generator = self.model.generator
        z = noise.seeded_noise(seed, generator.z_dim) if generator.z_dim else None
        fake = generator(label_map, z, training=False)
        passed = self.model.forward_pass(image, fake, label_map, training=False)
        outputs = passed.real_logits, passed.fake_logits
        return tf.concat([passed.predictions(x) for x in outputs], axis=0)
