// The page's modules without a browser: node --test modules.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const page = new URL("../../../export/web/page/", import.meta.url);
const load = (name) => import(new URL(name, page));
const { noiseMap, noiseOfSeed, shifted } = await load("noise.js");
const { LabelMap, alongLine, dot, fill, line, polygon, rectangle, resized } = await load("label_map.js");
const { History } = await load("history.js");
const { decodePng, encodePng, PngError } = await load("png.js");
const { readLabelPng, writeLabelPng } = await load("label_png.js");
const { packWork, unpackWork, WorkError } = await load("work.js");
const { checkedModel } = await load("model.js");
const { toPixels } = await load("pixels.js");
const { Stroke, PolygonStroke } = await load("tools.js");

const golden = (name) => readFileSync(new URL(`../../golden/${name}`, import.meta.url));
const drawn = (map) => Array.from({ length: map.height }, (_, y) =>
  [...map.ids.subarray(y * map.width, (y + 1) * map.width)].map((id) => ".#+"[id]).join("")).join("\n");
const bytesOf = async (blob) => new Uint8Array(await blob.arrayBuffer());

const model = {
  format: 1, generator: "abc", backend: "server", image_size: [4, 6], num_classes: 3, void_id: 0, z_dim: 4,
  label_kind: "id", directions: [{ name: "brightness", vector: [1, 0, 0, 0], steps: [-3, 3] }],
  classes: [
    { id: 0, name: "void", color: [0, 0, 0], values: [255] },
    { id: 1, name: "sky", color: [10, 20, 30], values: [4, 9] },
    { id: 2, name: "sea", color: [90, 20, 30], values: [2] },
  ],
};

test("a seed gives TensorFlow's noise", () => {
  for (const { seed, noise } of JSON.parse(golden("noise.json"))) {
    noiseOfSeed(seed, noise.length).forEach((value, i) =>
      assert.ok(Math.abs(value - noise[i]) < 1e-6, `seed ${seed}, number ${i}: ${value}, ${noise[i]}`));
  }
});

test("a longer vector begins like a shorter one, and directions are added", () => {
  const noise = noiseOfSeed(7, 9);
  assert.deepEqual([...noiseOfSeed(7, 3)], [...noise.subarray(0, 3)]);
  const moved = shifted(noiseOfSeed(7, 4), model.directions, [2]);
  assert.ok(Math.abs(moved[0] - noise[0] - 2) < 1e-6);
  assert.deepEqual([...moved.subarray(1)], [...noise.subarray(1, 4)]);
});

test("a noise map has each redrawn class's noise on its pixels", () => {
  const [picture, first, second] = [[1, 2], [3, 4], [5, 6]].map((row) => Float32Array.from(row));
  const map = noiseMap(Uint8Array.from([0, 9, 4, 9]), [picture, first, second], [9, 4]);
  assert.deepEqual([...map], [1, 2, 3, 4, 5, 6, 3, 4]);
});

test("round dots are symmetric discs, square ones squares", () => {
  const map = new LabelMap(7, 5);
  dot(map, 3, 2, { size: 5, shape: "round", id: 1 });
  assert.equal(drawn(map), "..###..\n.#####.\n.#####.\n.#####.\n..###..");
  const square = new LabelMap(4, 3);
  dot(square, 0, 0, { size: 3, shape: "square", id: 2 });
  assert.equal(drawn(square), "++..\n++..\n....");
});

test("every size of dot paints about its disc, inside of its square", () => {
  for (let size = 1; size <= 64; size++) {
    const map = new LabelMap(80, 80);
    dot(map, 40, 40, { size, shape: "round", id: 1 });
    const area = map.ids.reduce((sum, id) => sum + id, 0);
    assert.ok(Math.abs(area - Math.PI * size ** 2 / 4) <= size, `size ${size}: ${area}`);
  }
});

test("lines have no gaps and are clipped", () => {
  const seen = [];
  alongLine(0, 0, -5, 2, (x, y) => seen.push([x, y]));
  assert.equal(seen.length, 6);
  for (let i = 1; i < seen.length; i++) {
    assert.ok(Math.max(...seen[i].map((value, axis) => Math.abs(value - seen[i - 1][axis]))) === 1);
  }
  const map = new LabelMap(4, 2);
  line(map, { x: -3, y: 0 }, { x: 9, y: 0 }, { size: 1, shape: "round", id: 1 });
  assert.equal(drawn(map), "####\n....");
});

