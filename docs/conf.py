"""The site: `make docs`, then open docs/_build/html/index.html."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).parent
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["PYTHONPATH"] = str(HERE.parent)  # of the notebook's kernel
sys.path[:0] = [str(HERE.parent), str(HERE / "_extensions")]

import oasis_tf  # noqa: E402
from oasis_tf.runtime.tensorflow_start import start_tensorflow  # noqa: E402

start_tensorflow()  # without its messages; autodoc would import it loudly

project = "OASIS in Keras 3"
author = "the authors of oasis-tf"
version = release = oasis_tf.__version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "docstrings",
    "generated_reference",
]
exclude_patterns = ["_build", "_extensions"]

myst_heading_anchors = 4

nb_execution_mode = "force"
nb_execution_timeout = 1200  # seconds a cell; a minute on an idle machine
nb_execution_raise_on_error = True
nb_output_stderr = "remove"  # TensorFlow's start messages

autodoc_member_order = "bysource"
napoleon_custom_sections = [("Call", "params_style")]

html_theme = "furo"  # light and dark, as the browser asks or by a button
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = html_show_copyright = False
