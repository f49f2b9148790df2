"""Records TensorFlow's noise of some seeds, which noise.js must make.

PYTHONPATH=. python tests/export/web/record_noise.py > tests/golden/noise.json
"""

import json

import numpy as np

from oasis_tf.runtime import noise

SEEDS = [0, 1, 7, 2**31, 2**40 + 3, 2**53 - 1]
SIZE = 13  # not a multiple of the generator's four numbers

if __name__ == "__main__":
    vectors = noise.seeded_noise(np.array(SEEDS), SIZE).numpy()
    rows = [[round(float(value), 7) for value in vector] for vector in vectors]
    lines = [
        json.dumps({"seed": seed, "noise": row}) for seed, row in zip(SEEDS, rows, strict=True)
    ]
    print("[\n" + ",\n".join(lines) + "\n]")
