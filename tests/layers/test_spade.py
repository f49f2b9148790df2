import numpy as np
import pytest
from numpy_layers import spade
from tiny import HEIGHT, NUM_CLASSES, WIDTH, Z_DIM, tiny_generator

from oasis_tf.layers import SPADE
from oasis_tf.weights import official_names


@pytest.mark.parametrize(
    "norm, training, moments",
    [
        ("batch", False, "stored"),
        ("batch", True, "batch"),
        ("instance", False, "instance"),
        ("instance", True, "instance"),
        ("none", False, "none"),
    ],
)
def test_modulation_equals_the_formula(norm, training, moments):
    generator = tiny_generator(norm=norm)
    layer = generator.blocks[-1].norm_0
    arrays = official_names.to_state_dict(generator)
    rng = np.random.default_rng(0)
    x = 2 + 3 * rng.standard_normal((2, HEIGHT, WIDTH, 4)).astype(np.float32)
    condition = rng.standard_normal((2, HEIGHT, WIDTH, Z_DIM + NUM_CLASSES)).astype(np.float32)
    expected = spade(x, condition, arrays, "body.1.norm_0", moments)
    np.testing.assert_allclose(
        layer(x, condition, training=training), expected, rtol=1e-4, atol=1e-5
    )


def test_an_unknown_norm_is_named_with_the_known_ones():
    with pytest.raises(ValueError, match="batch, instance, none; got 'layer'"):
        SPADE(norm="layer")
