"""Lets Keras load this package's models after `import oasis_tf` alone, which stays cheap.

Keras knows a class once its module is imported, and these modules import TensorFlow. So they are
imported when Keras is: at once if it is there already, else right after it.
"""

import contextlib
import importlib
import importlib.abc
import importlib.util
import sys

MODELS = "oasis_tf.models"


def register() -> None:
    """Has the models imported once Keras is."""
    if "keras" not in sys.modules:
        sys.meta_path.insert(0, _AfterKeras())
        return
    keras = sys.modules["keras"]  # None where somebody keeps it from being imported
    if keras is not None and not getattr(keras.__spec__, "_initializing", False):
        _import_models()


class _AfterKeras(importlib.abc.MetaPathFinder):
    """Finds Keras where the other finders do, and has the models imported behind it. Once."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname != "keras":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        sys.meta_path.insert(0, self)  # this may have been a mere question whether Keras is there
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def execute_and_register(module):
                sys.meta_path.remove(self)
                execute(module)
                _import_models()

            spec.loader.exec_module = execute_and_register
        return spec


def _import_models():
    """Imports the models, unless a part of this package is what asked for Keras: that part cannot
    be imported once more, and whoever imports it has named what is needed."""
    ours = [module for name, module in list(sys.modules.items()) if name.startswith("oasis_tf.")]
    if any(getattr(module.__spec__, "_initializing", False) for module in ours):
        return
    # Keras can be used without these models, whatever fails in them (another backend, say).
    with contextlib.suppress(Exception):
        importlib.import_module(MODELS)
