"""The held-out pairs that generators are evaluated on."""

import hashlib

import numpy as np

from oasis_tf.data import DataError, measured_batches

RESIZED = "whole images resized to {}x{}, bicubic with antialiasing, rounded to 8 bits"


class HeldOutPairs:
    """Photographs and label maps of a source, resized to the generator's size.

    Args:
        source: `Source`.
        split: str, which split of the data it is.
        image_size: (height, width).
        num_images: int, how many, spread evenly over the source; None for all.
    """

    def __init__(self, source, *, split, image_size, num_images=None):
        self.source = source
        self.split = split
        self.image_size = tuple(image_size)
        count = min(num_images or len(source), len(source))
        self.indices = np.linspace(0, len(source) - 1, count).round().astype(np.int64)

    def __len__(self):
        return len(self.indices)

    @property
    def fingerprint(self):
        """str, a hash of the names of the examples, not of their folder."""
        names = "\n".join(self.source.names[index] for index in self.indices)
        return hashlib.sha256(names.encode()).hexdigest()[:16]

    @property
    def preprocessing(self):
        """str, how photographs are resized."""
        return RESIZED.format(*self.image_size)

    @property
    def identity(self):
        """See `Source.identity`; None for data without files."""
        try:
            return self.source.identity()
        except DataError:
            return None

    def batches(self, batch_size):
        """See `oasis_tf.data.measured_batches`."""
        return measured_batches(
            self.source,
            image_size=self.image_size,
            batch_size=batch_size,
            indices=self.indices,
        )
