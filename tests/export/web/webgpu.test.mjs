// The page on WebGPU, by SwiftShader on the CPU; see browser.mjs for the environment.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { assertGenerated, launch, serve, site, visit } from "./browser.mjs";

const { decodePng } = await import(new URL("../../../export/web/page/png.js", import.meta.url));

let host, browser;
before(async () => {
  host = await serve(site);
  browser = await launch("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader");
});
after(async () => { await browser.close(); host.close(); });

test("WebGPU paints what generate paints, again and again", () => visit(browser, host.url, async (page) => {
  const expected = await decodePng(readFileSync(process.env.OASIS_EXPECTED));
  for (let time = 0; time < 3; time++) {
    await page.click("#dice");
    await assertGenerated(page, expected, 2);
  }
  assert.match(await page.textContent("#speed"), /WebGPU$/);
}, { query: "?backend=webgpu" }));

test("left to itself, the page keeps wasm where WebGPU is slower", () => visit(browser, host.url, async (page) => {
  await page.waitForTimeout(3000);
  const expected = await decodePng(readFileSync(process.env.OASIS_EXPECTED));
  await assertGenerated(page, expected, 2);
  assert.match(await page.textContent("#speed"), /wasm/);
}, { query: "" }));
