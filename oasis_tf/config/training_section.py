"""The keys of a config's `training`: those of all models, and those of OASIS."""

from typing import Literal

from pydantic import Field, model_validator

from oasis_tf.config import bounds
from oasis_tf.config.discriminator_augment_section import DiscriminatorAugmentConfig
from oasis_tf.config.metrics import BestMetric
from oasis_tf.config.section import Section


class SharedTrainingConfig(Section):
    """What the training of all models has.

    The length is `epochs` times `steps_per_epoch`. Intervals ("every") are in training steps.
    """

    batch_size: bounds.BatchSize = Field(
        description="Images of one training step, over all devices together."
    )
    epochs: bounds.Epochs = Field(
        description="Length of the run. One epoch is steps_per_epoch steps."
    )
    steps_per_epoch: bounds.Steps | None = Field(
        None, description="Length of an epoch. null: one pass over the training pairs."
    )
    generator_learning_rate: bounds.LearningRate = Field(
        1e-4, description="Learning rate of the generator's Adam optimizer."
    )
    discriminator_learning_rate: bounds.LearningRate = Field(
        4e-4, description="Learning rate of the discriminator's Adam optimizer."
    )
    learning_rate_schedule: Literal["constant", "linear"] = Field(
        "constant",
        description="How both learning rates change with the epochs. linear: they fall towards 0 "
        "at the end of the run, by equal amounts an epoch.",
    )
    constant_epochs: bounds.ConstantEpochs = Field(
        0,
        description="Epochs before learning_rate_schedule linear begins to fall; fewer than "
        "epochs. SPADE's niter; niter - 1 of Pix2Pix.",
    )
    beta_1: bounds.Decay = Field(
        0.0, description="Decay of Adam's first moments, of both optimizers."
    )
    beta_2: bounds.Decay = Field(
        0.999, description="Decay of Adam's second moments, of both optimizers."
    )
    epsilon: bounds.Epsilon = Field(1e-8, description="Adam's epsilon, of both optimizers.")
    ema_decay: bounds.Decay = Field(
        0.9999,
        description="Decay of the generator's exponential moving average, which averages over "
        "about 1 / (1 - ema_decay) steps.",
    )
    ema_warmup: bool = Field(
        False,
        description="Whether the decay is at most (1 + step) / (10 + step), so that the average "
        "forgets the initial weights within some hundred steps. False: as in the paper.",
    )
    add_vgg_loss: bool = Field(
        False, description="Whether to add a perceptual loss on VGG19 features."
    )
    vgg_weights: str = Field(
        "imagenet",
        description="VGG19's weights, for add_vgg_loss: a file, or imagenet to download Keras's.",
    )
    lambda_vgg: bounds.LossWeight = Field(10.0, description="Weight of the perceptual loss.")
    discriminator_augment: DiscriminatorAugmentConfig = Field(
        DiscriminatorAugmentConfig(), description="Augmentation of the discriminator's inputs."
    )
    log_gradient_norms: bool = Field(
        True, description="Whether to log the L2 norms of both networks' gradients."
    )
    seed: bounds.Seed = Field(
        0, description="Seed of the initial weights, of the order of the data and of all noise."
    )
    dtype_policy: Literal["float32", "mixed_float16", "mixed_bfloat16"] = Field(
        "float32",
        description="Precision of the convolutions. In the mixed ones weights, losses, optimizers "
        "and EMA stay float32; mixed_float16 scales the losses.",
    )
    jit_compile: bool = Field(
        False, description="Whether to compile the training step with XLA. On one replica only."
    )
    rematerialize: bool = Field(
        False,
        description="Whether the backward pass computes the inside of every block again, instead "
        "of keeping it: larger images or batches in the same memory, a slower step, equal numbers. "
        "Not with jit_compile, and not for Pix2Pix.",
    )
    steps_per_execution: bounds.StepsPerExecution = Field(
        1,
        description="Steps that run between two returns to Python. It must divide the steps of an "
        "epoch. The result is the same.",
    )
    checkpoint_every: bounds.Steps = Field(1000, description="Interval of the checkpoints.")
    keep_last: bounds.KeptCheckpoints = Field(
        2, description="Number of the newest checkpoints to keep, beside the best one."
    )
    best_metric: BestMetric | None = Field(
        None,
        description="Metric of the checkpoint that is kept as the best, of evaluation.metrics, "
        "every evaluate_every steps. null: none is kept.",
    )
    explosion_limit: bounds.ExplosionLimit | None = Field(
        1000.0,
        description="Training ends when a loss's median over 50 steps is more than this many times "
        "its median over the 450 steps before. null: only when a loss is NaN or infinite.",
    )
    sample_every: bounds.Steps = Field(1000, description="Interval of the sample sheets.")
    num_samples: bounds.SheetRows = Field(
        6, description="Held-out label maps on each sample sheet."
    )
    evaluate_every: bounds.Steps | None = Field(
        None,
        description="Interval at which evaluation.metrics are measured in training. null: never.",
    )
    recalibration_batches: bounds.RecalibrationBatches = Field(
        51,
        description="Batches over which the norm statistics of the EMA generator are computed "
        "anew before it is saved or scored.",
    )

    @model_validator(mode="after")
    def _check_schedule(self):
        if self.learning_rate_schedule == "linear" and self.constant_epochs >= self.epochs:
            raise ValueError(
                f"training.constant_epochs is {self.constant_epochs}; with "
                f"training.learning_rate_schedule linear it must be less than training.epochs, "
                f"{self.epochs}"
            )
        return self

    @model_validator(mode="after")
    def _check_rematerialization(self):
        if self.rematerialize and self.jit_compile:
            raise ValueError(
                "training.rematerialize saves no memory with training.jit_compile; set one of them "
                "to false"
            )
        return self

    @model_validator(mode="after")
    def _check_measurements(self):
        augment = self.discriminator_augment
        if augment.target is not None and augment.measure_every % self.steps_per_execution:
            raise ValueError(
                f"training.steps_per_execution is {self.steps_per_execution}, which does not "
                f"divide training.discriminator_augment.measure_every, {augment.measure_every}"
            )
        return self


class TrainingConfig(SharedTrainingConfig):
    """Optimizers, losses, length, checkpoints and reports, of OASIS."""

    lambda_label_mix: bounds.LossWeight = Field(
        10.0, description="Weight of the LabelMix consistency loss. 0: without LabelMix."
    )
    class_balancing: bool = Field(
        True, description="Whether the loss weights classes by the inverse of their frequency."
    )
    best_metric: BestMetric | None = Field(
        "miou_fake",
        description="Metric of the checkpoint that is kept as the best. Those with _real or _fake "
        "in their name are the discriminator's on held-out pairs, every score_every steps; the "
        "others are of evaluation.metrics, every evaluate_every steps. null: none is kept.",
    )
    score_every: bounds.Steps = Field(
        1000,
        description="Interval at which the discriminator's accuracy and IoU on held-out pairs are "
        "measured, on real images and on fakes.",
    )
    score_images: bounds.NumImages = Field(
        200, description="Held-out pairs of which these scores are computed."
    )
