"""Trains a segmenter, and saves the one with the best mIoU on held-out pairs."""

from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from oasis_tf.data import measured_batches, training_batches
from oasis_tf.data.validate import reading
from oasis_tf.evaluation.confusion import ConfusionMatrix
from oasis_tf.runtime.stop_request import StopRequest
from oasis_tf.segmenters import Segmenter, SegmenterError
from oasis_tf.segmenters.card import Card, save_with_card
from oasis_tf.training.callbacks import ProgressLine, StopOnRequest, Stopped
from oasis_tf.training.data import RunData
from oasis_tf.training.segmenter.architecture import build_network
from oasis_tf.training.segmenter.keep_best import KeepBest
from oasis_tf.training.segmenter.loss import cross_entropy

ZOOM = 1.25  # of the images that are cropped
WEIGHT_DECAY = 0.05
PIXEL_RANGE = (-1, 1)


class SegmenterTraining:
    """Trains on the real images of a data set, and writes the best network into one file.

    Every other batch holds whole images, as they are evaluated; the others hold random windows of
    images enlarged by `ZOOM`. Both are flipped if `data.flip` says so. AdamW's learning rate rises
    during the first epoch, and falls to 0 as half a cosine.

    Args:
        config: `Config`; of `data` all but `load_size` and `cache`, and `training.seed`.
        out: path of the .keras file, which must not exist.
        architecture, channels: see `build_network`.
        epochs, batch_size: int. learning_rate: float, the highest. balance: see `cross_entropy`.
        command: str, the training command, for the card.
    Attributes:
        data: `RunData`.
        network: keras.Model, as it is now.
        best: `ConfusionMatrix` of the held-out pairs by the network in the file; or None.
        stopped_by: int or None, the signal that ended `fit`.
        lost_output: `StandardOutputError` or None, the error of stdout that ended `fit`.
    Raises: SegmenterError, DataError.
    """

    def __init__(
        self, *, config, out, architecture, channels, epochs, batch_size, learning_rate, balance,
        command,
    ):  # fmt: skip
        self.out = require_new(out)
        no_instances = {"data": config.data.model_copy(update={"instances": None})}
        self.data = RunData(config.model_copy(update=no_instances))
        self.size = config.data.image_size
        self.architecture = architecture
        self.epochs, self.batch_size = epochs, batch_size
        self.command = command
        self.best = None
        self.stopped_by, self.lost_output = None, None
        keras.utils.set_random_seed(config.training.seed)
        num_logits = len(self.data.class_names) - 1
        self.network, self._needs = build_network(
            architecture, num_logits=num_logits, size=self.size, channels=channels
        )
        # A model of its own, so that the file has neither optimizer nor loss.
        self._trainer = keras.Model(self.network.inputs, self.network.outputs)
        self._trainer.compile(
            optimizer=self._optimizer(learning_rate),
            loss=partial(cross_entropy, balance=balance),
            jit_compile=False,  # on a CPU XLA compiles for half a minute
        )
        segmenter = Segmenter(
            self.network,
            name=architecture,
            class_names=self.data.class_names,
            size=self.size,
            pixel_range=PIXEL_RANGE,
        )
        self._predict = tf.function(segmenter, autograph=False, reduce_retracing=True)

    @property
    def steps_per_epoch(self):
        return max(1, len(self.data.source) // self.batch_size)

    def fit(self, *, show_progress=True):
        """Trains to the end, or until a signal.

        Args:
            show_progress: bool, see `ProgressLine`.
        Returns: bool, whether the end was reached.
        Raises: SegmenterDivergenceError; the best network before stays in the file.
        """
        self.out.parent.mkdir(parents=True, exist_ok=True)
        keep_best = KeepBest(score=self.score, save=self._save)
        with StopRequest() as request:
            stop = StopOnRequest(request, any_worker=bool)
            progress = [self._progress(request)] if show_progress else []
            with reading(self.data.source), suppress(Stopped), ExitStack() as at_the_end:
                for line in progress:
                    at_the_end.callback(line.close)
                self._trainer.fit(
                    self._batches(),
                    epochs=self.epochs,
                    steps_per_epoch=self.steps_per_epoch,
                    callbacks=[keep_best, *progress, stop],
                    verbose=0,
                    shuffle=False,
                )
            keep_best.catch_up()
            self.stopped_by, self.lost_output = request.number, request.lost_output
        return keep_best.step >= self.epochs * self.steps_per_epoch

    def score(self):
        """`ConfusionMatrix` of all held-out pairs, by the network as it is now."""
        held_out = self.data.held_out
        matrix = ConfusionMatrix(held_out.num_classes)
        with reading(held_out):
            for images, label_map, _ in measured_batches(
                held_out,
                image_size=self.size,
                batch_size=self.batch_size,
                indices=range(len(held_out)),
            ):
                matrix.update(self._predict(images), label_map)
        return matrix

    def _progress(self, request):
        return ProgressLine(
            total_steps=self.epochs * self.steps_per_epoch,
            steps_per_epoch=self.steps_per_epoch,
            images_per_step=self.batch_size,
            losses={"loss": ["loss"]},
            newest=lambda: (
                self.best and (f"best mIoU {self.best.miou:.4f}", f"mIoU {self.best.miou:.2f}")
            ),
            on_lost_output=request.lose_output,
            step_of=lambda model: int(model.optimizer.iterations.numpy()),
        )

    def _optimizer(self, learning_rate):
        rate = keras.optimizers.schedules.CosineDecay(
            learning_rate / self.steps_per_epoch,
            decay_steps=max(1, (self.epochs - 1) * self.steps_per_epoch),
            warmup_target=learning_rate,
            warmup_steps=self.steps_per_epoch,
        )
        return keras.optimizers.AdamW(rate, weight_decay=WEIGHT_DECAY)

    def _batches(self):
        """Endless batches: whole images and windows in turn."""
        data, seed = self.data.config.data, self.data.config.training.seed
        zoomed = round(ZOOM * min(self.size))
        streams = [
            training_batches(
                self.data.source,
                image_size=self.size,
                batch_size=self.batch_size,
                seed=seed + stream,
                load_size=load_size,
                flip=data.flip,
            )
            for stream, load_size in enumerate((None, zoomed))
        ]
        return tf.data.Dataset.choose_from_datasets(streams, tf.data.Dataset.range(2).repeat())

    def _save(self, matrix, step):
        self.best = matrix
        save_with_card(self.network, self.out, self._card(matrix, step))

    def _card(self, matrix, step):
        names = self.data.class_names
        ious = zip(names[1:], matrix.per_class_iou()[1:].tolist(), strict=True)
        return Card(
            class_names=names[1:],
            image_size=self.size,
            pixel_range=PIXEL_RANGE,
            needs=self._needs,
            architecture=self.architecture,
            num_parameters=self.network.count_params(),
            num_train=len(self.data.source),
            num_held_out=len(self.data.held_out),
            step=step,
            held_out_miou=matrix.miou,
            held_out_accuracy=matrix.accuracy,
            held_out_iou={name: None if np.isnan(iou) else iou for name, iou in ious},
            command=self.command,
        )


def require_new(out):
    """The path, if it ends in .keras and does not exist. Raises: SegmenterError."""
    out = Path(out)
    if out.suffix != ".keras":
        raise SegmenterError(f"{out}: a segmenter's file must end in .keras")
    if out.exists():
        raise SegmenterError(f"{out} is there already; name another file, or delete it")
    return out
