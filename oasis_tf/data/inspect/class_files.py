"""Reads names of classes from files as data sets and annotation tools write them."""

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from oasis_tf.data.dataset_info import Color
from oasis_tf.data.inspect.file_tree import FileTree
from oasis_tf.io.json_file import JSONFileError, read_json
from oasis_tf.io.regular_file import require_regular

MOST_BYTES = 2**20
MOST_DEPTH = 2  # of folders that are searched
NAMES = (  # in the order of preference
    "obj_class_to_machine_color.json",  # Supervisely, "Export as masks"
    "labelmap.txt",  # CVAT, "Segmentation mask"
    "label_colors.txt",  # CamVid, KITTI
    "class_dict.csv",  # CamVid on Kaggle
    "class_names.txt",  # labelme2voc
    "classes.txt",
    "labels.txt",
    "meta.json",  # Supervisely: the colours of masks_human
)
_COLOR_FIRST = re.compile(r"(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})[\s,:]+(\S.*)")
_COLOR_LAST = re.compile(r"([^:,]+)[:,]\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\b.*")
_ID_FIRST = re.compile(r"(\d{1,3})\s*[\s:,;=]\s*(\S.*)")
_ID_LAST = re.compile(r"(.*\S)\s*[:,;=]\s*(\d{1,3})")
_CONTROL = re.compile(r"[\0-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class ClassFile:
    """Names of classes, in one of three forms.

    Attributes:
        path: of the file.
        by_color: RGB colour to name. by_id: id to name. listed: names without either, in order.
    """

    path: Path
    by_color: dict[Color, str] = field(default_factory=dict)
    by_id: dict[int, str] = field(default_factory=dict)
    listed: tuple[str, ...] = ()


def class_files(tree: FileTree) -> list[ClassFile]:
    """The readable files of class names in the upper folders of a tree, the likeliest first."""
    found = [
        (NAMES.index(name.lower()), folder.count("/"), tree.path(folder, name))
        for folder, names in tree.folders.items()
        if not folder or folder.count("/") < MOST_DEPTH
        for name in names
        if name.lower() in NAMES
    ]
    read = [_read(path) for _, _, path in sorted(found)]
    return [file for file in read if file is not None]


def _read(path: Path) -> ClassFile | None:
    try:
        require_regular(path)
        if path.suffix.lower() == ".json":
            return _of_json(path, read_json(path, max_bytes=MOST_BYTES))
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
        if len(text) > MOST_BYTES:
            return None
        return _of_lines(path, list(_lines(_decoded(text))))
    except (JSONFileError, OSError, UnicodeDecodeError, ValueError, csv.Error):
        return None


def _decoded(content: bytes) -> str:
    """Text in UTF-8, or in UTF-16 with its mark, as Windows writes it; without control characters,
    which a config cannot hold."""
    is_utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    return _CONTROL.sub("", text)


def _lines(text: str) -> Iterator[str]:
    """The lines of a text that hold something, without comments."""
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith(("#", "//")):
            yield line.strip()


def _of_lines(path: Path, lines: list[str]) -> ClassFile | None:
    """Lines "R G B name", "name:R,G,B::", "id name", "name, id", or a name alone."""
    if path.suffix.lower() == ".csv":
        lines = [", ".join(row) for row in csv.reader(lines)]
    for pattern, order in ((_COLOR_FIRST, (1, 2, 3, 4)), (_COLOR_LAST, (2, 3, 4, 1))):
        matches = [match for line in lines if (match := pattern.fullmatch(line))]
        if matches and len(matches) >= len(lines) - 1:  # the first may be a heading
            by_color = {}
            for match in matches:
                *color, name = (match[group] for group in order)
                if max(map(int, color)) <= 255:
                    by_color.setdefault(tuple(map(int, color)), name.strip())
            return ClassFile(path, by_color=by_color)
    for pattern, of_id, of_name in ((_ID_FIRST, 1, 2), (_ID_LAST, 2, 1)):
        matches = [match for line in lines if (match := pattern.fullmatch(line))]
        if matches and len(matches) >= len(lines) - 1:
            by_id = {int(match[of_id]): match[of_name].strip("'\" ") for match in matches}
            return ClassFile(path, by_id={id_: name for id_, name in by_id.items() if id_ <= 255})
    names = [line.strip("'\", ") for line in lines if line != "__ignore__"]
    return ClassFile(path, listed=tuple(names)) if names else None


def _of_json(path: Path, value) -> ClassFile | None:
    """Supervisely's two files."""
    if not isinstance(value, dict):
        return None
    if path.name.lower() == "meta.json":
        classes = value.get("classes")
        listed = classes if isinstance(classes, list) else []
        listed = [entry for entry in listed if isinstance(entry, dict)]
        named = {str(entry.get("title")): _of_hex(entry.get("color")) for entry in listed}
    else:
        named = {str(name): _of_list(color) for name, color in value.items()}
    named = {_CONTROL.sub("", name).strip(): color for name, color in named.items()}
    by_color = {color: name for name, color in named.items() if name and color is not None}
    return ClassFile(path, by_color=by_color) if by_color else None


def _of_hex(text) -> Color | None:
    if not isinstance(text, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", text):
        return None
    return tuple(bytes.fromhex(text[1:]))


def _of_list(color) -> Color | None:
    is_color = isinstance(color, list) and len(color) == 3
    if not is_color or not all(type(c) is int and 0 <= c <= 255 for c in color):
        return None
    return tuple(color)