test("rectangles and polygons are filled to their borders", () => {
  const map = new LabelMap(6, 4);
  rectangle(map, { x: 4, y: 2 }, { x: 2, y: -7 }, 1);
  assert.equal(drawn(map), "..###.\n..###.\n..###.\n......");
  const triangle = new LabelMap(5, 5);
  polygon(triangle, [{ x: 0, y: 0 }, { x: 4, y: 0 }, { x: 0, y: 4 }], 1);
  assert.equal(drawn(triangle), "#####\n####.\n###..\n##...\n#....");
});

test("a fill stops at other classes and at corners", () => {
  const map = new LabelMap(4, 3, Uint8Array.from([0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]));
  fill(map, 3, 0, 2);
  assert.equal(drawn(map), ".#++\n#+++\n+++#");
  fill(map, 3, 0, 2);
});

test("a rectangle follows the pointer, a cancelled stroke leaves nothing", () => {
  const map = new LabelMap(4, 1);
  const stroke = new Stroke(map, { tool: "rectangle", id: 1, voidId: 0, size: 1 }, { x: 0, y: 0 });
  stroke.moveTo({ x: 3, y: 0 });
  stroke.moveTo({ x: 1, y: 0 });
  assert.equal(drawn(map), "##..");
  stroke.cancel();
  assert.equal(drawn(map), "....");
  const made = new PolygonStroke(map, { id: 1 }, { x: 0, y: 0 });
  assert.equal(made.add({ x: 2, y: 0 }, 0), false);
  made.moveTo({ x: 3, y: 0 });
  made.finish();
  assert.equal(drawn(map), "###.");
});

test("150 strokes are undone and redone", () => {
  const map = new LabelMap(20, 10);
  const history = new History();
  const states = [map.ids.slice()];
  for (let i = 0; i < 150; i++) {
    const before = map.ids.slice();
    map.ids[(i * 37) % 200] = 1;
    map.ids[i] = 2;
    assert.ok(history.record(before, map));
    states.push(map.ids.slice());
  }
  assert.equal(history.record(map.ids.slice(), map), false);
  for (let i = 149; i >= 0; i--) { assert.ok(history.undo(map)); assert.deepEqual(map.ids, states[i]); }
  assert.equal(history.undo(map), false);
  for (let i = 1; i <= 150; i++) { assert.ok(history.redo(map)); assert.deepEqual(map.ids, states[i]); }
  history.undo(map);
  const before = map.ids.slice();
  map.ids[199] = 2;
  history.record(before, map);
  assert.equal(history.canRedo, false);
});

test("PNGs keep their bytes", async () => {
  const values = Uint8Array.from({ length: 21 }, (_, i) => i * 11);
  const rgb = await decodePng(await bytesOf(await encodePng({ width: 7, height: 1, values })));
  assert.deepEqual([rgb.width, rgb.height, rgb.channels, rgb.palette], [7, 1, 3, null]);
  assert.deepEqual(rgb.values, values);
  const original = await decodePng(golden("palette_original.png"));
  assert.equal(original.channels, 1);
  assert.ok(original.palette.length >= 3 * (1 + Math.max(...original.values)));
});

test("PNGs by Pillow are read: filters, depths, channels", async () => {
  const made = JSON.parse(process.env.OASIS_PNGS ?? "[]");
  for (const { name, png, values } of made) {
    const decoded = await decodePng(Buffer.from(png, "base64"));
    assert.deepEqual([...decoded.values], values, name);
  }
});

test("broken PNGs are refused", async () => {
  const values = new Uint8Array(300).map((_, i) => i);
  const good = await bytesOf(await encodePng({ width: 10, height: 10, values }));
  for (const bytes of [new Uint8Array(0), new TextEncoder().encode("no PNG"), good.subarray(0, 60), good.subarray(0, 20)]) {
    await assert.rejects(decodePng(bytes), PngError);
  }
  for (let place = 8; place < good.length; place += 3) {
    const bad = good.slice();
    bad[place] ^= 0x55;
    await assert.rejects(decodePng(bad), PngError, `byte ${place}`);
  }
});

