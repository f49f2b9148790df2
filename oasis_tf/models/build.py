"""Builds the model that a config describes."""

import keras

from oasis_tf.losses.adversarial import FakeClass, NPlusOneAdversarial, RealClasses
from oasis_tf.losses.label_mix import LabelMix
from oasis_tf.losses.perceptual import PerceptualLoss
from oasis_tf.losses.registry import losses_by_name
from oasis_tf.models import OASIS, BackboneDiscriminator, OASISDiscriminator, OASISGenerator
from oasis_tf.optimizers.adam import Adam


def build_model(config):
    """Builds and compiles the `OASIS` of a config; `training.seed` seeds its initial weights."""
    training = config.training
    keras.utils.set_random_seed(training.seed)
    model = OASIS(*build_networks(config))
    model.compile(
        generator_optimizer=_adam(training, training.generator_learning_rate),
        discriminator_optimizer=_adam(training, training.discriminator_learning_rate),
        generator_losses=_generator_losses(config),
        discriminator_losses=_discriminator_losses(config),
        ema_decay=training.ema_decay,
        ema_warmup=training.ema_warmup,
        class_balancing=training.class_balancing,
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
        _discriminator(**config.discriminator.model_dump(), dtype=dtype),
    )


def _discriminator(*, backbone, backbone_upscale, **shared):
    if backbone == "none":
        return OASISDiscriminator(**shared)
    return BackboneDiscriminator(backbone=backbone, upscale=backbone_upscale, **shared)


def _generator_losses(config):
    training, losses = config.training, [NPlusOneAdversarial()]
    if training.add_vgg_loss:
        losses.append(PerceptualLoss(training.vgg_weights, weight=training.lambda_vgg))
    return losses + losses_by_name(config.losses.generator, network="generator")


def _discriminator_losses(config):
    losses = [RealClasses(), FakeClass(), LabelMix(weight=config.training.lambda_label_mix)]
    return losses + losses_by_name(config.losses.discriminator, network="discriminator")


def _adam(training, learning_rate):
    return Adam(
        learning_rate=learning_rate,
        beta_1=training.beta_1,
        beta_2=training.beta_2,
        epsilon=training.epsilon,
    )
