/** RGB as uint8, or float32 in [0, 1] -> RGBA, Uint8ClampedArray, for ImageData. */
export function toPixels(image) {
  const scale = image instanceof Float32Array ? 255 : 1;
  const pixels = new Uint8ClampedArray((image.length / 3) * 4);
  for (let from = 0, to = 0; from < image.length; from += 3, to += 4) {
    pixels[to] = image[from] * scale; // rounds to the nearest and clips
    pixels[to + 1] = image[from + 1] * scale;
    pixels[to + 2] = image[from + 2] * scale;
    pixels[to + 3] = 255;
  }
  return pixels;
}
