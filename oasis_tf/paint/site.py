"""Opens the server of a run: its page, and the network in the browser or in this process."""

import json
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from oasis_tf.export.web import folder as web
from oasis_tf.generation import Sampler
from oasis_tf.io import progress
from oasis_tf.io.file_lock import filling
from oasis_tf.io.home_folder import cache_folder
from oasis_tf.paint.painter import QueuedPainter
from oasis_tf.paint.server import PaintServer
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import GENERATOR

HALF = 2  # bytes of a weight in the page


class PaintAddressError(ValueError):
    """An address that cannot be served at, in a sentence."""


@contextmanager
def open_site(run, checkpoint, *, address, in_page=None, examples=None):
    """Yields a `PaintServer` that listens; the caller runs `serve_forever`.

    Args:
        run: `RunFolder`. checkpoint: path. address: (host, port).
        in_page: bool, whether the browser runs the network; None if it is small enough.
        examples: folder of label maps, see `export.web.folder.write_folder`.
    Raises: PaintAddressError, and the errors of `write_folder`.
    """
    sampler = Sampler(checkpoint, for_edits=True)
    if in_page is None:
        in_page = HALF * sampler.generator.count_params() <= web.MOST_MODEL_BYTES
    opened = _in_page if in_page else _in_process
    with opened(run, checkpoint, sampler, examples) as (folder, settings):
        try:
            server = PaintServer(address, folder, **settings)
        except OSError as error:
            raise PaintAddressError(
                f"{address[0]}:{address[1]} cannot be listened on ({error.strerror}); choose "
                "another --port, or --port 0 for a free one"
            ) from error
        try:
            yield server
        finally:
            server.server_close()


@contextmanager
def _in_page(run, checkpoint, sampler, examples):
    """The folder of `export web`, kept in the cache as long as network and page are the same."""
    settings = {"extra": {}}
    if examples is not None:
        with tempfile.TemporaryDirectory() as temporary:
            yield _written(run, checkpoint, Path(temporary, "page"), examples), settings
        return
    identity = checkpoint_files.sha256_of(checkpoint, GENERATOR)[:16]
    kept = cache_folder() / "paint" / f"{identity}-{web.page_identity()}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with filling(kept, lock=kept.with_name(f"{kept.name}.lock"), say=progress.say):
        if not kept.is_dir():
            _written(run, checkpoint, kept, None)
    described = json.loads((kept / web.MODEL).read_text(encoding="utf-8"))
    fresh = web.model_json(sampler, run, examples=described["examples"])
    settings["extra"] = {f"/{web.MODEL}": json.dumps(described | fresh).encode()}
    yield kept, settings


def _written(run, checkpoint, folder, examples):
    progress.say("Writing the page, with the network for the browser; once for a checkpoint")
    web.write_folder(run, checkpoint, folder, examples=examples, say=progress.say)
    return folder


@contextmanager
def _in_process(run, checkpoint, sampler, examples):
    """The page as it lies in the package; this process paints."""
    with tempfile.TemporaryDirectory() as temporary, QueuedPainter(sampler) as painter:
        maps = web.example_maps(sampler, examples)
        files = web.write_examples(sampler, maps, Path(temporary))
        described = web.model_json(sampler, run, examples=files)
        redraws = web.takes_noise_maps(sampler)
        described |= {"backend": "server", "accepts_noise_map": redraws}
        _trace(painter, sampler)
        extra = {f"/{web.MODEL}": json.dumps(described).encode()}
        for file in files:
            extra[f"/{file['file']}"] = Path(temporary, file["file"]).read_bytes()
        settings = {"extra": extra, "painter": painter, "size": tuple(sampler.size)}
        yield web.PAGE, settings | {"z_dim": sampler.z_dim, "redraws": redraws}


def _trace(painter, sampler):
    """Paints once, so that the page's first request does not wait for TensorFlow's tracing."""
    z = np.zeros(sampler.z_dim, np.float32) if sampler.z_dim else None
    painter.paint(np.zeros(sampler.size, np.uint8), z)
