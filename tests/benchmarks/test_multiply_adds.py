"""Multiply-adds of a small graph, counted by hand."""

import pytest
import tensorflow as tf

from benchmarks import multiply_adds
from oasis_tf.models import OASISDiscriminator, OASISGenerator

X = tf.TensorSpec((2, 6, 8, 3), tf.float32)
KERNEL = tf.TensorSpec((3, 3, 3, 5), tf.float32)
TAPS = 3 * 3 * 3 * 5  # of an output pixel
PIXELS = 2 * 6 * 8


def conv(x, kernel, strides=1):
    return tf.nn.conv2d(x, kernel, strides, "SAME")


def counted(function, *specs):
    return multiply_adds.convolution_multiply_adds(
        tf.function(function).get_concrete_function(*specs)
    )


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


def test_what_is_no_convolution_is_not_counted():
    assert counted(lambda x, kernel: tf.reduce_sum(x) * kernel, X, KERNEL) == 0


def test_the_networks_of_ade20k_cost_what_the_reference_costs():
    generator = OASISGenerator(151, (256, 256))
    discriminator = OASISDiscriminator(151)

    g_total, _ = multiply_adds.generator_multiply_adds(generator)
    d_total, _ = multiply_adds.discriminator_multiply_adds(discriminator, (256, 256))

    assert g_total / 1e9 == pytest.approx(194.4, abs=0.05)
    assert d_total / 1e9 == pytest.approx(48.9, abs=0.05)
