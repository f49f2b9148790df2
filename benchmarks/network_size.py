"""How large the networks of a config are; runs no step and needs no data.

    python -m benchmarks.network_size [--config configs/ade20k.yaml] [--set a.b=c]

Prints parameters and multiply-adds of one image: of the folded generator's graph, its modulation
dense, and for OASIS as the paper counts them (see `multiply_adds`).
"""

import argparse

import tensorflow as tf

from benchmarks import multiply_adds
from oasis_tf.config import load_config
from oasis_tf.models import OASISDiscriminator
from oasis_tf.models.build import build_networks
from oasis_tf.models.fold import fold
from oasis_tf.models.multiply_adds import folded_multiply_adds


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--config", default="configs/ade20k.yaml")
    parser.add_argument("--set", action="append", default=[], metavar="a.b=c", dest="overrides")
    arguments = parser.parse_args()
    config = load_config(arguments.config, overrides=arguments.overrides, classes_from_data=True)
    generator, discriminator = build_networks(config)
    image_size = config.data.image_size
    parameters = fold(generator).count_params()
    performed = folded_multiply_adds(generator)
    print(f"generator      {parameters:>12,} parameters, {2 * parameters / 1e6:.1f} MB as float16")
    print(f"  one image    {performed / 1e9:12.3f} G multiply-adds, folded, of a noise vector")
    if config.model == "oasis":
        defined, _ = multiply_adds.generator_multiply_adds(generator)
        print(f"               {defined / 1e9:12.3f} G as the paper counts, noise laid out")
    parameters = sum(int(tf.size(variable)) for variable in discriminator.trainable_variables)
    print(f"discriminator  {parameters:>12,} parameters")
    if isinstance(discriminator, OASISDiscriminator):
        defined, _ = multiply_adds.discriminator_multiply_adds(discriminator, image_size)
        print(f"  one image    {defined / 1e9:12.3f} G multiply-adds as the paper counts")


if __name__ == "__main__":
    main()
