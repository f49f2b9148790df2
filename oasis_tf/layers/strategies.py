"""How the layers compute on the backend that Keras runs on.

`portable` is written in `keras.ops` and runs on every backend. `accelerated` computes the same in
less time, on TensorFlow. Both hold the same names; layers take them from here.
"""

import keras

if keras.config.backend() == "tensorflow":
    from oasis_tf.layers.accelerated import (
        COUNTS_NEIGHBOURHOODS,
        batch_normalize,
        convolve,
        leaky_relu,
        not_clustered,
        of_training,
        recomputed,
        worthwhile_neighbourhoods,
    )
else:
    from oasis_tf.layers.portable import (
        COUNTS_NEIGHBOURHOODS,
        batch_normalize,
        convolve,
        leaky_relu,
        not_clustered,
        of_training,
        recomputed,
        worthwhile_neighbourhoods,
    )

__all__ = [
    "COUNTS_NEIGHBOURHOODS",
    "batch_normalize",
    "convolve",
    "worthwhile_neighbourhoods",
    "leaky_relu",
    "not_clustered",
    "of_training",
    "recomputed",
]
