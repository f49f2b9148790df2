"""The metrics that are common to the runs of a comparison."""

from oasis_tf.evaluation.comparison.snapshots import DIVERSITY, with_evaluation
from oasis_tf.evaluation.measurement import EvaluationError
from oasis_tf.evaluation.ms_ssim import MSSSIM, TooSmallImagesError
from oasis_tf.evaluation.perceptual_distance import DISCRIMINATOR, VGG16
from oasis_tf.feature_extractors.inception_weights import (
    InceptionWeightsError,
    load_fid_inception,
)
from oasis_tf.feature_extractors.vgg16_weights import VGG16WeightsError, load_vgg16
from oasis_tf.io import progress
from oasis_tf.io.download import DownloadError
from oasis_tf.io.pytorch_files import PyTorchFileError

METRICS = ("fid", "kid", "miou", DIVERSITY)


def with_common_judges(config):
    """A `Config` whose metrics judge all runs alike; what is left out is said on stderr.

    - mIoU and accuracy need a segmenter that is not a run's own discriminator.
    - Diversity is measured in VGG16's features instead of a run's own.
    - Where Inception's weights cannot be had, the kernel distance is measured in VGG16's features,
      and there is no FID.
    - Where VGG16's cannot be had either, there are neither.

    Args:
        config: `Config`; its `evaluation.metrics` are the wanted ones.
    Raises: EvaluationError if nothing remains; those of a file that the config names.
    """
    evaluation = config.evaluation
    changes = {"metrics": list(evaluation.metrics)}
    if evaluation.diversity_backbone == DISCRIMINATOR:
        changes["diversity_backbone"] = VGG16
    if "miou" in changes["metrics"] and evaluation.segmenter.kind == "discriminator":
        _leave_out(
            changes,
            ["miou"],
            "name a segmenter that is common to all runs with --segmenter; train-segmenter makes "
            "one",
        )
    if {"fid", "kid"} & set(changes["metrics"]):
        changes |= _features(evaluation, changes["metrics"])
    if DIVERSITY in changes["metrics"]:
        _check_diversity(changes, evaluation, config.data.image_size)
    if not changes["metrics"]:
        raise EvaluationError("no metric remains that judges all runs alike; see the lines above")
    return with_evaluation(config, **changes)


def _features(evaluation, metrics):
    """Changes that let the kernel distance be measured here."""
    changes = {"metrics": list(metrics), "features": evaluation.features}
    if evaluation.features == "inception":
        try:
            load_fid_inception(evaluation.inception_weights, say=progress.say, track=progress.track)
        except (DownloadError, InceptionWeightsError, PyTorchFileError) as error:
            if evaluation.inception_weights is not None:
                raise
            progress.say(f"Left out: FID: {error}")
            progress.say("The kernel distance is measured in VGG16's features instead.")
            others = [name for name in metrics if name not in ("fid", "kid")]
            changes |= {"features": VGG16, "metrics": ["kid", *others]}
    if changes["features"] == VGG16 and (reason := _no_vgg16(evaluation)):
        _leave_out(changes, ["fid", "kid"], reason)
    return changes


def _check_diversity(changes, evaluation, image_size):
    try:
        MSSSIM(image_size)
    except TooSmallImagesError as error:
        _leave_out(changes, [DIVERSITY], str(error))
        return
    backbone = changes.get("diversity_backbone", evaluation.diversity_backbone)
    if backbone == VGG16 and (reason := _no_vgg16(evaluation)):
        _leave_out(changes, [DIVERSITY], reason)


def _no_vgg16(evaluation):
    """Why VGG16 cannot be had, or None."""
    try:
        load_vgg16(evaluation.vgg16_weights, say=progress.say)
    except VGG16WeightsError as error:
        if evaluation.vgg16_weights is not None:
            raise
        return str(error)
    return None


def _leave_out(changes, names, reason):
    dropped = [name for name in changes["metrics"] if name in names]
    changes["metrics"] = [name for name in changes["metrics"] if name not in names]
    progress.say(f"Left out: {', '.join(dropped)}: {reason}")
