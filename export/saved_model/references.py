"""What a SavedModel's signatures are compared with."""

import tempfile
from pathlib import Path

import numpy as np

from oasis_tf.export.trained import Trained
from oasis_tf.export.verification.cases import Cases, paint
from oasis_tf.export.verification.reference import Reference

NUM_NOISE_MAPS = 2


def references_of(trained: Trained, cases: Cases) -> list[Reference]:
    """One `Reference` for each signature, each a batch of different label maps."""
    images = _to_uint8(cases.images)
    references = [
        Reference(
            [{"label_map": cases.label_maps, "seed": cases.seeds}], images, "serving_default"
        ),
        _pngs(trained, cases),
    ]
    if trained.live.z_dim:
        with_z = [{"label_map": cases.label_maps, "z": cases.z}]
        references.append(Reference(with_z, images, "with_z"))
        if trained.live.takes_noise_maps:
            references.append(_noise_maps(trained, cases))
    return references


def _noise_maps(trained, cases):
    label_maps = cases.label_maps[-NUM_NOISE_MAPS:]
    shape = (*label_maps.shape, trained.live.z_dim)
    noise_maps = np.random.default_rng(0).standard_normal(shape, np.float32)
    images = _to_uint8(paint(trained.live, label_maps, noise_maps))
    return Reference([{"label_map": label_maps, "noise_map": noise_maps}], images, "with_noise")


def _pngs(trained, cases):
    """Label PNGs, with those classes only that label PNGs can hold."""
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
    images = _to_uint8(paint(trained.live, label_maps, cases.z[: len(pngs)]))
    return Reference([{"label_png_bytes": pngs, "seed": cases.seeds[: len(pngs)]}], images, "png")


def _to_uint8(images):
    return np.uint8(np.round(images * 255))
