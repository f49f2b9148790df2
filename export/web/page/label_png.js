// Label maps as PNG files, as `python -m oasis_tf generate --labels` reads and writes them.

import { LabelMap } from "./label_map.js";
import { decodePng, encodePng, PngError } from "./png.js";

const packed = (r, g, b) => (r << 16) | (g << 8) | b;

/** Map of colour to class; colours of two classes are left out. */
function classesByColor(model) {
  const found = new Map();
  const add = (color, id) => {
    const key = packed(...color);
    found.set(key, found.has(key) && found.get(key) !== id ? -1 : id);
  };
  for (const { id, color, values } of model.classes) {
    if (model.label_kind === "color") values.forEach((value) => add(value, id));
    else add(color, id);
  }
  return found;
}

function classesByValue(model) {
  const found = new Map();
  if (model.label_kind === "color") return found;
  for (const { id, values } of model.classes) values.forEach((value) => found.set(value, id));
  return found;
}

/** Looks each pixel's key up; throws for the first one that means no class. */
function translated({ width, height }, keyAt, classes, describe) {
  const map = new LabelMap(width, height);
  for (let index = 0; index < map.ids.length; index++) {
    const key = keyAt(index);
    const id = classes.get(key);
    if (id === undefined || id < 0) throw new PngError(describe(key, index % width, Math.floor(index / width)));
    map.ids[index] = id;
  }
  return map;
}

const colorText = (key) => `(${key >> 16}, ${(key >> 8) & 255}, ${key & 255})`;

/** Reads a label map of any size. Bytes -> LabelMap. Throws PngError with half a sentence. */
export async function readLabelPng(bytes, model) {
  const png = await decodePng(bytes);
  const { channels, values, palette } = png;
  const ofColor = classesByColor(model);
  const wrongColor = (key, x, y) =>
    `its pixel at column ${x}, row ${y} has the colour ${colorText(key)}, which no class has`;
  if (channels >= 3) {
    const colorAt = (i) => packed(...values.subarray(i * channels, i * channels + 3));
    return translated(png, colorAt, ofColor, wrongColor);
  }
  if (palette) {
    const colorAt = (i) => packed(...palette.subarray(values[i] * 3, values[i] * 3 + 3));
    const used = new Set(values);
    const isByColor = model.label_kind === "color" || [...used].every((index) =>
      (ofColor.get(packed(...palette.subarray(index * 3, index * 3 + 3))) ?? -1) >= 0);
    if (isByColor) return translated(png, colorAt, ofColor, wrongColor);
  }
  if (model.label_kind === "color") {
    throw new PngError("it is grey, and label maps of this network are colours");
  }
  return translated(png, (i) => values[i * channels], classesByValue(model), (key, x, y) =>
    `its pixel at column ${x}, row ${y} has the id ${key}, which no class has`);
}

/** Writes a label map: Blob, PNG. Throws PngError where a class has no value in label maps. */
export async function writeLabelPng(map, model) {
  for (const id of new Set(map.ids)) {
    if (!model.classes[id].values.length) {
      throw new PngError(`label maps of this network cannot hold ${model.classes[id].name}; paint over it first`);
    }
  }
  const { width, height } = map;
  const first = model.classes.map(({ values }) => values[0]);
  if (model.label_kind === "color") {
    const values = new Uint8Array(map.ids.length * 3);
    map.ids.forEach((id, index) => values.set(first[id], index * 3));
    return encodePng({ width, height, values });
  }
  const size = Math.max(...first.filter((value) => value !== undefined)) + 1;
  const palette = new Uint8Array(size * 3);
  model.classes.forEach(({ color, values }) =>
    values.forEach((value) => value < size && palette.set(color, value * 3)));
  return encodePng({ width, height, values: map.ids.map((id) => first[id]), palette });
}
