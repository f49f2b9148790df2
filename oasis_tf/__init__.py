"""Semantic image synthesis in Keras 3 and TensorFlow: photographs from label maps.

The names below are imported on first use, so that `import oasis_tf` takes no time.

```python
import numpy as np
import oasis_tf

run = oasis_tf.load_run("runs/landscapes-demo")
images = run.generate(np.ones((1, *run.generator.image_size), "int32"), seed=7)
```
"""

from oasis_tf.runtime import registration as _registration
from oasis_tf.runtime.lazy_names import lazy_names as _lazy_names

__version__ = "0.1.0"

_MODULE_OF = {
    "Adam": "oasis_tf.optimizers.adam",
    "OASIS": "oasis_tf.models",
    "OASISDiscriminator": "oasis_tf.models",
    "OASISGenerator": "oasis_tf.models",
    "Pix2Pix": "oasis_tf.models",
    "Pix2PixDiscriminator": "oasis_tf.models",
    "Pix2PixGenerator": "oasis_tf.models",
    "SPADE": "oasis_tf.models",
    "SPADEDiscriminator": "oasis_tf.models",
    "SPADEGenerator": "oasis_tf.models",
    "fold": "oasis_tf.models.fold",
    "load_config": "oasis_tf.config",
    "load_run": "oasis_tf.runs.load",
    "open_source": "oasis_tf.data",
    "training_batches": "oasis_tf.data",
}

__all__ = [*_MODULE_OF, "__version__"]

_registration.register()


__getattr__ = _lazy_names(__name__, _MODULE_OF)


def __dir__():
    return sorted({*globals(), *_MODULE_OF})
