"""Data: pairs (image, label map) from files or rendered, and endless or ordered batches of them.

The names below are imported on first use, so that configs can look up data sets without TensorFlow.
"""

from oasis_tf.runtime.lazy_names import lazy_names

_MODULE_OF = {
    "Augmentation": "oasis_tf.data.augmentation",
    "CacheError": "oasis_tf.data.cache",
    "CachedSource": "oasis_tf.data.cache",
    "DataError": "oasis_tf.data.errors",
    "DataSetInfo": "oasis_tf.data.dataset_info",
    "Source": "oasis_tf.data.source",
    "cached": "oasis_tf.data.cache",
    "classes_of": "oasis_tf.data.classes",
    "evaluation_batches": "oasis_tf.data.pipeline",
    "example_index": "oasis_tf.data.pipeline",
    "explain_failure": "oasis_tf.data.validate",
    "known_datasets": "oasis_tf.data.dataset_info",
    "label_code_of": "oasis_tf.data.label_reading",
    "loaded_size": "oasis_tf.data.pipeline",
    "measured_batches": "oasis_tf.data.pipeline",
    "open_source": "oasis_tf.data.opening",
    "open_splits": "oasis_tf.data.opening",
    "register": "oasis_tf.data.dataset_info",
    "training_batches": "oasis_tf.data.pipeline",
    "training_pair": "oasis_tf.data.pipeline",
    "with_found_classes": "oasis_tf.data.found_ids",
}

__all__ = list(_MODULE_OF)

__getattr__ = lazy_names(__name__, _MODULE_OF)
