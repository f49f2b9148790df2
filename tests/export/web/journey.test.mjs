// All of the page in Chromium, on wasm; see browser.mjs for the environment.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { AXE, drag, launch, model, open, pixelsOf, serve, settled, site, visit } from "./browser.mjs";

const { decodePng } = await import(new URL("../../../export/web/page/png.js", import.meta.url));
const [height, width] = model.image_size;
const SKY = 1;
const message = (page) => page.textContent("#message");
const rgba = (id) => [...model.classes[id].color, 255];
const at = (pixels, x, y) => pixels.slice((y * width + x) * 4, (y * width + x) * 4 + 4);
const choose = (page, name) => page.getByRole("radio", { name, exact: true }).click();

let host, browser;
before(async () => { host = await serve(site); browser = await launch(); });
after(async () => { await browser.close(); host.close(); });
const opened = (run, options) => visit(browser, host.url, run, options);

test("fill, rectangle, polygon, eyedropper, eraser, clear", () => opened(async (page) => {
  await page.click("#clear");
  await choose(page, model.classes[SKY].name);
  await page.keyboard.press("r");
  await drag(page, [0.1, 0.1], [0.4, 0.4]);
  await choose(page, model.classes[2].name);
  await page.getByRole("button", { name: "Fill" }).click();
  await drag(page, [0.8, 0.8]);
  let labels = await pixelsOf(page, "labels");
  assert.deepEqual(at(labels, 0, 0), rgba(2));
  assert.deepEqual(at(labels, Math.floor(0.2 * width), Math.floor(0.2 * height)), rgba(SKY));
  await page.keyboard.press("i");
  await drag(page, [0.2, 0.2]);
  assert.equal(await page.getByRole("radio", { name: model.classes[SKY].name, exact: true }).getAttribute("aria-checked"), "true");
  await page.keyboard.press("p");
  for (const corner of [[0.5, 0.5], [0.9, 0.5], [0.9, 0.9]]) await drag(page, corner);
  await page.keyboard.press("Enter");
  await page.keyboard.press("e");
  await drag(page, [0.1, 0.9]);
  labels = await pixelsOf(page, "labels");
  assert.deepEqual(at(labels, Math.floor(0.85 * width), Math.floor(0.6 * height)), rgba(SKY));
  assert.deepEqual(at(labels, Math.floor(0.55 * width), Math.floor(0.85 * height)), rgba(2));
  assert.deepEqual(at(labels, Math.floor(0.1 * width), Math.floor(0.9 * height)), rgba(model.void_id));
  await page.click("#clear");
  assert.ok((await pixelsOf(page, "labels")).every((value, i) => value === rgba(0)[i % 4]));
}));

test("a wrong file is a sentence, and nothing is lost; a right one is opened", () => opened(async (page) => {
  const labels = await pixelsOf(page, "labels");
  const give = (name, buffer) => page.setInputFiles("#file", { name, mimeType: "image/png", buffer });
  const good = readFileSync(`${site}/${model.examples[1].file}`);
  await give("torn.png", good.subarray(0, 60));
  await page.waitForFunction(() => document.getElementById("message").textContent);
  assert.equal(await message(page), "torn.png was not opened: it is cut short.");
  await give("text.png", Buffer.from("hello"));
  await page.waitForFunction(() => document.getElementById("message").textContent.includes("text.png"));
  assert.equal(await message(page), "text.png was not opened: it is not a PNG.");
  assert.deepEqual(await pixelsOf(page, "labels"), labels);
  await give("good.png", good);
  await page.waitForFunction(() => document.getElementById("message").textContent.startsWith("Opened"));
  assert.notDeepEqual(await pixelsOf(page, "labels"), labels);
  await page.click("#undo");
  assert.deepEqual(await pixelsOf(page, "labels"), labels);
  await page.setInputFiles("#photo-file", { name: "no.jpg", mimeType: "image/jpeg", buffer: Buffer.from("x") });
  await page.waitForFunction(() => document.getElementById("message").textContent.startsWith("no.jpg"));
  await page.setInputFiles("#photo-file", { name: "photo.png", mimeType: "image/png", buffer: good });
  await page.locator("#reference-section").waitFor();
}));

test("saved label maps open again as they were", () => opened(async (page) => {
  await choose(page, model.classes[3].name);
  await drag(page, [0.2, 0.3], [0.6, 0.7]);
  const labels = await pixelsOf(page, "labels");
  const saving = page.waitForEvent("download");
  await page.click("#save-labels");
  const path = await (await saving).path();
  const png = await decodePng(readFileSync(path));
  assert.deepEqual([png.width, png.height, png.channels], [width, height, 1]);
  await page.click("#clear");
  await page.setInputFiles("#file", { name: "mine.png", mimeType: "image/png", buffer: readFileSync(path) });
  await page.waitForFunction(() => document.getElementById("message").textContent.startsWith("Opened"));
  assert.deepEqual(await pixelsOf(page, "labels"), labels);
}));

