"""A folder of generated photographs; each stores its options in a comment."""

import hashlib
import json
import os
from pathlib import Path

import numpy as np
from PIL import Image

from oasis_tf.io import file_mark
from oasis_tf.io.output_files import require_writable
from oasis_tf.runs.folder import RunError
from oasis_tf.visualization import sheet

CONTACT_SHEET = "contact_sheet"
COMPARISONS = "compared"
LABEL_MAP_KEY = "label_map"  # in the comment: SHA-256 of the label map


class OutputFolder:
    """Paths of photographs, and whether they exist.

    Args:
        folder: created if missing.
        samples: int, photographs of each label map.
        format: "png" or "jpg".
        quality: int, 1 to 100, of JPEGs.
        overwrite: bool, replace existing files.
    """

    def __init__(self, folder, *, samples=1, format="png", quality=92, overwrite=False):
        self.folder = Path(folder)
        self.samples = samples
        self.format = format
        self.quality = quality
        self.overwrite = overwrite

    @property
    def contact_sheet(self):
        """Path of the picture of all photographs."""
        return self.folder / f"{CONTACT_SHEET}.png"

    def path(self, name, sample):
        """NAME.png, or NAME_1.png and so on where there are several samples; sample from 0."""
        suffix = "" if self.samples == 1 else f"_{sample + 1}"
        return self.folder / f"{name}{suffix}.{self.format}"

    def comparison(self, name):
        """Path of the picture that shows a label map and its photographs side by side."""
        return self.folder / COMPARISONS / f"{name}.png"

    def require_writable(self, label_map_inputs, *, compare=False):
        """Raises unless the outputs for these label maps may be written, see `output_files`.

        Args:
            label_map_inputs: sequence of `LabelMapInput`.
            compare: bool, whether comparisons will be written.
        Raises: RunError or OutputError, naming the folder or the file.
        """
        inputs = [path for label_map_input in label_map_inputs for path in label_map_input.inputs]
        if self.folder.resolve() in {path.parent.resolve() for path in inputs}:
            raise RunError(
                f"{self.folder} is the folder of the label maps; choose another folder with --out"
            )
        names = [label_map_input.name for label_map_input in label_map_inputs]
        if self.samples == 1 and CONTACT_SHEET in names:
            file = label_map_inputs[names.index(CONTACT_SHEET)].file
            raise RunError(f"{file}: the contact sheet has this name; rename the label map")
        photographs = [self.path(name, sample) for name in names for sample in range(self.samples)]
        comparisons = [self.comparison(name) for name in names] if compare else []
        require_writable(
            [self.contact_sheet, *photographs, *comparisons],
            overwrite=self.overwrite,
            inputs=inputs,
        )

    def has(self, path, label_map_input, *, meaning):
        """Whether an equal photograph exists.

        Args:
            path: of the photograph. label_map_input: its `LabelMapInput`.
            meaning: see `save`.
        Raises: RunError for a photograph with other options; DataError if the label map cannot
            be read.
        """
        if self.overwrite or not os.path.lexists(path):
            return False
        found = file_mark.keys_of(sheet.comment_of(path))
        painted_on = found.pop(LABEL_MAP_KEY, None)
        found.pop(file_mark.JSON_KEY, None)
        if found != self._meaning(meaning):
            raise RunError(
                f"{path} exists, by another checkpoint or with other options; "
                "choose another folder with --out, or replace it with --overwrite"
            )
        if painted_on is None:  # by an earlier version
            return path.stat().st_mtime >= label_map_input.changed
        return painted_on == fingerprint(label_map_input.read())

    def save(self, image, path, *, meaning, label_map):
        """Writes a photograph uint8 (h, w, 3) with its options in a comment, atomically.

        Args:
            meaning: dict of JSON types that identifies generator, noise and options.
            label_map: str, the `fingerprint` of its label map.
        """
        keys = {**self._meaning(meaning), LABEL_MAP_KEY: label_map}
        comment = file_mark.marked_comment(keys)
        path.parent.mkdir(parents=True, exist_ok=True)
        if self.format == "png":
            sheet.save_png(image, path, comment=comment)
        else:
            sheet.save_jpeg(image, path, quality=self.quality, comment=comment)

    def load(self, path):
        """Reads a photograph: uint8 (h, w, 3). Raises: RunError."""
        try:
            with Image.open(path) as image:
                return np.array(image.convert("RGB"))
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
            raise RunError(
                f"{path}: the photograph cannot be read ({error}); delete it, or use --overwrite"
            ) from error

    def _meaning(self, meaning):
        """Converted to and from JSON, to compare with a comment."""
        quality = {} if self.format == "png" else {"quality": self.quality}
        return json.loads(json.dumps({**meaning, **quality}))


def fingerprint(label_map):
    """SHA-256 of a label map int (h, w), or of a panoptic map: of its ids, not of its file."""
    label_map = np.ascontiguousarray(label_map, "<i4")
    return hashlib.sha256(str(label_map.shape).encode() + label_map.tobytes()).hexdigest()
