"""Initialises a new run with the weights of another: fine-tuning, also on other classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.config import load_config
from oasis_tf.config.class_names import plain_name
from oasis_tf.runs import checkpoint, checkpoint_files
from oasis_tf.runs.folder import TRAINING_STATE
from oasis_tf.weights.transfer import Report, TransferError, match_classes, transfer

LISTED = 20


@dataclass(frozen=True)
class Start:
    """The origin of a new run's initial weights."""

    path: Path  # of the checkpoint
    reports: Mapping[str, Report]  # by the names in `run_checkpoint.NETWORKS`
    target_names: Sequence[str]
    source_names: Sequence[str]
    partners: Mapping[int, int]

    def summary(self):
        """Text of some lines: copied arrays, partners of classes, arrays with fresh weights."""
        shared, new = self._classes()
        lines = [f"Starts from step {checkpoint_files.step_of(self.path):,}, {self.path}:"]
        lines.append(f"  classes        {len(shared)} have a partner: {_listed(shared)}")
        if new:
            lines.append(f"  new classes    start as the mean of the old ones: {_listed(new)}")
        for network in ("generator", "discriminator"):  # the EMA generator's is the generator's
            report = self.reports[network]
            lines.append(
                f"  {network:<14} {len(report.copied)} arrays copied, {len(report.by_class)} class "
                f"by class, {len(report.fresh)} fresh"
            )
            layers = {}
            for name, reason in report.fresh.items():
                layers.setdefault(name.rpartition(".")[0], f"{name}: {reason}")
            fresh = list(layers.values())
            lines += [f"    fresh        {line}" for line in fresh[:LISTED]]
            if len(fresh) > LISTED:
                lines.append(f"    fresh        something in {len(fresh) - LISTED} more layers")
            if report.unused:
                lines.append(f"    not used     of the old: {_listed(report.unused)}")
        lines.append("  optimizers     fresh, from step 0")
        return "\n".join(lines)

    def _classes(self):
        shared = []
        for target, source in self.partners.items():
            name, other = self.target_names[target], self.source_names[source]
            shared.append(name if plain_name(name) == plain_name(other) else f"{name} = {other}")
        new = set(range(len(self.target_names))) - self.partners.keys()
        return shared, [self.target_names[index] for index in sorted(new)]


def initialize(model, *, config, folder, pairs=()):
    """Copies matching weights from another run's newest checkpoint into a new model.

    Args:
        model: `GAN` of `config`.
        config: `Config` with class names.
        folder: `RunFolder` of the other run; trained or imported.
        pairs: iterable of "new=old", classes that are partners though their names differ.
    Returns: `Start`.
    Raises: TransferError, RunError, CheckpointError; the model is then unchanged.
    """
    newest = folder.require_checkpoint(files=(TRAINING_STATE,))
    source_config = load_config(newest / checkpoint.CONFIG)
    if source_config.model != config.model:
        raise TransferError(
            f"{folder.path} is a run of model {source_config.model}, and this is one of "
            f"{config.model}; --init-from needs a run of the same model"
        )
    names = config.data.class_names, source_config.data.class_names
    partners = match_classes(*names, _parsed(pairs))
    reports = {
        name: transfer(network, getattr(model, name), partners)
        for name, network in checkpoint.load_networks(newest).items()
    }
    return Start(newest, reports, *names, partners)


def _parsed(pairs):
    parsed = {}
    for pair in pairs:
        new, equals, old = pair.partition("=")
        if not (equals and new.strip() and old.strip()):
            raise TransferError(f"--class {pair}: expected new=old, two names of classes")
        parsed[new] = old
    return parsed


def _listed(names):
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {more} more" if more > 0 else "")
