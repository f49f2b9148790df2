// The shortest visit: the right picture, a stroke, undo. See browser.mjs for the environment.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { assertGenerated, assertPicture, drag, launch, model, pixelsOf, serve, settled, site, visit } from "./browser.mjs";

const { decodePng } = await import(new URL("../../../export/web/page/png.js", import.meta.url));
const [height, width] = model.image_size;
const rgba = (id) => [...model.classes[id].color, 255];
const at = (pixels, x, y) => pixels.slice((y * width + x) * 4, (y * width + x) * 4 + 4);
const choose = (page, name) => page.getByRole("radio", { name, exact: true }).click();

let host, browser;
before(async () => { host = await serve(site); browser = await launch(); });
after(async () => { await browser.close(); host.close(); });
const opened = (run, options) => visit(browser, host.url, run, options);

test("a seed paints what generate paints", () => opened(async (page) => {
  const expected = await decodePng(readFileSync(process.env.OASIS_EXPECTED));
  await assertGenerated(page, expected, 2);
  assert.match(await page.textContent("#speed"), /^\d+ ms · wasm(, \d threads)?$/);
}));

test("a redrawn class is that of generate --resample; its network is fetched then", () => opened(async (page) => {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  const [untouched, redrawn] = await Promise.all(["EXPECTED", "REDRAWN"].map((name) =>
    decodePng(readFileSync(process.env[`OASIS_${name}`]))));
  assert.notDeepEqual(redrawn.values, untouched.values);
  await assertGenerated(page, untouched, 2);
  const ofMaps = (urls) => urls.filter((url) => new URL(url).pathname.endsWith(model.noise_map_model.file)).length;
  assert.equal(ofMaps(asked), 0);
  await choose(page, process.env.OASIS_REDRAWN_CLASS);
  await page.click("#redraw");
  await assertPicture(page, redrawn, 2);
  assert.equal(ofMaps(asked), 1);
  await page.click("#redraw-none");
  await assertPicture(page, untouched, 2);
}));

test("a stroke changes the label map and the picture where it is; undo and redo", () => opened(async (page) => {
  const [labels, picture] = [await pixelsOf(page, "labels"), await pixelsOf(page, "picture")];
  const changedRows = (now, then) => new Set(now.flatMap((value, i) =>
    (value === then[i] ? [] : [Math.floor(i / 4 / width)])));
  await choose(page, model.classes[11].name);
  await drag(page, [0.3, 0.2], [0.7, 0.2]);
  await settled(page);
  const painted = await pixelsOf(page, "labels");
  assert.deepEqual(at(painted, width >> 1, Math.floor(0.2 * height)), rgba(11));
  const colors = new Set(model.classes.map(({ id }) => String(rgba(id))));
  for (let i = 0; i < painted.length; i += 4) assert.ok(colors.has(String(painted.slice(i, i + 4))), "a blended edge");
  const rows = changedRows(await pixelsOf(page, "picture"), picture);
  assert.ok(rows.has(Math.floor(0.2 * height)) && !rows.has(height - 1), [...rows].join());
  await page.click("#undo");
  await settled(page);
  assert.deepEqual(await pixelsOf(page, "labels"), labels);
  assert.deepEqual(await pixelsOf(page, "picture"), picture);
  await page.keyboard.press("Control+Shift+z");
  assert.deepEqual(await pixelsOf(page, "labels"), painted);
  assert.ok(await page.isDisabled("#redo"));
}));

