"""Data: pairs (image, label map) from files or rendered, and endless or ordered batches of them."""

from oasis_tf.data.cache import CachedSource, CacheError, cached
from oasis_tf.data.classes import classes_of
from oasis_tf.data.found_ids import with_found_classes
from oasis_tf.data.open_source import label_code_of, open_source, open_splits
from oasis_tf.data.pipeline import (
    evaluation_batches,
    example_index,
    loaded_size,
    measured_batches,
    training_batches,
)
from oasis_tf.data.source import DataError, Source
from oasis_tf.data.validate import explain_failure

__all__ = [
    "CacheError",
    "CachedSource",
    "DataError",
    "Source",
    "classes_of",
    "cached",
    "evaluation_batches",
    "example_index",
    "explain_failure",
    "label_code_of",
    "loaded_size",
    "measured_batches",
    "open_source",
    "open_splits",
    "training_batches",
    "with_found_classes",
]
