// TensorFlow's stateless normal numbers: Philox 4x32-10 and Box-Muller, so that a seed means the
// same noise here as in `python -m oasis_tf generate --seed`.
// Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"; TensorFlow's
// `stateless_random_get_key_counter` for how a seed becomes key and counter.

const MULTIPLIERS = [0xd2511f53, 0xcd9e8d57];
const WEYL = [0x9e3779b9, 0xbb67ae85];
const SCRAMBLE_KEY = [0x3ec8f720, 0x02461e29];
const ROUNDS = 10;
const SMALLEST_UNIFORM = Math.fround(1e-7);

/** Product of two uint32: [high, low], from products of 16 bits. */
function multiply(a, b) {
  const [a1, a0, b1, b0] = [a >>> 16, a & 0xffff, b >>> 16, b & 0xffff];
  const first = a1 * b0 + ((a0 * b0) >>> 16);
  const second = a0 * b1 + (first & 0xffff);
  return [a1 * b1 + (first >>> 16) + (second >>> 16), Math.imul(a, b) >>> 0];
}

/** Four uint32 of a counter (4 uint32) and a key (2 uint32). */
export function philox(counter, key) {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const [high0, low0] = multiply(MULTIPLIERS[0], c0);
    const [high1, low1] = multiply(MULTIPLIERS[1], c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + WEYL[0]) >>> 0;
    k1 = (k1 + WEYL[1]) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Float32 in [0, 1) of the lower 23 bits. */
function uniform(bits) {
  return (bits & 0x7fffff) / 0x800000;
}

/** Two standard normal numbers of two uint32. */
function boxMuller(first, second) {
  const radius = Math.sqrt(-2 * Math.log(Math.max(uniform(first), SMALLEST_UNIFORM)));
  const angle = Math.fround(2 * Math.PI * uniform(second));
  return [radius * Math.sin(angle), radius * Math.cos(angle)];
}

/** The noise of a seed. Integer seed, size -> Float32Array(size), standard normal. */
export function noiseOfSeed(seed, size) {
  const bits = BigInt.asUintN(64, BigInt(seed));
  const words = [Number(bits & 0xffffffffn), Number(bits >> 32n), 0, 0];
  const mix = philox(words, SCRAMBLE_KEY);
  const key = [mix[0], mix[1]];
  const noise = new Float32Array(size);
  for (let group = 0; group * 4 < size; group++) {
    const drawn = philox([group, 0, mix[2], mix[3]], key);
    noise.set([...boxMuller(drawn[0], drawn[1]), ...boxMuller(drawn[2], drawn[3])]
      .slice(0, size - group * 4), group * 4);
  }
  return noise;
}

/** Adds amount x vector of each direction to a noise vector; returns a new one. */
export function shifted(noise, directions, amounts) {
  const moved = Float32Array.from(noise);
  directions.forEach((direction, index) => {
    const amount = Math.fround(amounts[index] ?? 0);
    if (amount === 0) return;
    for (let i = 0; i < moved.length; i++) moved[i] += amount * direction.vector[i];
  });
  return moved;
}

/** Float32Array(pixels * z_dim): each pixel has the noise of its class, or that of the picture:
 * `vectors` begins with it, those of `classes` follow. */
export function noiseMap(ids, vectors, classes) {
  const size = vectors[0].length;
  const map = new Float32Array(ids.length * size);
  for (let i = 0; i < ids.length; i++) map.set(vectors[classes.indexOf(ids[i]) + 1], i * size);
  return map;
}
