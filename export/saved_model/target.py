"""SavedModels for TensorFlow Serving."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from oasis_tf.export.target import ExportTarget, Variant, option
from oasis_tf.export.verification.difference import Limit
from oasis_tf.export.versions import MAX_VERSION, next_version

CARD, CONFIG = "oasis.json", "config.yaml"  # in assets.extra, which servers ignore


@dataclass(frozen=True)
class SavedModel(ExportTarget):
    """Writes DIR/VERSION/ for TensorFlow Serving, verified against the live model.

    Attributes:
        version: int, name of the version's folder; None for the next one.
    """

    version: int | None = option(
        None, "Number of the version; else the next one.", min=1, max=MAX_VERSION
    )

    verb: ClassVar[str] = "saved-model"
    suffix: ClassVar[str] = ""
    out_help: ClassVar[str] = "The model's folder; versions go below it."
    runner: ClassVar[str] = "oasis_tf.export.saved_model.runner"
    plain: ClassVar[bool] = False
    other_ids: ClassVar[str] = "Refused: the request is an INVALID_ARGUMENT that names the example."

    @property
    def limit(self) -> Limit:
        return Limit(max=1.01 / 255, mean=2e-5)  # a few values round to the other grey level

    @classmethod
    def variants(cls) -> list[Variant]:
        return [Variant("SavedModel", "saved_model/1", cls(version=1))]

    def references(self, trained, cases):
        from oasis_tf.export.saved_model.references import references_of

        return references_of(trained, cases)

    def write(self, trained, references, out):
        import tensorflow as tf

        from oasis_tf.export.saved_model.signatures import resources_of, signatures_of
        from oasis_tf.export.saved_model.warm_up import write_warm_up

        arguments = {"generator": trained.folded, "label_code": trained.label_code}
        signatures = signatures_of(**arguments)
        tf.saved_model.save(resources_of(**arguments), str(out), signatures=signatures)
        write_warm_up(out, {it.signature: it.example(0) for it in references})
        trained.config.save(self.card_path(out).with_name(CONFIG))

    def path_of(self, out):
        return out / str(self.version or next_version(out))

    def card_path(self, path):
        return path / "assets.extra" / CARD

    def card(self, facts, *, description, sha256, verification):
        differences = verification.differences.items()
        return facts | {"proof": {signature: it.as_dict() for signature, it in differences}}

    def subject(self, path: Path) -> str:
        return "the SavedModel's"

    def advice(self, path):
        return "How to serve it: export/serving/README.md"
