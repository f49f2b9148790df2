"""A direction of noise that changes an attribute."""

from typing import Annotated, Literal

import numpy as np
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from oasis_tf.generation import SeededNoise
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.file_mark import SOFTWARE
from oasis_tf.io.json_file import JSONFileError, read_json
from oasis_tf.io.number_types import Int, Number


class DirectionError(ValueError):
    """Error for a direction that cannot be found, read or used."""


class Direction(BaseModel):
    """The content of direction.json: the vector, its effect, and its generator.

    Attributes:
        software: the mark of this program, see `file_mark`; missing in earlier versions.
        attribute: str. vector: list of `z_dim` floats, of length 1.
        penalty: of the ridge regression.
        held_out_correlation: between the noise along the vector and the attribute, on label maps
            outside of the fit.
        fit_images, held_out_images: numbers of generated pictures.
        fit_label_maps, held_out_label_maps: names.
        steps, response: steps along the vector, and the attribute there, mean over held-out label
            maps and seeds.
        generator, step: the generator's SHA-256, and its training steps.
    """

    model_config = ConfigDict(extra="forbid")

    software: Literal["oasis_tf"] = SOFTWARE
    format: Literal[1] = 1
    attribute: str
    vector: list[Number] = Field(min_length=1)
    penalty: Number
    held_out_correlation: Annotated[Number, Field(ge=-1.001, le=1.001)]
    fit_images: Int
    held_out_images: Int
    fit_label_maps: list[str]
    held_out_label_maps: list[str]
    steps: list[Number]
    response: list[Number]
    generator: str
    step: Int

    @field_validator("vector")
    @classmethod
    def _check_length(cls, vector):
        length = np.linalg.norm(vector)
        if abs(length - 1) > 1e-3:
            raise ValueError(f"its length is {length:.4g}, not 1")
        return vector

    def save(self, path):
        """Writes it as JSON, atomically."""
        with whole_file(path) as temporary:
            temporary.write_text(self.model_dump_json(indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path, *, sampler):
        """Reads a direction of a sampler's generator.

        Raises: DirectionError if the file is invalid or of another generator.
        """
        try:
            direction = cls.model_validate(read_json(path))
        except FileNotFoundError:
            raise DirectionError(f"{path}: no such file") from None
        except JSONFileError as error:
            raise DirectionError(str(error)) from None
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the file"
            raise DirectionError(f"{path} is no direction: {where}: {first['msg']}") from None
        if direction.generator != sampler.fingerprint:
            raise DirectionError(
                f"{path} was found in another generator, of step {direction.step:,}; this one is "
                f"of step {sampler.step:,}. Find it again with explore direction"
            )
        if len(direction.vector) != sampler.z_dim:
            raise DirectionError(
                f"{path} has {len(direction.vector)} numbers; this generator's noise has "
                f"{sampler.z_dim}"
            )
        return direction


class ShiftedNoise(SeededNoise):
    """The noise of a seed, moved along a direction.

    Args:
        direction: `Direction`. amount: float, in steps: standard deviations of the noise.
        seed: int.
    """

    def __init__(self, direction, *, amount, seed):
        if not np.isfinite(amount):
            raise DirectionError(f"--amount is {amount}; it must be a finite number of steps")
        super().__init__(z_dim=len(direction.vector), seed=seed)
        self._vector = direction.vector
        self._shift = np.float32(amount) * np.array(direction.vector, np.float32)
        self._amount = amount

    def draw(self, label_map, sample):
        """See `noise_plans`."""
        return super().draw(label_map, sample) + self._shift

    def untouched(self, label_map):
        """See `noise_plans`."""
        return super().draw(label_map, 0)

    def meaning(self, sample):
        """See `noise_plans`."""
        moved = {"amount": self._amount, "along": self._vector}
        return {**super().meaning(sample), "moved": moved}
