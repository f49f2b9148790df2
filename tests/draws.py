"""Every draw that is made inside of a graph, for a test and for a process with other flags.

python draws.py SAVED_MODEL OUT.npz
"""

import sys

import keras
import numpy as np
import tensorflow as tf
from tiny import HEIGHT, NUM_CLASSES, WIDTH, Z_DIM, tiny_generator, tiny_oasis

from oasis_tf.data import training_batches
from oasis_tf.data.source import Source
from oasis_tf.runtime import noise

SEEDS = np.int64([3, 4, 9])


class Ramps(Source):
    """Examples that show where they were cut, and whether they were mirrored."""

    names = [str(i) for i in range(6)]
    num_classes = 256

    def load(self, index):
        label_map = tf.reshape(tf.range(12 * 16) + tf.cast(index, tf.int32), (12, 16))
        label_map = tf.cast(label_map, tf.uint8)
        return tf.stack([label_map] * 3, axis=-1), label_map


def every_draw():
    """dict of name to array."""
    keras.utils.set_random_seed(0)
    seeds = tf.constant(SEEDS)  # arrays of NumPy would be folded, and never reach XLA
    generator = tiny_generator()
    model, label_map = tiny_oasis(), tf.zeros((2, HEIGHT, WIDTH), tf.int32)
    all_classes = label_map + tf.range(WIDTH) % NUM_CLASSES
    model.step.assign(5)
    batches = training_batches(Ramps(), image_size=(8, 10), load_size=12, batch_size=4, seed=3)
    made = {
        "normal": lambda: noise.normal((5, 7), seed=seeds[:2]),
        "uniform": lambda: noise.uniform((5, 7), seed=seeds[:2]),
        "seeded noise": lambda: noise.seeded_noise(seeds, Z_DIM),
        "z of a step": lambda: model.draws(label_map)["generator_z"],
        "mask of a step": lambda: model.draws(all_classes)["label_mix_mask"],
        "no z": lambda: generator._noise(label_map[..., None], None)[0],
    }
    arrays = {name: tf.function(draw)().numpy() for name, draw in made.items()}
    label_maps = [label_map for _, label_map in batches.take(3).as_numpy_iterator()]
    return arrays | {"batches": np.stack(label_maps)}


if __name__ == "__main__":
    seeds = tf.constant(SEEDS)
    served = tf.saved_model.load(sys.argv[1]).draw(seeds).numpy()
    plain = tf.function(lambda: tf.random.stateless_normal((5, 7), seed=seeds[:2], alg="philox"))
    np.savez(sys.argv[2], **every_draw(), served=served, unprotected=plain())
