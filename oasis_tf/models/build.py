"""Builds the model that a config describes."""

from collections.abc import Callable
from typing import NamedTuple

import keras

from oasis_tf.augment.augmentation import Augmentation
from oasis_tf.losses.adversarial import FakeClass, NPlusOneAdversarial, RealClasses
from oasis_tf.losses.bce import BCEAdversarial, BCEFake, BCEReal
from oasis_tf.losses.feature_matching import FeatureMatching
from oasis_tf.losses.hinge import HingeAdversarial, HingeFake, HingeReal
from oasis_tf.losses.kl_divergence import KLDivergence
from oasis_tf.losses.l1 import L1
from oasis_tf.losses.label_mix import LabelMix
from oasis_tf.losses.perceptual import PerceptualLoss
from oasis_tf.losses.registry import losses_by_name
from oasis_tf.models import (
    OASIS,
    SPADE,
    BackboneDiscriminator,
    OASISDiscriminator,
    OASISGenerator,
    Pix2Pix,
    Pix2PixDiscriminator,
    Pix2PixGenerator,
    SPADEDiscriminator,
    SPADEGenerator,
)
from oasis_tf.optimizers.adam import Adam


class Parts(NamedTuple):
    """A model of `Config.model`, and what its own keys of `training` become.

    generator, discriminator: function(keys of the section, dtype=) -> network.
    generator_losses: function(config) -> list of the model's own losses.
    discriminator_losses: function(training) -> the same of the discriminator's.
    compiled: function(training) -> more arguments of `compile`.
    """

    model: type
    generator: Callable
    discriminator: Callable
    generator_losses: Callable
    discriminator_losses: Callable
    compiled: Callable = lambda training: {}


def _oasis_discriminator(*, backbone, backbone_upscale, image_levels, **shared):
    if backbone == "none":
        return OASISDiscriminator(**shared)
    return BackboneDiscriminator(
        backbone=backbone, upscale=backbone_upscale, image_levels=image_levels, **shared
    )


PARTS = {
    "oasis": Parts(
        model=OASIS,
        generator=OASISGenerator,
        discriminator=_oasis_discriminator,
        generator_losses=lambda config: [NPlusOneAdversarial()],
        discriminator_losses=lambda training: [
            RealClasses(),
            FakeClass(),
            LabelMix(weight=training.lambda_label_mix),
        ],
        compiled=lambda training: {"class_balancing": training.class_balancing},
    ),
    "spade": Parts(
        model=SPADE,
        generator=SPADEGenerator,
        discriminator=SPADEDiscriminator,
        generator_losses=lambda config: [
            HingeAdversarial(),
            FeatureMatching(weight=config.training.lambda_feat),
            *([KLDivergence(config.training.lambda_kld)] if config.generator.z_dim else []),
        ],
        discriminator_losses=lambda training: [HingeFake(), HingeReal()],
    ),
    "pix2pix": Parts(
        model=Pix2Pix,
        generator=Pix2PixGenerator,
        discriminator=Pix2PixDiscriminator,
        generator_losses=lambda config: [
            BCEAdversarial(),
            L1(weight=config.training.lambda_l1),
        ],
        discriminator_losses=lambda training: [BCEFake(), BCEReal()],
    ),
}


def build_model(config):
    """Builds and compiles the model of a config; `training.seed` seeds its initial weights."""
    training, parts = config.training, PARTS[config.model]
    keras.utils.set_random_seed(training.seed)
    model = parts.model(*build_networks(config))
    model.compile(
        generator_optimizer=_adam(training, training.generator_learning_rate),
        discriminator_optimizer=_adam(training, training.discriminator_learning_rate),
        generator_losses=_generator_losses(config),
        discriminator_losses=_discriminator_losses(config),
        ema_decay=training.ema_decay,
        ema_warmup=training.ema_warmup,
        log_gradient_norms=training.log_gradient_norms,
        augmentation=_augmentation(training.discriminator_augment),
        seed=training.seed,
        jit_compile=training.jit_compile,
        steps_per_execution=training.steps_per_execution,
        rematerialize=training.rematerialize,
        **parts.compiled(training),
    )
    return model


def build_networks(config):
    """Returns a generator and a discriminator."""
    dtype, parts = config.training.dtype_policy, PARTS[config.model]
    return (
        parts.generator(**config.generator.model_dump(), dtype=dtype),
        parts.discriminator(**config.discriminator.model_dump(), dtype=dtype),
    )


def _generator_losses(config):
    training = config.training
    losses = PARTS[config.model].generator_losses(config)
    if training.add_vgg_loss:
        losses.append(PerceptualLoss(training.vgg_weights, weight=training.lambda_vgg))
    return losses + losses_by_name(config.losses.generator, network="generator")


def _discriminator_losses(config):
    losses = PARTS[config.model].discriminator_losses(config.training)
    return losses + losses_by_name(config.losses.discriminator, network="discriminator")


def _augmentation(section):
    """None if all strengths are 0."""
    if section.translation == section.cutout == section.color == 0:
        return None
    return Augmentation(**section.model_dump(exclude={"measure_every"}))


def _adam(training, learning_rate):
    return Adam(
        learning_rate=learning_rate,
        beta_1=training.beta_1,
        beta_2=training.beta_2,
        epsilon=training.epsilon,
    )
