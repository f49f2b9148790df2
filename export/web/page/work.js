// What a person has made, as text: for links (in the fragment) and for the next visit.

import { compressed, decompressed, fromBase64Url, toBase64Url } from "./deflate.js";
import { LabelMap } from "./label_map.js";

export const MOST_LINK = 16_000; // letters; longer addresses are cut by messengers
const MOST_TEXT = 4_000_000;
const MOST_HEAD = 65_536;
const VERSION = "1";

export class WorkError extends Error {}

export const isSeed = (seed) => Number.isSafeInteger(seed) && seed >= 0;

/** {map, seed, redrawn: {class: seed}, amounts} -> text. */
export async function packWork({ map, seed, redrawn, amounts }, model) {
  const head = JSON.stringify({ network: model.generator, seed, redrawn, amounts });
  const bytes = new Uint8Array(await new Blob([head, "\n", map.ids]).arrayBuffer());
  return VERSION + toBase64Url(await compressed(bytes, "deflate-raw"));
}

function checkedHead(head, model) {
  if (head.network !== model.generator) throw new WorkError("it was made with another network");
  const { seed, redrawn = {}, amounts = [] } = head;
  const isRedrawn = Object.entries(redrawn).every(([id, value]) =>
    Number(id) >= 0 && Number(id) < model.num_classes && isSeed(value));
  const isAmount = Array.isArray(amounts) && amounts.length <= model.directions.length
    && amounts.every((amount) => Number.isFinite(amount) && Math.abs(amount) <= 100);
  if (!isSeed(seed) || !isRedrawn || !isAmount) throw new WorkError("its numbers are out of range");
  return { seed, redrawn, amounts };
}

/** Reverses `packWork`. Throws WorkError, with the end of a sentence. */
export async function unpackWork(text, model) {
  const [height, width] = model.image_size;
  const pixels = height * width;
  if (text.length > MOST_TEXT) throw new WorkError("it is too long");
  if (text[0] !== VERSION) throw new WorkError("it is of another version");
  let bytes, head;
  try {
    bytes = await decompressed(fromBase64Url(text.slice(1)), "deflate-raw", pixels + MOST_HEAD);
    const end = bytes.indexOf(10);
    head = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end)));
    bytes = bytes.slice(end + 1);
  } catch {
    throw new WorkError("it is damaged or cut short");
  }
  const checked = checkedHead(Object(head), model);
  if (bytes.length !== pixels || bytes.some((id) => id >= model.num_classes)) {
    throw new WorkError("its label map does not fit this network");
  }
  return { map: new LabelMap(width, height, bytes), ...checked };
}
