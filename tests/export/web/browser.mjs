// A browser and a host for the page's tests: `OASIS_NODE` is the folder of node_modules,
// `OASIS_SITE` the folder that `export web` wrote.

import assert from "node:assert/strict";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";

const require = createRequire(`${process.env.OASIS_NODE}/`);
const { chromium } = require("playwright-core");
export const site = process.env.OASIS_SITE;
export const model = JSON.parse(readFileSync(`${site}/model.json`));
export const AXE = require.resolve("axe-core/axe.min.js");

const TYPES = {
  ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json",
  ".wasm": "application/wasm", ".svg": "image/svg+xml", ".png": "image/png",
};
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Serves a folder on 127.0.0.1; with `isIsolated` as a host that sends COOP and COEP. */
export async function serve(folder, { isIsolated = true, api = null } = {}) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://host");
    if (api && pathname.startsWith("/api/")) return api(request, response);
    const file = join(folder, normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
    if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404);
      return response.end();
    }
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    response.writeHead(200, { "Content-Type": type, ...(isIsolated ? ISOLATION : {}) });
    createReadStream(file).pipe(response);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => { server.close(); server.closeAllConnections(); } };
}

export function launch(...flags) {
  return chromium.launch({ executablePath: process.env.OASIS_CHROMIUM, args: ["--no-sandbox", ...flags] });
}

/** Opens the page in a context of its own; notes errors and foreign requests in `page.faults`. */
export async function open(browser, url, options = {}) {
  const { context: given, query = "?backend=wasm", isPainted = true, ...rest } = options;
  const context = given ?? await browser.newContext({ viewport: { width: 1280, height: 760 }, ...rest });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.faults = [];
  page.on("console", (message) => message.type() === "error" && page.faults.push(message.text()));
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("request", (request) => {
    const asked = request.url();
    if (!asked.startsWith(url) && !/^(blob|data):/.test(asked)) page.faults.push(`asked for ${asked}`);
  });
  await page.goto(url + query);
  if (isPainted) await page.locator("#waiting").waitFor({ state: "hidden" });
  return page;
}

/** Waits until nothing is in flight: the picture belongs to the label map. */
export async function settled(page) {
  await page.waitForFunction(() => document.getElementById("picture").ariaBusy === "false");
}

/** RGBA of a canvas, as a list. */
export function pixelsOf(page, id) {
  return page.evaluate((name) => {
    const canvas = document.getElementById(name);
    return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
  }, id);
}

/** Drags the mouse over the label map; points as fractions of its width and height. */
export async function drag(page, ...points) {
  const box = await page.locator("#labels").boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps: 4 });
  await page.mouse.up();
}

/** Opens the page, runs `run(page)`, asserts that nothing went wrong meanwhile, closes it. */
export async function visit(browser, url, run, options) {
  const page = await open(browser, url, options);
  try {
    await settled(page);
    await run(page);
    assert.deepEqual(page.faults, []);
  } finally {
    await page.context().close();
  }
}

/** Asserts that the picture is `generate --seed 7`'s within a number of grey levels. */
export async function assertGenerated(page, expected, levels) {
  await page.fill("#seed", "7");
  await page.press("#seed", "Enter");
  await assertPicture(page, expected, levels);
}

export async function assertPicture(page, expected, levels) {
  await settled(page);
  const found = (await pixelsOf(page, "picture")).filter((_, index) => index % 4 < 3);
  const apart = found.map((value, index) => Math.abs(value - expected.values[index]));
  assert.ok(Math.max(...apart) <= levels, `${Math.max(...apart)} levels`);
  assert.ok(Math.max(...expected.values) - Math.min(...expected.values) > 60, "without contrast");
}
