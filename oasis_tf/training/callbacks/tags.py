"""Names of scalars in TensorBoard.

It groups scalars by what is before the first "/", shows groups in the order of the alphabet and
opens the first ones: so the losses are `loss/…`, and all that has a card for each class is together
in `per_class/…`.
"""

NORM = "_gradient_norm"
SCORES = ("d_miou_", "d_accuracy_")


def metric_tag(name: str) -> str:
    """Tag of what the model logs under a name, such as "g_adv"."""
    if name.endswith(NORM):
        return f"norm/gradient/{name.removesuffix(NORM)}"
    if name.startswith(SCORES):
        return f"score/training/{name.removeprefix('d_')}"
    return f"loss/{name}"


def held_out_tag(name: str) -> str:
    """Tag of a held-out score, such as "miou_fake"."""
    return f"score/held_out/{name}"


def evaluation_tag(name: str) -> str:
    """Tag of what an evaluation measures, such as "fid"."""
    return f"score/evaluation/{name}"


def class_tag(what: str, heading: str) -> str:
    """Tag of one number of a class: what it is, and the class's id and name."""
    return f"per_class/{what}/{heading}"


def spectral_norm_tag(network: str, layer: str) -> str:
    """Tag of the sigma of one layer."""
    return f"norm/spectral/{network}/{layer}"
