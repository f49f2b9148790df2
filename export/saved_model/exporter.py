"""A SavedModel for TensorFlow Serving: written, answered by a fresh process, compared."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from oasis_tf.export.fresh_process import in_fresh_process
from oasis_tf.export.publish import publishing
from oasis_tf.export.saved_model.signatures import resources_of, signatures_of
from oasis_tf.export.saved_model.warm_up import write_warm_up
from oasis_tf.export.trained import Trained
from oasis_tf.export.verification.cases import make_cases, paint
from oasis_tf.export.verification.compare import Limit, compare, require

LIMIT = Limit(max=1.01 / 255, mean=2e-5)  # rounding to 8 bits may fall to the other side, rarely
CARD, CONFIG = "oasis.json", "config.yaml"  # below assets.extra, which servers leave alone
REFUSED = "Refused: the request is an INVALID_ARGUMENT that names the example."
NUM_NOISE_MAPS = 2


@dataclass(frozen=True)
class Question:
    """A request, and the answer of the live model.

    Attributes:
        inputs: dict of name to array, or list of bytes.
        images: uint8 (b, h, w, 3).
    """

    inputs: dict
    images: np.ndarray

    def first(self):
        """The same of the first label map alone."""
        inputs = {name: values[:1] for name, values in self.inputs.items()}
        return Question(inputs, self.images[:1])


def export_saved_model(checkpoint, target, *, data_root=None):
    """Writes the version folder `target` once it answers as the live model does.

    Args:
        checkpoint: path of a checkpoint.
        target: path, its name the version.
        data_root: str, see `Trained.load`.
    Returns: dict of signature to `Difference`.
    Raises: TargetError, ConfigError, CheckpointError, DataError; MismatchError, and nothing was
        written.
    """
    with publishing(target) as (made,):
        questions = in_fresh_process(convert, checkpoint=checkpoint, out=made, data_root=data_root)
        differences = in_fresh_process(differences_of, path=made, questions=questions)
        for signature, difference in differences.items():
            require(difference, LIMIT, name=f"the SavedModel's signature {signature}")
        card = made / "assets.extra" / CARD
        proof = {signature: it.as_dict() for signature, it in differences.items()}
        card.write_text(json.dumps(json.loads(card.read_text()) | {"proof": proof}, indent=1))
    return differences


def convert(*, checkpoint, out, data_root):
    """Writes a checkpoint's generator as a SavedModel; dict of signature to `Question` for it."""
    trained = Trained.load(checkpoint, data_root=data_root, plain=False)
    arguments = {"generator": trained.folded, "label_code": trained.label_code}
    tf.saved_model.save(resources_of(**arguments), str(out), signatures=signatures_of(**arguments))
    extra = out / "assets.extra"
    extra.mkdir()
    (extra / CARD).write_text(json.dumps(trained.card(other_ids=REFUSED), indent=1))
    trained.config.save(extra / CONFIG)
    questions = questions_for(trained, require_data=data_root is not None)
    write_warm_up(out, {name: question.first().inputs for name, question in questions.items()})
    return questions


def differences_of(*, path, questions):
    """Asks a SavedModel; no code of the model is imported for that. Dict of signature to
    `Difference`."""
    signatures = tf.saved_model.load(str(path)).signatures
    return {
        name: compare(_answer(signatures[name], question.inputs), question.images)
        for name, question in questions.items()
    }


def questions_for(trained, *, require_data=False):
    """Dict of signature to `Question`; the batches are of unlike label maps.

    Args:
        trained: `Trained`. require_data: see `make_cases`.
    """
    cases = make_cases(trained, require_data=require_data)
    images = _to_uint8(cases.images)
    pngs, png_images = _png_case(trained, cases)
    questions = {
        "serving_default": Question({"label_map": cases.label_maps, "seed": cases.seeds}, images),
        "png": Question({"label_png_bytes": pngs, "seed": cases.seeds[: len(pngs)]}, png_images),
    }
    if trained.live.z_dim:
        questions |= {
            "with_z": Question({"label_map": cases.label_maps, "z": cases.z}, images),
            "with_noise": _noise_map_case(trained, cases),
        }
    return questions


def _noise_map_case(trained, cases):
    label_maps = cases.label_maps[-NUM_NOISE_MAPS:]
    shape = (*label_maps.shape, trained.live.z_dim)
    noise_maps = np.random.default_rng(0).standard_normal(shape, np.float32)
    images = _to_uint8(paint(trained.live, label_maps, noise_maps))
    return Question({"label_map": label_maps, "noise_map": noise_maps}, images)


def _png_case(trained, cases):
    """A label PNG that was read back, with those classes only that label PNGs can hold."""
    nearest = np.zeros(trained.live.num_classes, np.int32)
    holdable = np.array(trained.label_code.class_ids())
    for class_id in range(len(nearest)):
        nearest[class_id] = holdable[np.argmin(np.abs(holdable - class_id))]
    label_maps = nearest[cases.label_maps[:NUM_NOISE_MAPS]]
    palette = np.array(trained.config.data.palette, np.uint8)
    pngs = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "label_map.png"
        for label_map in label_maps:
            trained.label_code.save(label_map, path, palette=palette)
            pngs.append(path.read_bytes())
    return pngs, _to_uint8(paint(trained.live, label_maps, cases.z[: len(pngs)]))


def _answer(signature, inputs):
    answer = signature(**{name: tf.constant(value) for name, value in inputs.items()})
    if "image" in answer:
        return answer["image"].numpy()
    return np.stack([tf.io.decode_png(png).numpy() for png in answer["image_png_bytes"]])


def _to_uint8(images):
    return np.uint8(np.round(images * 255))
