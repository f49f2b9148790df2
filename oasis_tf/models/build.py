"""From a config to the model that it describes, ready to train."""

import keras

from oasis_tf.losses.perceptual import PerceptualLoss
from oasis_tf.models import OASIS, OASISDiscriminator, OASISGenerator
from oasis_tf.optimizers.adam import Adam


def build_model(config):
    """Builds and compiles the `OASIS` of a config; `training.seed` decides its initial weights."""
    training = config.training
    keras.utils.set_random_seed(training.seed)
    model = OASIS(*build_networks(config))
    model.compile(
        generator_optimizer=_adam(training, training.generator_learning_rate),
        discriminator_optimizer=_adam(training, training.discriminator_learning_rate),
        lambda_label_mix=training.lambda_label_mix,
        ema_decay=training.ema_decay,
        class_balancing=training.class_balancing,
        perceptual_loss=PerceptualLoss(training.vgg_weights) if training.add_vgg_loss else None,
        lambda_vgg=training.lambda_vgg,
        log_gradient_norms=training.log_gradient_norms,
        seed=training.seed,
        jit_compile=training.jit_compile,
        steps_per_execution=training.steps_per_execution,
    )
    return model


def build_networks(config):
    """Returns a generator and a discriminator."""
    dtype = config.training.dtype_policy
    return (
        OASISGenerator(**config.generator.model_dump(), dtype=dtype),
        OASISDiscriminator(**config.discriminator.model_dump(), dtype=dtype),
    )


def _adam(training, learning_rate):
    return Adam(
        learning_rate=learning_rate,
        beta_1=training.beta_1,
        beta_2=training.beta_2,
        epsilon=training.epsilon,
    )