test("label maps come back from their PNG, by ids and by colours", async () => {
  const map = new LabelMap(6, 4, Uint8Array.from({ length: 24 }, (_, i) => i % 3));
  const ids = await bytesOf(await writeLabelPng(map, model));
  const png = await decodePng(ids);
  assert.deepEqual([...png.values.subarray(0, 3)], [255, 4, 2]);
  assert.deepEqual([...png.palette.subarray(12, 15)], [10, 20, 30]);
  assert.deepEqual((await readLabelPng(ids, model)).ids, map.ids);
  const byColor = { ...model, label_kind: "color", classes: model.classes.map((entry) => ({ ...entry, values: [entry.color] })) };
  const colors = await bytesOf(await writeLabelPng(map, byColor));
  assert.equal((await decodePng(colors)).channels, 3);
  assert.deepEqual((await readLabelPng(colors, byColor)).ids, map.ids);
  assert.deepEqual((await readLabelPng(colors, model)).ids, map.ids);
});

test("a wrong id or colour is named with its place", async () => {
  const palette = new Uint8Array(30).fill(200);
  const ids = await bytesOf(await encodePng({ width: 2, height: 1, values: Uint8Array.from([4, 7]), palette }));
  await assert.rejects(readLabelPng(ids, model), /column 1, row 0 has the id 7, which no class has/);
  const colors = await bytesOf(await encodePng({ width: 1, height: 1, values: Uint8Array.from([1, 2, 3]) }));
  await assert.rejects(readLabelPng(colors, model), /colour \(1, 2, 3\), which no class has/);
  const without = { ...model, classes: model.classes.map((entry) => (entry.id ? entry : { ...entry, values: [] })) };
  await assert.rejects(writeLabelPng(new LabelMap(1, 1), without), /cannot hold void/);
});

test("work goes through a link and comes back; others' and broken links are refused", async () => {
  const map = new LabelMap(6, 4, Uint8Array.from({ length: 24 }, (_, i) => i % 3));
  const work = { map, seed: 2 ** 40, redrawn: { 2: 8 }, amounts: [1.5] };
  const text = await packWork(work, model);
  assert.match(text, /^[\w-]+$/);
  const found = await unpackWork(text, model);
  assert.deepEqual(found.map.ids, map.ids);
  assert.deepEqual([found.seed, found.redrawn, found.amounts], [2 ** 40, { 2: 8 }, [1.5]]);
  await assert.rejects(unpackWork(text, { ...model, generator: "other" }), /another network/);
  await assert.rejects(unpackWork(text, { ...model, num_classes: 2, directions: model.directions }), WorkError);
  for (const broken of ["", "2abc", "1", "1!!", text.slice(0, -4), "1".repeat(5_000_000)]) {
    await assert.rejects(unpackWork(broken, model), WorkError, broken.slice(0, 20));
  }
  const bomb = await packWork({ ...work, map: new LabelMap(4096, 4096) }, model);
  assert.ok(bomb.length < 40_000);
  await assert.rejects(unpackWork(bomb, model), /damaged/);
  const wrong = await packWork({ ...work, seed: -1 }, model);
  await assert.rejects(unpackWork(wrong, model), /out of range/);
});

test("maps of other sizes are resized by the nearest pixel", () => {
  const map = new LabelMap(4, 2, Uint8Array.from([0, 0, 1, 1, 2, 2, 0, 0]));
  assert.equal(drawn(resized(map, 2, 2)), ".#\n+.");
  assert.equal(drawn(resized(map, 4, 4)), "..##\n..##\n++..\n++..");
});

test("a model.json that cannot be used is refused with a sentence", () => {
  assert.equal(checkedModel(model).seed, 0);
  for (const wrong of [null, {}, { ...model, format: 2 }, { ...model, image_size: [0, 4] }, { ...model, num_classes: 400 },
    { ...model, classes: [] }, { ...model, backend: "x" }]) {
    assert.throws(() => checkedModel(wrong), /^Error: model\.json cannot be used: .*\.$/);
  }
});

test("images become pixels: rounded, clipped, opaque", () => {
  assert.deepEqual([...toPixels(Float32Array.from([0, 0.5, 1.2]))], [0, 128, 255, 255]);
  assert.deepEqual([...toPixels(Uint8Array.from([3, 4, 5]))], [3, 4, 5, 255]);
});
