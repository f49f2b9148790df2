"""The devices of a run, and how they share a batch."""

import os
from contextlib import contextmanager
from dataclasses import dataclass

import tensorflow as tf

from oasis_tf.io.json_file import parse_json
from oasis_tf.io.terminal import counted


class DevicesError(ValueError):
    """The requested devices cannot be used."""


class WorkerLostError(RuntimeError):
    """Another worker ended."""


@dataclass(frozen=True)
class Devices:
    """The replicas of a run, in this process and in others.

    Replica r trains on rows r * b to (r + 1) * b of the global batch; those of one worker are
    consecutive, in the order of the workers.

    Args:
        strategy: `tf.distribute.Strategy`.
        description: str, as printed.
        worker, num_workers: int, index of this process, and number of processes.
    """

    strategy: tf.distribute.Strategy
    description: str
    worker: int = 0
    num_workers: int = 1

    @property
    def num_replicas(self):
        return self.strategy.num_replicas_in_sync

    @property
    def is_chief(self):
        """Whether this process writes files: worker 0 does."""
        return self.worker == 0

    @property
    def on_gpus(self):
        """Whether the networks are in the memory of GPUs."""
        return bool(tf.config.list_logical_devices("GPU"))

    @property
    def replicas_here(self):
        """Number of replicas in this process."""
        return self.num_replicas // self.num_workers

    def require_fit(self, training):
        """Raises: DevicesError unless these devices can train with a `TrainingConfig`."""
        batch_size = training.batch_size
        if training.jit_compile and self.num_replicas > 1:
            raise DevicesError(
                "training.jit_compile is for one replica: XLA cannot compile the sums over several"
            )
        if batch_size % self.num_replicas:
            below = batch_size // self.num_replicas * self.num_replicas
            near = " or ".join(str(size) for size in (below, below + self.num_replicas) if size)
            raise DevicesError(
                f"training.batch_size is {batch_size}, the batch over all {self.num_replicas} "
                f"replicas, and must be a multiple of their number: {near}, for example"
            )

    def distribute(self, make_batches):
        """Makes a dataset for `fit`; every worker loads its own rows only.

        Args:
            make_batches: function(shard=, num_shards=, batches_per_step=) -> dataset, see
                `training_batches`.
        """
        if self.num_replicas == 1:
            return make_batches()
        return self.strategy.distribute_datasets_from_function(
            lambda context: make_batches(
                shard=self.worker,
                num_shards=self.num_workers,
                batches_per_step=self.num_replicas // self.num_workers,
            )
        )

    def on_rows(self, function, *, batch_size, specs):
        """Makes a function that computes on whole batches, each replica on its part of the rows.

        Args:
            function: of tensors with `b` rows each -> nest of such tensors; row i of a result must
                depend on row i of the arguments alone. It is traced here, for a known `b`.
            batch_size: int, largest number of rows; smaller batches are padded, results cut.
            specs: `tf.TensorSpec` of every argument; their number of rows is ignored.
        Returns: function of tensors as in `specs`, for one process; threads may share it.
        """
        share = -(-batch_size // self.num_replicas)
        whole = [tf.TensorSpec((share * self.num_replicas, *s.shape[1:]), s.dtype) for s in specs]

        def on_replica(*tensors):
            first = share * tf.distribute.get_replica_context().replica_id_in_sync_group
            parts = (tensor[first : first + share] for tensor in tensors)
            return function(*(tf.ensure_shape(part, (share, *part.shape[1:])) for part in parts))

        def on_all(*tensors):
            results = self.strategy.run(on_replica, args=tensors)
            return tf.nest.map_structure(self._together, results)

        graph = tf.function(on_all, autograph=False).get_concrete_function(*whole)

        def on_rows_there_are(*tensors):
            rows = len(tensors[0])
            filled = (_filled(tensor, share * self.num_replicas) for tensor in tensors)
            return tf.nest.map_structure(lambda tensor: tensor[:rows], graph(*filled))

        return on_rows_there_are

    def _together(self, rows):
        return tf.concat(self.strategy.experimental_local_results(rows), axis=0)

    def any_worker(self, flag):
        """Whether a bool is true on any worker; all workers must call this."""
        return bool(self._sum_over_workers(flag))

    def require_agreement(self, number, sentence):
        """Raises: DevicesError(sentence) unless all workers pass the same number, below 2^40."""
        total = self._sum_over_workers(number)
        if total != number * self.num_workers:
            raise DevicesError(sentence)

    def wait_for_all(self):
        """Returns when all workers have called this."""
        self._sum_over_workers(0)

    def _sum_over_workers(self, number):
        if self.num_workers == 1:
            return number
        # float64 sums of step counts are exact; float32 is exact to 2^24 only
        replicas = self.strategy.run(lambda: tf.constant(float(number), tf.float64))
        total = self.strategy.reduce("sum", replicas, axis=None)
        return float(total) * self.num_workers / self.num_replicas


def _filled(tensor, rows):
    """The tensor, padded to `rows` rows with copies of its last row."""
    tensor = tf.convert_to_tensor(tensor)
    return tf.gather(tensor, tf.minimum(tf.range(rows), len(tensor) - 1))


@contextmanager
def working_together():
    """Turns TensorFlow's errors for a lost worker into `WorkerLostError`."""
    try:
        yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError) as error:
        raise WorkerLostError(
            "another worker is gone, so this one stopped too; start all of them again, with "
            f"--resume ({error.message.partition(chr(10))[0]})"
        ) from error


