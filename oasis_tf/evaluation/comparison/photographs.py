"""The scores of photographs: what a perfect generator is compared with."""

from oasis_tf.data import open_source
from oasis_tf.evaluation.comparison.recipes import Spread, numbers_of
from oasis_tf.evaluation.feature_measurement import FeatureAccumulator, open_features
from oasis_tf.evaluation.held_out_pairs import HeldOutPairs
from oasis_tf.evaluation.measurement import EvaluationContext
from oasis_tf.evaluation.passes import Passes


def photographs_of(evaluation: dict, *, config, devices, batch_size: int) -> dict[str, Spread]:
    """`Spread` by number: a segmenter's scores of the held-out photographs, and the kernel distance
    of as many training photographs to them.

    Training photographs need not be as near as another sample of the held-out ones: in films the
    two splits show other places.

    Args:
        evaluation: of any run on the data; it holds the segmenter's scores of photographs.
    """
    found = {}
    if miou := evaluation["metrics"].get("miou"):
        found = {name: Spread(miou["real"][name], None) for name in ("miou", "accuracy")}
    if "kid" in evaluation["metrics"]:
        kernel = _kernel_distance(config, devices=devices, batch_size=batch_size)
        found["kid"] = numbers_of({"kid": kernel})["kid"]
    return found


def _kernel_distance(config, *, devices, batch_size):
    size, count = config.data.image_size, config.evaluation.num_images
    pairs = {}
    for split, name in (("val", config.data.val_split), ("train", config.data.train_split)):
        source = open_source(split=split, **config.data.source_arguments())
        pairs[split] = HeldOutPairs(source, split=name, image_size=size, num_images=count)
        count = len(pairs[split])
    passes = {s: Passes(p, devices=devices, batch_size=batch_size) for s, p in pairs.items()}
    with devices.strategy.scope():
        context = EvaluationContext(config.evaluation, passes["val"], class_names=())
        features = open_features(context)
    accumulator = FeatureAccumulator(features.distance)
    passes["train"].over_real([accumulator], "Features of {} training photographs")
    found = features.distance.kernel(features.of_real, accumulator.statistics)
    return found.value._asdict()
