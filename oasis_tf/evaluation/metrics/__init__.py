"""One file a metric. Every file here is imported, and registers its metric by name.

See `oasis_tf.evaluation.metric.Metric`. The order of imports is that of the columns in tables: the
metrics of the paper first, others by the names of their files.
"""

import importlib
import pkgutil

FIRST = ("fid", "kid", "miou", "diversity")

for _name in sorted(
    (module.name for module in pkgutil.iter_modules(__path__)),
    key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name),
):
    importlib.import_module(f"{__name__}.{_name}")
