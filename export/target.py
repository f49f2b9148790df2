"""The contract of an export target: a format that a trained generator is written in.

A new target is one file with a subclass of `ExportTarget`, and its name in `export/targets.py`. Its
verb of `export`, its verification and its rows in the report follow from the class.
"""

import importlib.util
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from oasis_tf.export.publish import TargetError
from oasis_tf.export.verification.difference import Limit

if TYPE_CHECKING:  # the command line imports this file, and must start without TensorFlow
    from oasis_tf.export.trained import Trained
    from oasis_tf.export.verification.cases import Cases
    from oasis_tf.export.verification.reference import Reference
    from oasis_tf.export.verification.tensor_spec import TensorSpec
    from oasis_tf.export.verification.verification import Verdict, Verification

UNCHECKED = (
    "Not checked: a pixel of another id, and of NaN, is painted without an error as a pixel of no "
    "class, from the noise and the classes around it."
)


class MissingPackagesError(ValueError):
    """Packages that a target needs are not installed; names them and the command to install."""


@dataclass(frozen=True)
class Variant:
    """One row of the report.

    Attributes:
        name: str, in the report. file: str, path in the report's folder. target: `ExportTarget`.
    """

    name: str
    file: str
    target: "ExportTarget"


def option(default: Any, help: str, **bounds: int) -> Any:
    """A field of a target that is an option of its verb.

    Args:
        default: value. help: str, for `--help`.
        **bounds: `min` and `max`, which numbers must have.
    """
    return field(default=default, metadata={"help": help, **bounds})


@dataclass(frozen=True)
class ExportTarget(ABC):
    """A format, with the options that a generator is written with.

    Subclasses are frozen dataclasses. Their fields, made by `option`, are the options of the verb;
    the first line of their docstring is its help. They import TensorFlow and NumPy in methods only.

    Attributes:
        verb: str, of the command line; the key of the target's facts in the card.
        suffix: str, of the file, with its dot; "" for a folder, which is never overwritten.
        out_help: str, help of `--out`.
        runner: str, module that runs artifacts in a fresh process, see `verification.runners`.
        engine: str, what the verb's output calls the program that ran the artifact.
        plain: bool, how the generator is folded, see `Trained.load`.
        other_ids: str, for the card: what the artifact does with ids that are no class.
        lossy: bool, whether `--allow-loss` may keep an artifact that misses its limit.
        checks_gpu: bool, whether `gpu_verdict` runs artifacts on a GPU.
        packages: tuple of str, optional packages that are needed. extra: str, of pip, with them.
    """

    verb: ClassVar[str]
    suffix: ClassVar[str]
    out_help: ClassVar[str]
    runner: ClassVar[str]
    engine: ClassVar[str] = "CPU"
    plain: ClassVar[bool] = True
    other_ids: ClassVar[str] = UNCHECKED
    lossy: ClassVar[bool] = False
    checks_gpu: ClassVar[bool] = False
    packages: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[str] = ""

    @property
    @abstractmethod
    def limit(self) -> Limit:
        """Of the difference between the artifact's images and the live model's, on the CPU."""

    @abstractmethod
    def references(self, trained: "Trained", cases: "Cases") -> "list[Reference]":
        """The artifact's inputs, and the live model's images of them.

        Returns: one for each signature. The first one holds all cases in their order.
        """

    @abstractmethod
    def write(self, trained: "Trained", references: "list[Reference]", out: Path) -> None:
        """Writes the artifact. Runs in a fresh process.

        Args:
            trained: `Trained`. references: of `references`, for requests that warm up a server.
            out: path of the new file or folder.
        """

    @classmethod
    def variants(cls) -> list[Variant]:
        """Rows of the report; one with the default options, unless overridden."""
        return [Variant(cls.verb, f"{cls.verb}{cls.suffix}", cls())]

    def specs(
        self, reference: "Reference"
    ) -> "tuple[dict[str, TensorSpec], dict[str, TensorSpec]] | None":
        """Inputs and outputs that the artifact must declare; None if the format declares none.

        Args:
            reference: the first `Reference`.
        """
        return None

    def gpu_verdict(self, path: Path, reference: "Reference") -> "Verdict":
        """Runs the artifact on a GPU; targets with `checks_gpu` override it."""
        raise NotImplementedError

    def gentler(self) -> "dict[str, ExportTarget]":
        """Targets that lose less, the smallest first, by their option on the command line."""
        return {}

    def path_of(self, out: Path) -> Path:
        """Path of the artifact for `--out`.

        Raises: TargetError for a name without the suffix.
        """
        if out.suffix != self.suffix:
            raise TargetError(f"{out}: the name must end in {self.suffix}")
        return out

    def card_path(self, path: Path) -> Path:
        """Path of the card that belongs to the artifact at `path`."""
        return path.with_suffix(".json")

    def card(
        self, facts: dict, *, description: Any, sha256: str, verification: "Verification"
    ) -> dict:
        """The card's contents, for JSON.

        Args:
            facts: of the generator, by `Trained.card`.
            description: dataclass, see `verification.runners`.
            sha256: str, of the file; "" for a folder.
            verification: `Verification`.
        """
        own = {**asdict(description), "sha256": sha256, "proof": verification.as_dict()}
        return facts | {self.verb: own}

    def subject(self, path: Path) -> str:
        """What a sentence about a fault begins with."""
        return path.name

    def advice(self, path: Path) -> str:
        """The last line of the verb's output."""
        return f"Its inputs, classes and colours: {self.card_path(path)}"

    def require_packages(self) -> None:
        """Imports nothing.

        Raises: MissingPackagesError.
        """
        missing = [name for name in self.packages if importlib.util.find_spec(name) is None]
        if missing:
            raise MissingPackagesError(
                f"{type(self).__name__} needs packages that are not installed "
                f"({', '.join(missing)}): in a clone "
                f"pip install '.[{self.extra}]', elsewhere pip install 'oasis-tf[{self.extra}]'"
            )
