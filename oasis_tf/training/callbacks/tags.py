"""Names of scalars in TensorBoard.

TensorBoard groups scalars by the part before the first "/", sorts groups by name and opens the
first ones. So losses are `loss/…`, and scalars with one card per class are in `per_class/…`.
"""

from oasis_tf.metrics.adaptive_probability import AdaptiveProbability

NORM = "_gradient_norm"
LEARNING_RATE = "learning_rate_"
SCORES = ("d_miou_", "d_accuracy_")


def metric_tag(name: str) -> str:
    """Tag of a log of the model, such as "g_adv"."""
    if name.endswith(NORM):
        return f"norm/gradient/{name.removesuffix(NORM)}"
    if name.startswith(SCORES):
        return f"score/training/{name.removeprefix('d_')}"
    if name.startswith(LEARNING_RATE):
        return f"learning_rate/{name.removeprefix(LEARNING_RATE)}"
    if name in AdaptiveProbability.names:
        return f"augmentation/{name}"
    return f"loss/{name}"


def held_out_tag(name: str) -> str:
    """Tag of a held-out score, such as "miou_fake"."""
    return f"score/held_out/{name}"


def evaluation_tag(name: str) -> str:
    """Tag of a number of an evaluation, such as "fid"."""
    return f"score/evaluation/{name}"


def class_tag(what: str, heading: str) -> str:
    """Tag of a number of one class. `what` names the number, `heading` is id and name."""
    return f"per_class/{what}/{heading}"


def spectral_norm_tag(network: str, layer: str) -> str:
    """Tag of the sigma of one layer."""
    return f"norm/spectral/{network}/{layer}"