def open_devices(strategy="none", *, num_devices=None):
    """Opens the devices of this process. To be called before TensorFlow's runtime starts.

    Args:
        strategy: "none", one device; "mirrored", all GPUs of this machine, or parts of its CPU;
            "multi-worker", the processes in `TF_CONFIG`; returns when all have started.
        num_devices: int, GPUs to use here, or parts of the CPU; default all GPUs that the strategy
            can use.
    Raises: DevicesError.
    """
    gpus = tf.config.list_physical_devices("GPU")
    if num_devices is not None and gpus:
        if num_devices > len(gpus):
            raise DevicesError(
                f"--devices {num_devices}: this machine has {counted(len(gpus), 'GPU')}"
            )
        tf.config.set_visible_devices(gpus[:num_devices], "GPU")
        gpus = gpus[:num_devices]
    if strategy == "none":
        return _one_device(gpus, num_devices)
    if strategy == "mirrored":
        return _mirrored(gpus, num_devices)
    return _multi_worker(gpus, num_devices)


def _one_device(gpus, num_devices):
    if num_devices not in (None, 1):
        raise DevicesError(f"--devices {num_devices} needs --strategy mirrored or multi-worker")
    if gpus:
        tf.config.set_visible_devices(gpus[:1], "GPU")  # TensorFlow takes all others too
    return Devices(tf.distribute.get_strategy(), "a GPU" if gpus else "the CPU")


def _mirrored(gpus, num_devices):
    if gpus:
        names = [f"GPU:{index}" for index in range(len(gpus))]
        return Devices(tf.distribute.MirroredStrategy(names), _count(len(gpus), "GPU"))
    if num_devices is None:
        raise DevicesError(
            "--strategy mirrored: this machine has no GPU. With --devices N it splits the CPU, "
            "which is no faster but computes what N GPUs would"
        )
    (cpu,) = tf.config.list_physical_devices("CPU")
    parts = [tf.config.LogicalDeviceConfiguration()] * num_devices
    tf.config.set_logical_device_configuration(cpu, parts)
    names = [f"CPU:{index}" for index in range(num_devices)]
    return Devices(tf.distribute.MirroredStrategy(names), f"{num_devices} parts of the CPU")


def _multi_worker(gpus, num_devices):
    if num_devices not in (None, 1) and not gpus:
        raise DevicesError(f"--devices {num_devices}: a worker without GPUs uses its CPU as one")
    resolver = _cluster()
    jobs, worker = resolver.cluster_spec().as_dict(), int(resolver.task_id)
    if list(jobs) != ["worker"] or resolver.task_type != "worker":
        raise DevicesError(
            f"TF_CONFIG names {', '.join(jobs)}, and this process {resolver.task_type}: all must "
            "be workers; worker 0 is the chief"
        )
    workers = jobs["worker"]
    strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    local = _count(len(gpus), "GPU") if gpus else "the CPU"
    return Devices(
        strategy,
        f"worker {worker} of {len(workers)}, each with {local}",
        worker=worker,
        num_workers=len(workers),
    )


def _cluster():
    """Resolver of the workers in `TF_CONFIG`."""
    text = os.environ.get("TF_CONFIG")
    if text is None:
        raise DevicesError(
            "--strategy multi-worker: TF_CONFIG is not set, so nothing tells who the workers are "
            "(docs/clusters.md shows how Kubernetes and Slurm set it)"
        )
    try:
        config = parse_json(text)
        config["cluster"]["worker"][int(config["task"]["index"])]
    except (ValueError, KeyError, TypeError, IndexError) as error:
        shown = text if len(text) <= 1000 else f"{text[:60]}..."
        raise DevicesError(
            'TF_CONFIG must be JSON like {"cluster": {"worker": ["host:port", …]}, "task": '
            f'{{"type": "worker", "index": 0}}}}; got {shown!r}'
        ) from error
    return tf.distribute.cluster_resolver.TFConfigClusterResolver()


def _count(number, thing):
    return f"1 {thing}" if number == 1 else f"{number} {thing}s"
