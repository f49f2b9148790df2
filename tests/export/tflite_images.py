"""Images of a .tflite file."""

import numpy as np

from oasis_tf.export.tflite.runner import load


def images_of(file, batches):
    run = load(file)
    return np.concatenate([run(batch)["image"] for batch in batches])
