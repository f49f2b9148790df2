"""What an artifact is compared with."""

from dataclasses import dataclass
from itertools import chain

import numpy as np


@dataclass(frozen=True)
class Reference:
    """Inputs of a signature, and the live model's images of them.

    Attributes:
        batches: list of dict of input name to array (b, …), or to list of b bytes.
        images: (n, h, w, 3), of all batches one after the other: uint8, or float32 in [0, 1].
        signature: str; "" for formats with one.
    """

    batches: list[dict]
    images: np.ndarray
    signature: str = ""

    def example(self, index: int) -> dict:
        """The inputs of one image, as a batch of one."""
        examples = chain.from_iterable(map(_split, self.batches))
        return list(examples)[index]


def _split(batch):
    (size,) = {len(values) for values in batch.values()}
    return [{name: values[at : at + 1] for name, values in batch.items()} for at in range(size)]
