"""Configs of models whose discriminator does not segment: what else has to judge their images."""

from oasis_tf.config.metrics import HELD_OUT_SCORES


def require_other_judges(config, *, title):
    """Refuses metrics for which training would look for a discriminator that segments.

    Args:
        config: `Config`. title: str, name of its model.
    Raises: ValueError.
    """
    training, evaluation = config.training, config.evaluation
    if training.best_metric in HELD_OUT_SCORES:
        raise ValueError(
            f"training.best_metric is {training.best_metric}, a score of OASIS's discriminator, "
            f"which {title} does not have; name a metric of evaluation.metrics, or null"
        )
    if training.evaluate_every is None:
        return
    for metric, value, remedy in (
        ("miou", evaluation.segmenter.kind, "evaluation.segmenter.kind: keras"),
        ("diversity", evaluation.diversity_backbone, "evaluation.diversity_backbone: vgg16"),
    ):
        if metric in evaluation.metrics and value == "discriminator":
            raise ValueError(
                f"evaluation.metrics has {metric}, for which {title} has no discriminator; set "
                f"{remedy}, or leave it out"
            )
