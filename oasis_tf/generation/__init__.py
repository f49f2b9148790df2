"""Generates photographs and a contact sheet from label maps, with the generator of a run."""

from oasis_tf.generation.label_map_inputs import (
    LabelMapInput,
    held_out_label_maps,
    label_files,
    label_maps_of_files,
    require_comparable,
    require_instances,
    write_label_maps,
)
from oasis_tf.generation.noise_plans import RegionNoise, SeededNoise, plan_of
from oasis_tf.generation.output_folder import OutputFolder
from oasis_tf.generation.painting import paint_all
from oasis_tf.generation.regions import Region, read_mask
from oasis_tf.generation.sampler import Sampler

__all__ = [
    "OutputFolder",
    "Region",
    "RegionNoise",
    "SeededNoise",
    "Sampler",
    "LabelMapInput",
    "held_out_label_maps",
    "label_files",
    "paint_all",
    "plan_of",
    "read_mask",
    "require_comparable",
    "require_instances",
    "label_maps_of_files",
    "write_label_maps",
]
