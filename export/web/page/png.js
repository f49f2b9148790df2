// Reads and writes PNGs byte by byte: a canvas would apply gamma and profiles to the ids.

import { compressed, decompressed } from "./deflate.js";

export class PngError extends Error {}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const GREY = 0, RGB = 2, INDEXED = 3, GREY_ALPHA = 4, RGBA = 6;
const CHANNELS = { [GREY]: 1, [RGB]: 3, [INDEXED]: 1, [GREY_ALPHA]: 2, [RGBA]: 4 };
const MOST_PIXELS = 2 ** 24;
const MOST_CHUNKS = 100_000;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc >>> 0;
});

function crcOf(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function chunksOf(bytes) {
  if (SIGNATURE.some((byte, index) => bytes[index] !== byte)) throw new PngError("it is not a PNG");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks = [];
  let place = 8;
  while (place + 12 <= bytes.length && chunks.length < MOST_CHUNKS) {
    const length = view.getUint32(place);
    const kind = String.fromCharCode(...bytes.subarray(place + 4, place + 8));
    const end = place + 12 + length;
    if (end > bytes.length) break;
    if (crcOf(bytes.subarray(place + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw new PngError("it is damaged (a checksum is wrong)");
    }
    chunks.push({ kind, data: bytes.subarray(place + 8, end - 4) });
    if (kind === "IEND") return chunks;
    place = end;
  }
  throw new PngError("it is cut short");
}

function headerOf(chunk) {
  if (chunk?.kind !== "IHDR" || chunk.data.length !== 13) throw new PngError("it has no header");
  const view = new DataView(chunk.data.buffer, chunk.data.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, type, , , interlaced] = chunk.data.subarray(8);
  if (!width || !height || width * height > MOST_PIXELS) {
    throw new PngError(`it has ${width} x ${height} pixels; at most 4096 x 4096 are read`);
  }
  if (!(type in CHANNELS)) throw new PngError("its kind of pixels is unknown");
  if (interlaced) throw new PngError("it is interlaced; save it without interlacing");
  const depths = type === INDEXED ? [1, 2, 4, 8] : type === GREY ? [1, 2, 4, 8, 16] : [8, 16];
  if (!depths.includes(depth)) throw new PngError("its bit depth is not allowed");
  if (depth === 16) throw new PngError("it has 16 bits a channel; save it with 8");
  return { width, height, depth, channels: CHANNELS[type], type };
}

function paeth(left, up, corner) {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** Takes the filters off the rows: bytes of `height` rows of `stride`. */
function unfiltered(raw, { height }, stride, step) {
  const rows = new Uint8Array(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    if (filter > 4) throw new PngError("it is damaged (an unknown filter)");
    const source = raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    const start = y * stride;
    for (let x = 0; x < stride; x++) {
      const left = x >= step ? rows[start + x - step] : 0;
      const up = y ? rows[start + x - stride] : 0;
      const corner = x >= step && y ? rows[start + x - stride - step] : 0;
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
      rows[start + x] = source[x] + guess;
    }
  }
  return rows;
}

/** One byte a value, for depths below 8. */
function unpacked(rows, { width, height, depth }, stride) {
  if (depth === 8) return rows;
  const values = new Uint8Array(width * height);
  const mask = (1 << depth) - 1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      const byte = rows[y * stride + (bit >> 3)];
      values[y * width + x] = (byte >> (8 - depth - (bit & 7))) & mask;
    }
  }
  return values;
}

/**
 * Decodes a PNG of 1 to 8 bits.
 * Uint8Array -> {width, height, channels, values: Uint8Array, palette: Uint8Array or null}. Throws
 * PngError. `values` are as stored: palette indices and grey levels stay what they are.
 */
export async function decodePng(bytes) {
  const chunks = chunksOf(bytes);
  const header = headerOf(chunks[0]);
  const data = await new Blob(chunks.filter((chunk) => chunk.kind === "IDAT")
    .map((chunk) => chunk.data)).arrayBuffer();
  const stride = Math.ceil((header.width * header.depth * header.channels) / 8);
  const size = header.height * (stride + 1);
  let raw;
  try {
    raw = await decompressed(new Uint8Array(data), "deflate", size);
  } catch {
    throw new PngError("it is damaged (its pixels cannot be unpacked)");
  }
  if (raw.length !== size) throw new PngError("it is cut short");
  const step = Math.max(1, (header.depth * header.channels) >> 3);
  const values = unpacked(unfiltered(raw, header, stride, step), header, stride);
  const palette = chunks.find((chunk) => chunk.kind === "PLTE")?.data ?? null;
  if (header.type === INDEXED && !palette) throw new PngError("it has no palette");
  const { width, height, channels } = header;
  return { width, height, channels, values, palette: header.type === INDEXED ? palette : null };
}

function chunk(kind, data) {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = kind.charCodeAt(i);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crcOf(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

/** Encodes 8-bit values: indexed with a palette (Uint8Array of r, g, b), or RGB without. */
export async function encodePng({ width, height, values, palette = null }) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, palette ? INDEXED : RGB, 0, 0, 0], 8);
  const stride = width * (palette ? 1 : 3);
  const raw = new Uint8Array(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    raw.set(values.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  }
  const parts = [new Uint8Array(SIGNATURE), chunk("IHDR", header)];
  if (palette) parts.push(chunk("PLTE", palette));
  parts.push(chunk("IDAT", await compressed(raw, "deflate")), chunk("IEND", new Uint8Array(0)));
  return new Blob(parts, { type: "image/png" });
}
