"""Inputs of generation: label maps of files or of the run's held-out data, and real photographs."""

import itertools
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import tensorflow as tf

from oasis_tf.data import DataError, open_source
from oasis_tf.data.image_file import SUFFIXES as IMAGE_SUFFIXES
from oasis_tf.data.image_file import read_image
from oasis_tf.data.instance_maps import read_instances, save_instances
from oasis_tf.data.transforms import resize_pair
from oasis_tf.data.validate import LABEL_SUFFIXES
from oasis_tf.generation.label_arrays import SUFFIX as ARRAY_SUFFIX
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.left_out import LeftOut
from oasis_tf.runs.folder import RunError


@dataclass(frozen=True)
class LabelMapInput:
    """One label map, read on demand.

    Attributes:
        name: str, of the photographs' files.
        read: function() -> int32 (h, w) of any size; or a panoptic map (h, w, 2) for a sampler with
            `edges`.
        read_real: function() -> its real photograph, uint8 (*size, 3); or None.
        changed: float, its files' time of change in seconds since 1970; 0 without files.
        inputs: paths of its files, the label map's first.
    """

    name: str
    read: Callable[[], np.ndarray]
    read_real: Callable[[], np.ndarray] | None = None
    changed: float = 0.0
    inputs: tuple[Path, ...] = ()

    @property
    def file(self):
        """Its name in errors: the label map's path, or `name`."""
        return self.inputs[0] if self.inputs else self.name


def label_files(path):
    """Paths of label maps: the path itself, or all .png and .npy files of that folder, by name.

    Raises: RunError or DataError, also if two of them have the same name.
    """
    path = Path(path)
    if not path.exists():
        raise RunError(f"{path}: no such file or folder")
    if not path.is_dir():
        return [path]
    suffixes = (*LABEL_SUFFIXES, ARRAY_SUFFIX)
    files = sorted(file for file in _visible(path) if file.suffix.lower() in suffixes)
    if not files:
        raise DataError(f"{path}: the folder holds no .png or .npy label maps")
    by_name = {}
    for file in files:
        if by_name.setdefault(file.stem, file) != file:
            raise DataError(f"{file} and {by_name[file.stem].name} have one name; rename one")
    return files


def require_comparable(*, labels, reals, compare):
    """Raises RunError if real photographs are requested but their folder is unknown.

    Args:
        labels, reals: paths or None. compare: bool.
    """
    if reals is not None and labels is None:
        raise RunError("--reals needs --labels: held-out label maps have photographs already")
    if compare and labels is not None and reals is None:
        raise RunError(
            "--compare needs the photographs of these label maps; name their folder with --reals"
        )


def require_instances(sampler, *, labels, instances):
    """Raises RunError unless instance maps are named where, and only where, they are needed.

    Args:
        sampler: `Sampler`. labels, instances: paths or None.
    """
    if instances is None:
        if labels is not None and sampler.edges:
            raise RunError(
                "this run's generator takes instance maps (generator.edges); name the folder with "
                "those of these label maps with --instances"
            )
    elif labels is None:
        raise RunError("--instances needs --labels: held-out label maps have instance maps already")
    elif not sampler.edges:
        raise RunError("this run's generator takes no instance maps; leave out --instances")


def label_maps_of_files(sampler, files, *, reals=None, instances=None):
    """A `LabelMapInput` for each label map.

    Args:
        sampler: `Sampler`.
        files: list of paths, see `label_files`.
        reals: folder with a photograph of each one's name, or None.
        instances: folder with an instance map of each one's name, or None.
    Raises: RunError or DataError, naming the first label map without photograph or instance map.
    """
    photographs = {} if reals is None else _files_in(reals, IMAGE_SUFFIXES, kind="photograph")
    instance_maps = {} if instances is None else _instance_maps_in(instances)
    label_map_inputs = []
    for file in files:
        if reals is not None and file.stem not in photographs:
            raise DataError(f"{file}: there is no photograph of this name in {reals}")
        if instances is not None and file.stem not in instance_maps:
            raise DataError(f"{file}: there is no instance map of this name in {instances}")
        real, instance_map = photographs.get(file.stem), instance_maps.get(file.stem)
        inputs = tuple(filter(None, (file, real, instance_map)))
        label_map_inputs.append(
            LabelMapInput(
                file.stem,
                read=partial(_read, sampler, file, instance_map),
                read_real=partial(_read_photograph, real, sampler.size) if real else None,
                changed=max(path.stat().st_mtime for path in (file, instance_map) if path),
                inputs=inputs,
            )
        )
    return label_map_inputs