test("a reload keeps the work, and a link carries it to another visitor", () => opened(async (page) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await drag(page, [0.2, 0.5], [0.8, 0.5]);
  await page.fill("#seed", "123");
  await page.press("#seed", "Enter");
  await settled(page);
  const [labels, picture] = [await pixelsOf(page, "labels"), await pixelsOf(page, "picture")];
  await page.click("#share");
  await page.waitForFunction(() => document.getElementById("message").textContent.startsWith("Copied a link"));
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await page.waitForTimeout(500);
  await page.reload();
  await page.locator("#waiting").waitFor({ state: "hidden" });
  await settled(page);
  assert.equal(await page.inputValue("#seed"), "123");
  assert.deepEqual(await pixelsOf(page, "labels"), labels);
  assert.deepEqual(await pixelsOf(page, "picture"), picture);
  await opened(async (other) => {
    assert.equal(await other.inputValue("#seed"), "123");
    assert.deepEqual(await pixelsOf(other, "labels"), labels);
  }, { query: `?backend=wasm${new URL(link).hash}` });
  await opened(async (other) => {
    assert.equal(await message(other), "The link was not opened: it is damaged or cut short.");
  }, { query: "?backend=wasm#work=1abcd" });
}));

test("seeds side by side, a direction, the lock", () => opened(async (page) => {
  await page.click("#compare");
  await page.locator("#thumbnails button").nth(7).waitFor();
  await drag(page, [0.5, 0.5]);
  await page.waitForFunction(() => [...document.querySelectorAll("#thumbnails canvas")].every((canvas) =>
    canvas.getContext("2d").getImageData(0, 0, 1, 1).data[3] === 255));
  const thumbnail = await page.evaluate(() => {
    const canvas = document.querySelectorAll("#thumbnails canvas")[3];
    return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
  });
  const seed = Number(await page.inputValue("#seed"));
  await page.locator("#thumbnails button").nth(3).click();
  await settled(page);
  assert.equal(await page.inputValue("#seed"), String(seed + 3));
  assert.deepEqual(await pixelsOf(page, "picture"), thumbnail);
  await page.locator("#directions input").first().fill("2");
  await settled(page);
  assert.notDeepEqual(await pixelsOf(page, "picture"), thumbnail);
  await page.locator("#directions input").first().fill("0");
  await settled(page);
  assert.deepEqual(await pixelsOf(page, "picture"), thumbnail);
  await page.click("#lock");
  await page.keyboard.press("d");
  assert.equal(await page.inputValue("#seed"), String(seed + 3));
  await page.click("#lock");
  await page.click("#dice");
  assert.notEqual(await page.inputValue("#seed"), String(seed + 3));
}));

test("by keyboard alone: a class, a dot, the help sheet", () => opened(async (page) => {
  await page.keyboard.press("/");
  await page.keyboard.type(model.classes[5].name);
  await page.keyboard.press("Enter");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Enter");
  await settled(page);
  assert.deepEqual(at(await pixelsOf(page, "labels"), (width >> 1) + 1, Math.min((height >> 1) + 10, height - 1)), rgba(5));
  assert.equal(await page.locator("#recent button").count(), 1);
  await page.keyboard.press("?");
  assert.ok(await page.locator("#sheet").isVisible());
  await page.keyboard.press("Escape");
}));

test("two fingers zoom, and leave the label map alone", () => opened(async (page) => {
  const labels = await pixelsOf(page, "labels");
  await page.evaluate(() => {
    const canvas = document.getElementById("labels");
    const box = canvas.getBoundingClientRect();
    const send = (kind, id, x) => canvas.dispatchEvent(new PointerEvent(kind, {
      pointerId: id, pointerType: "touch", clientX: box.left + x, clientY: box.top + 100, bubbles: true, button: 0, buttons: 1,
    }));
    send("pointerdown", 11, 100);
    send("pointerdown", 12, 140);
    send("pointermove", 12, 220);
    send("pointerup", 11, 100);
    send("pointerup", 12, 220);
  });
  assert.deepEqual(await pixelsOf(page, "labels"), labels);
  assert.equal(await page.textContent("#zoom-value"), "300%");
  await page.keyboard.press("0");
  assert.equal(await page.textContent("#zoom-value"), "100%");
}, { hasTouch: true }));

test("axe finds nothing serious, in light, dark and on a telephone", async () => {
  for (const options of [{}, { colorScheme: "dark" }, { viewport: { width: 390, height: 844 } }]) {
    await opened(async (page) => {
      await page.click("#compare");
      await page.addScriptTag({ path: AXE }).catch(() => {});
      const found = await page.evaluate(() => axe.run());
      const serious = found.violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
      assert.deepEqual(serious.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), []);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      assert.equal(wide, false, "the page is wider than the window");
    }, { bypassCSP: true, ...options });
  }
});

test("a host without headers: the service worker isolates the page and serves it without a network", async () => {
  const plain = await serve(site, { isIsolated: false });
  const page = await open(browser, plain.url, { query: "" });
  try {
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
    await settled(page);
    plain.close();
    await page.context().setOffline(true);
    await page.reload();
    await page.locator("#waiting").waitFor({ state: "hidden" });
  } finally {
    await page.context().close();
    plain.close();
  }
});

test("the policy refuses scripts in the page and requests to other hosts", () => opened(async (page) => {
  const refused = await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.wasRun = true";
    document.head.append(script);
    const isFetched = await fetch("https://example.com/").then(() => true, () => false);
    return !window.wasRun && !isFetched;
  });
  assert.ok(refused);
  assert.ok(page.faults.every((fault) => fault.includes("Content Security Policy")), page.faults.join());
  for (const part of ["script-src", "connect-src"]) {
    assert.ok(page.faults.some((fault) => fault.includes(part)), part);
  }
  page.faults.length = 0;
}));
