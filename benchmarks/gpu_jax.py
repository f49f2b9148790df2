"""`benchmarks.gpu` with the networks of Keras on JAX."""

import jax
import keras
import numpy as np
from jax import numpy as jnp

from benchmarks.gpu_backend import BETAS, LEARNING_RATE, UPDATES, Measured, median_seconds, networks
from oasis_tf.losses.adversarial import n_plus_one_loss

WAYS = ("Keras on JAX",)
MATRIX_PRECISION = {"float32": "float32", "tf32": "tensorfloat32", "bfloat16": "default"}


def device():
    """(name, whether it is a GPU)."""
    found = jax.devices()[0]
    return f"{found.device_kind}, jax {jax.__version__}", found.platform == "gpu"


def matrix_rate(precision, *, side, repeats):
    """Multiply-adds a second of a product of two matrices."""
    dtype = jnp.bfloat16 if precision == "bfloat16" else jnp.float32
    matrix = jax.random.normal(jax.random.key(0), (side, side), dtype)
    with jax.default_matmul_precision(MATRIX_PRECISION[precision]):
        product = jax.jit(jnp.matmul)
        product(matrix, matrix).block_until_ready()
        seconds = median_seconds(
            lambda: product(matrix, matrix).block_until_ready(), repeats=repeats
        )
    return side**3 / seconds


def measure(way, part, precision, config, batch, *, repeats, compiler):
    """One row, see `Measured`; always compiled."""
    del way, compiler
    with jax.default_matmul_precision(MATRIX_PRECISION[precision]):
        call = PARTS[part](*networks(config, precision=precision), batch)
        outputs = call.first()
        seconds = median_seconds(call, repeats=repeats)
    return Measured("jax.jit", seconds, call.peak_bytes, outputs)


class Forward:
    """The call of a network in inference mode."""

    def __init__(self, network, *arrays):
        state = values(network.trainable_variables), values(network.non_trainable_variables)

        def forward(state, *arrays):
            return network.stateless_call(*state, *arrays, training=False)[0]

        self.arguments = jax.device_put((state, *arrays))
        self.compiled = jax.jit(forward).lower(*self.arguments).compile()
        self.peak_bytes = peak_bytes(self.compiled)

    def __call__(self):
        return self.compiled(*self.arguments).block_until_ready()

    def first(self):
        return np.asarray(self())


class Update:
    """One update of the generator, whose old state is given back to the allocator."""

    def __init__(self, generator, discriminator, batch):
        optimizer = keras.optimizers.Adam(LEARNING_RATE, *BETAS, epsilon=1e-8)
        optimizer.build(generator.trainable_variables)

        def loss(weights, rest, critic, critic_rest, label_map, z, class_weights):
            fake, rest = generator.stateless_call(weights, rest, label_map, z, training=True)
            logits, critic_rest = discriminator.stateless_call(
                critic, critic_rest, fake, training=True
            )
            value = n_plus_one_loss(logits, label_map, is_real=True, class_weights=class_weights)
            return value, (rest, critic_rest)

        def update(state, critic, *arrays):
            weights, rest, critic_rest, slots = state
            (value, (rest, critic_rest)), gradients = jax.value_and_grad(loss, has_aux=True)(
                weights, rest, critic, critic_rest, *arrays
            )
            weights, slots = optimizer.stateless_apply(slots, gradients, weights)
            return (weights, rest, critic_rest, slots), value

        self.state = jax.device_put(
            (
                values(generator.trainable_variables),
                values(generator.non_trainable_variables),
                values(discriminator.non_trainable_variables),
                values(optimizer.variables),
            )
        )
        critic = values(discriminator.trainable_variables)
        self.given = jax.device_put((critic, batch.label_map, batch.z, batch.class_weights))
        lowered = jax.jit(update, donate_argnums=0).lower(self.state, *self.given)
        self.compiled = lowered.compile()
        self.peak_bytes = peak_bytes(self.compiled)

    def __call__(self):
        self.state, loss = self.compiled(self.state, *self.given)
        jax.block_until_ready(self.state)
        return loss

    def first(self):
        return np.array([self() for _ in range(UPDATES)])


PARTS = {
    "generator": lambda generator, _, batch: Forward(generator, batch.label_map, batch.z),
    "discriminator": lambda _, discriminator, batch: Forward(discriminator, batch.image),
    "update": Update,
}


def values(variables):
    """Copies, which a donated call may overwrite."""
    return [jnp.array(variable.value) for variable in variables]


def peak_bytes(compiled):
    """Of arguments, outputs and temporary buffers, as XLA has planned them."""
    plan = compiled.memory_analysis()
    return (
        plan.argument_size_in_bytes
        + plan.output_size_in_bytes
        + plan.temp_size_in_bytes
        - plan.alias_size_in_bytes
    )