def held_out_label_maps(sampler, *, count):
    """Label maps spread over the run's held-out data, with their photographs.

    Args:
        sampler: `Sampler`. count: int, at most so many.
    Returns: list of `LabelMapInput`.
    Raises: DataError if the data cannot be opened.
    """
    try:
        source = open_source(split="val", **sampler.config.data.source_arguments())
    except DataError as error:  # not with the run, as on another machine
        raise DataError(f"{error} Or name label maps with --labels.") from error
    indices = np.linspace(0, len(source) - 1, min(count, len(source))).astype(np.int64)
    names = flat_names(source.names)
    pairs = [_Pair(source, int(index), sampler.size) for index in indices]
    return [
        LabelMapInput(
            names[pair.index], read=pair.read, read_real=pair.read_real, inputs=pair.files
        )
        for pair in pairs
    ]


def flat_names(names):
    """Names for files in one folder: "/" becomes "_", and "~2" and so on keeps them unique.

    Args:
        names: list of different str.
    Returns: list of different str.
    """
    taken = {name for name in names if "/" not in name}
    flat = []
    for name in names:
        unique = name.replace("/", "_")
        for number in itertools.count(2):
            if "/" not in name or unique not in taken:
                break
            unique = f"{name.replace('/', '_')}~{number}"
        taken.add(unique)
        flat.append(unique)
    return flat


def write_label_maps(sampler, label_map_inputs, folder, *, instances=None):
    """Writes label maps to a folder, to edit and to generate from; existing files are kept.

    Args:
        instances: likewise the folder for the instance maps of a sampler with `edges`.
    Returns: list of paths of existing files with other content.
    Raises: DataError if none can be read.
    """
    save = partial(sampler.label_code.save, palette=sampler.palette)
    kinds = [(Path(folder), sampler.read, save)]
    kinds += [(Path(instances), read_instances, save_instances)] if sampler.edges else []
    edited, left_out = [], LeftOut(DataError)
    for place, _, _ in kinds:
        place.mkdir(parents=True, exist_ok=True)
    for label_map_input in label_map_inputs:
        with left_out.noting(label_map_input.name):
            label_map = sampler.fit(label_map_input.read())
            maps = np.moveaxis(label_map, -1, 0) if sampler.edges else [label_map]
            for part, (place, read, save) in zip(maps, kinds, strict=True):
                path = place / f"{label_map_input.name}.png"
                if os.path.lexists(path):
                    edited += [] if _has_content(path, part, read=read) else [path]
                    continue
                with whole_file(path) as temporary:
                    save(part, temporary)
    left_out.rest_of(label_map_inputs)
    return edited


def _has_content(path, label_map, *, read):
    try:
        return np.array_equal(read(path), label_map)
    except DataError:
        return False


def _read(sampler, path, instance_path):
    """A label map int32 (h, w); with an instance map's path, the panoptic map (h, w, 2)."""
    label_map = sampler.read(path)
    if instance_path is None:
        return label_map
    instance_map = read_instances(instance_path)
    if instance_map.shape != label_map.shape:
        sizes = ("x".join(map(str, each.shape)) for each in (instance_map, label_map))
        raise DataError(
            f"{instance_path}: the instance map is {next(sizes)} pixels (height x width) and its "
            f"label map {next(sizes)}; both must have the same size."
        )
    return np.stack([label_map, instance_map], axis=-1)


@dataclass(frozen=True)
class _Pair:
    """One example of a `Source`."""

    source: object
    index: int
    size: tuple

    @property
    def files(self):
        """Paths of the label map and of the photograph, if the source has files."""
        columns = ("label_paths", "image_paths", "instance_paths")
        paths = (getattr(self.source, name, None) for name in columns)
        return tuple(Path(each[self.index]) for each in paths if each)

    def read(self):
        self.source.diagnose(self.index)
        return self.source.load(tf.constant(self.index, tf.int64))[1].numpy().astype(np.int32)

    def read_real(self):
        self.source.diagnose(self.index)
        pair = self.source.load(tf.constant(self.index, tf.int64))
        return resize_pair(*pair, size=self.size)[0].numpy()


def _instance_maps_in(folder):
    return _files_in(folder, LABEL_SUFFIXES, kind="instance map")


def _files_in(folder, suffixes, *, kind):
    """Paths by name."""
    folder = Path(folder)
    if not folder.is_dir():
        raise RunError(f"{folder}: there is no such folder of {kind}s")
    return {file.stem: file for file in _visible(folder) if file.suffix.lower() in suffixes}


def _read_photograph(path, size):
    image = read_image(path, kind="photograph")
    return resize_pair(image, tf.zeros(tf.shape(image)[:2], tf.int32), size=size)[0].numpy()


def _visible(folder):
    return (path for path in sorted(folder.iterdir()) if not path.name.startswith("."))
