"""Reads label PNGs, sends them to a server, and writes its images."""

import io
import struct
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from oasis_tf.export.client.errors import ExampleError, ServerError
from oasis_tf.export.png_limits import MAX_PIXELS, MAX_PNG_BYTES
from oasis_tf.export.publish import publishing
from oasis_tf.io.output_files import require_writable
from oasis_tf.io.regular_file import NotRegularFileError, require_regular

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_FIRST_CHUNK = slice(12, 16)  # its type
PNG_SIZE = slice(16, 24)  # of a PNG's bytes: width and height, four each


class LabelFileError(ValueError):
    """A file or folder that cannot be sent or written to."""


# Errors of one label map; the others are still painted.
OF_ONE_LABEL_MAP = (LabelFileError, NotRegularFileError, ExampleError)


def label_files(path: Path) -> list[Path]:
    """A label PNG itself, or all label PNGs in a folder, sorted by name.

    Raises: LabelFileError if there are none; hidden files are ignored.
    """
    if not path.exists():
        raise LabelFileError(f"{path}: no such file or folder")
    if not path.is_dir():
        return [path]
    files = [file for file in path.iterdir() if file.suffix.lower() == ".png"]
    files = sorted(file for file in files if not file.name.startswith("."))
    if not files:
        raise LabelFileError(f"{path}: the folder holds no .png label maps")
    return files


def pairs_of_files(labels: Path, out: Path, *, overwrite: bool = False) -> list[tuple[Path, Path]]:
    """Inputs and outputs: list of (label PNG, path of the image).

    Args:
        labels: path of a PNG, or of a folder of them.
        out: path of the image, or a folder for images with the label maps' names.
        overwrite: bool, replace images that exist. A server's images have no mark, so those of an
            earlier call cannot be told from other files.
    Raises: LabelFileError or OutputError.
    """
    files = label_files(labels)
    if labels.is_dir() and out.exists() and not out.is_dir():
        raise LabelFileError(f"{out} is a file; --labels is a folder, and so --out has to be")
    is_folder = labels.is_dir() or out.is_dir()
    pairs = [(file, out / file.name if is_folder else out) for file in files]
    for source, target in pairs:
        if target.exists() and target.samefile(source):
            raise LabelFileError(f"{target} is a label map and would be painted over")
        if target.exists() and not (target.is_file() or target.is_dir()):
            raise LabelFileError(f"{target} is a device or a pipe, which no image replaces")
    targets = [target for _, target in pairs]
    require_writable(targets, overwrite=overwrite, inputs=files)
    return pairs


def read_label_png(path: Path) -> bytes:
    """Returns the bytes of a label PNG.

    Raises: LabelFileError if it is no PNG, or larger than servers accept. The server checks its
        ids.
    """
    require_regular(path)
    with path.open("rb") as file:
        content = file.read(MAX_PNG_BYTES + 1)
    if not content.startswith(PNG_SIGNATURE):
        raise LabelFileError(f"{path} is no PNG")
    if len(content) > MAX_PNG_BYTES:
        raise LabelFileError(f"{path} has more than the {MAX_PNG_BYTES:,} bytes that are sent")
    if _has_too_many_pixels(size := _png_size(content)):
        raise LabelFileError(
            "{} has {:,} x {:,} pixels, servers take {:,} at most: make it smaller, without new "
            "colours in between (nearest neighbour)".format(path, *size, MAX_PIXELS)
        )
    return content


def _png_size(content):
    """(width, height) in a PNG's header, or None without a header."""
    header = content[PNG_SIZE]
    is_header = content[PNG_FIRST_CHUNK] == b"IHDR" and len(header) == 8
    return struct.unpack(">II", header) if is_header else None


def _has_too_many_pixels(size):
    return size is not None and size[0] * size[1] > MAX_PIXELS


def paint_file(client, source: Path, target: Path, *, seed: int) -> None:
    """Sends one label PNG, and writes the image atomically.

    A refused label map is sent once more: a server that merges requests into batches may have
    refused it because of another client's label map.

    Args:
        client: of `connect`.
    Raises: LabelFileError, RequestError, ServerError.
    """
    label_png = read_label_png(source)
    try:
        image = _painted(client, label_png, seed)
    except ExampleError:
        try:
            image = _painted(client, label_png, seed)
        except ExampleError as error:
            raise ExampleError(f"{source}: {error}") from None
    with publishing(target, overwrite=True) as (temporary,):
        temporary.write_bytes(image)


def _painted(client, label_png, seed):
    (image,) = client.paint([label_png], [seed])
    require_png(image)
    return image


def require_png(content: bytes) -> None:
    """Raises ServerError unless these bytes are a complete PNG of at most `MAX_PIXELS`."""
    if _has_too_many_pixels(size := _png_size(content)):
        raise ServerError("the server's answer is {:,} x {:,} pixels large".format(*size))
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.verify()  # checks checksums, but not whether pixels are missing
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            image.load()
    except UnidentifiedImageError:  # whose message names a Python object
        raise ServerError("the server's answer is no PNG") from None
    except Exception as error:  # Pillow raises many types for broken files, IndexError among them
        raise ServerError(f"the server's answer is no PNG: {error}") from None
