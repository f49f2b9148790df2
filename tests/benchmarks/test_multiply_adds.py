"""Multiply-adds of a small graph, counted by hand."""

from pathlib import Path

import pytest
import tensorflow as tf
from tiny import tiny_generator, tiny_pairs

from benchmarks import multiply_adds
from oasis_tf.config import load_config
from oasis_tf.layers.accelerated.winograd import winograd_convolve
from oasis_tf.models import OASISDiscriminator, OASISGenerator
from oasis_tf.models.fold import fold
from oasis_tf.models.multiply_adds import convolution_multiply_adds, folded_multiply_adds

pytestmark = pytest.mark.heavy

CONFIGS = Path(__file__).parents[2] / "configs"
X = tf.TensorSpec((2, 6, 8, 3), tf.float32)
KERNEL = tf.TensorSpec((3, 3, 3, 5), tf.float32)
TAPS = 3 * 3 * 3 * 5  # of an output pixel
PIXELS = 2 * 6 * 8


def conv(x, kernel, strides=1):
    return tf.nn.conv2d(x, kernel, strides, "SAME")


def counted(function, *specs):
    return convolution_multiply_adds(tf.function(function).get_concrete_function(*specs))


def gradients(x, kernel):
    with tf.GradientTape() as tape:
        tape.watch([x, kernel])
        loss = tf.reduce_sum(conv(x, kernel) ** 2)
    return tape.gradient(loss, [x, kernel])


@pytest.mark.parametrize(("strides", "pixels"), [(1, PIXELS), (2, 2 * 3 * 4)])
def test_a_convolution_costs_its_taps_at_every_output_pixel(strides, pixels):
    assert counted(lambda x, kernel: conv(x, kernel, strides), X, KERNEL) == pixels * TAPS


def test_a_transposed_convolution_costs_its_taps_at_every_input_pixel():
    def up(x, kernel):
        return tf.nn.conv2d_transpose(x, kernel, (2, 12, 16, 5), 2, "SAME")

    kernel = tf.TensorSpec((4, 4, 5, 3), tf.float32)
    assert counted(up, X, kernel) == PIXELS * 4 * 4 * 5 * 3


def test_each_gradient_costs_what_forward_does():
    assert counted(gradients, X, KERNEL) == 3 * PIXELS * TAPS


def test_a_gradient_nobody_asked_for_is_not_counted():
    def by_kernel(x, kernel):
        return gradients(x, kernel)[1]

    assert counted(by_kernel, X, KERNEL) == 2 * PIXELS * TAPS


def test_what_ends_in_a_variable_is_counted():
    total = tf.Variable(0.0)

    def add(x, kernel):
        total.assign_add(tf.reduce_sum(conv(x, kernel)))

    assert counted(add, X, KERNEL) == PIXELS * TAPS


def test_winograd_costs_its_products_and_its_transforms():
    """Of 12 tiles a map: 16 products each, and what is summed over, with bands of 8 and 6."""
    across, down = 2 * 4 * 6 * (8 // 2) * 3 * 8, 2 * 16 * (6 // 2) * (8 // 2) * 3 * 6
    products = 2 * 12 * 16 * 3 * 5
    assert counted(winograd_convolve, X, KERNEL) == across + down + products


def test_what_is_no_convolution_is_not_counted():
    assert counted(lambda x, kernel: tf.reduce_sum(x) * kernel, X, KERNEL) == 0


def test_the_networks_of_ade20k_cost_what_the_reference_costs():
    generator = OASISGenerator(151, (256, 256))
    discriminator = OASISDiscriminator(151)

    g_total, _ = multiply_adds.generator_multiply_adds(generator)
    d_total, _ = multiply_adds.discriminator_multiply_adds(discriminator, (256, 256))

    assert g_total / 1e9 == pytest.approx(194.4, abs=0.05)
    assert d_total / 1e9 == pytest.approx(48.9, abs=0.05)


# By hand, for 12 label channels and 16 hidden ones: a SPADE of c channels reads 9 * 12 * 16 and
# makes 2 * 9 * 16 * c, and there are two in a block, three where its width changes.
MOBILE_BLOCKS = {  # side: multiply-adds a pixel of its SPADEs' shared convolutions, their
    # modulations, and the block's own convolutions
    8: 2 * 1_728 + 288 * (256 + 256) + 9 * (256 * 256 + 256 * 256),
    16: 2 * 1_728 + 288 * (256 + 256) + 9 * (256 * 256 + 256 * 256),
    32: 3 * 1_728 + 288 * (256 + 128 + 256) + 9 * (256 * 128 + 128 * 128) + 256 * 128,
    64: 3 * 1_728 + 288 * (128 + 64 + 128) + 9 * (128 * 64 + 64 * 64) + 128 * 64,
    128: 3 * 1_728 + 288 * (64 + 32 + 64) + 9 * (64 * 32 + 32 * 32) + 64 * 32,
    256: 3 * 1_728 + 288 * (32 + 16 + 32) + 9 * (32 * 16 + 16 * 16) + 32 * 16,
}
MOBILE_ENDS = 8**2 * 9 * 12 * 256 + 256**2 * (151 * 12 + 9 * 16 * 3)  # fc; embedding, image
MOBILE_NOISE = 9 * 9 * 64 * (256 + 16 * 16)  # fc and 16 SPADEs, each on 3x3 pixels


def test_the_mobile_generator_fits_a_phone():
    generator = load_config(CONFIGS / "ade20k_mobile.yaml").generator
    generator = OASISGenerator(**generator.model_dump())
    parameters, performed = fold(generator).count_params(), folded_multiply_adds(generator)
    blocks = sum(side**2 * count for side, count in MOBILE_BLOCKS.items())
    assert performed == blocks + MOBILE_ENDS + MOBILE_NOISE == 5_805_793_280 < 6e9
    assert parameters == 3_989_767 and 2 * parameters < 10e6


def test_what_is_given_has_no_gradient_and_all_else_two():
    """Without noise nothing runs in a cheaper order than defined."""
    generator = tiny_generator(z_dim=0, label_embedding=2)
    _, label_map = tiny_pairs(1)

    def gradients(label_map):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(generator(label_map, training=True) ** 2)
        return tape.gradient(loss, generator.trainable_variables)

    defined, given = multiply_adds.generator_multiply_adds(generator)
    assert given == 8 * 12 * 5 * 2  # the embedding
    assert counted(gradients, tf.TensorSpec(label_map.shape, tf.int32)) == 3 * defined - given


def test_of_what_reads_the_condition_the_share_of_noise_is_given():
    generator = tiny_generator(z_dim=3, label_embedding=2)
    _, given = multiply_adds.generator_multiply_adds(generator)
    embedding, fc, spades = 5 * 2, 9 * 3 * 8, 3 * (9 * 3 * 4)
    assert given == 8 * 12 * (embedding + spades) + 4 * 6 * (fc + spades)
