"""Registers this package's models with Keras, so that `import oasis_tf` is enough to load them.

Classes register when their module is imported, and these modules import Keras. To keep
`import oasis_tf` fast, they are imported at once if Keras already is, else right after Keras.
"""

import contextlib
import importlib
import importlib.util
import sys

MODELS = "oasis_tf.models"


def register() -> None:
    """Imports the models, now or after Keras."""
    if "keras" not in sys.modules:
        sys.meta_path.insert(0, _AfterKeras())
        return
    keras = sys.modules["keras"]  # None where its import is blocked
    if keras is not None and not getattr(keras.__spec__, "_initializing", False):
        _import_models()


class _AfterKeras:  # not an importlib.abc.MetaPathFinder, whose import takes longer than ours
    """A finder of `sys.meta_path` that imports the models once, after Keras."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "keras":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        sys.meta_path.insert(0, self)  # find_spec alone does not import Keras
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_register(module):
                sys.meta_path.remove(self)
                execute(module)
                _import_models()

            spec.loader.exec_module = execute_and_register
        return spec


def _import_models():
    """Imports the models, unless a module of this package is importing Keras right now: the models
    would need that module before it is complete."""
    ours = [module for name, module in list(sys.modules.items()) if name.startswith("oasis_tf.")]
    if any(getattr(module.__spec__, "_initializing", False) for module in ours):
        return
    # An error in the models must not keep Keras from being used.
    with contextlib.suppress(Exception):
        importlib.import_module(MODELS)
