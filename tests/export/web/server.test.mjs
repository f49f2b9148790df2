// The page before a process that paints: what it sends, and what it does with the answers.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { drag, launch, model, pixelsOf, serve, settled, site, visit } from "./browser.mjs";

const { noiseOfSeed } = await import(new URL("../../../export/web/page/noise.js", import.meta.url));
const [height, width] = model.image_size;
const pixels = height * width;
const asked = [];
let host, browser, folder, inFlight = 0, mostInFlight = 0, fails = false;

/** Paints the class ids as grey levels, after 50 ms. */
async function api(request, response) {
  mostInFlight = Math.max(mostInFlight, ++inFlight);
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  asked.push({ url: request.url, body });
  await new Promise((done) => setTimeout(done, 50));
  inFlight--;
  if (fails) {
    response.writeHead(503, { "Content-Type": "application/json" });
    return response.end(JSON.stringify({ error: "the run was removed" }));
  }
  response.writeHead(200, { "Content-Type": "application/octet-stream" });
  response.end(Buffer.from([...body.subarray(0, pixels)].flatMap((id) => [id, id, id])));
}

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "oasis-page-"));
  cpSync(site, folder, { recursive: true, filter: (path) => !path.includes("/litert-") });
  writeFileSync(join(folder, "model.json"), JSON.stringify({ ...model, backend: "server", accepts_noise_map: true }));
  host = await serve(folder, { api });
  browser = await launch();
});
after(async () => { await browser.close(); host.close(); rmSync(folder, { recursive: true }); });

test("a stroke is sent as ids and noise, one request at a time; errors are sentences", () =>
  visit(browser, host.url, async (page) => {
    await page.fill("#seed", "7");
    await page.press("#seed", "Enter");
    await page.getByRole("radio", { name: model.classes[3].name, exact: true }).click();
    for (let row = 1; row < 6; row++) await drag(page, [0.1, row / 8], [0.9, row / 8]);
    await settled(page);
    assert.equal(mostInFlight, 1);
    let { url, body } = asked.at(-1);
    assert.equal(url, "/api/paint");
    assert.equal(body.length, pixels + 4 * model.z_dim);
    const sent = Array.from({ length: model.z_dim }, (_, i) => body.readFloatLE(pixels + 4 * i));
    assert.deepEqual(sent, [...noiseOfSeed(7, model.z_dim)]);
    assert.equal(body[(height >> 1) * width + (width >> 1)], 3);
    const shown = (await pixelsOf(page, "picture")).filter((_, index) => index % 4 === 0);
    assert.deepEqual(shown, [...body.subarray(0, pixels)]);

    await page.click("#redraw");
    await settled(page);
    ({ url, body } = asked.at(-1));
    assert.equal(url, "/api/paint?redrawn=3");
    const redrawn = Array.from({ length: model.z_dim }, (_, i) => body.readFloatLE(pixels + 4 * (model.z_dim + i)));
    assert.deepEqual(redrawn, [...noiseOfSeed(8, model.z_dim)]);
    assert.match(await page.textContent("#speed"), /server$/);

    fails = true;
    await page.click("#dice");
    await page.waitForFunction(() => document.getElementById("message").textContent.includes("removed"));
    assert.equal(await page.textContent("#message"), "The picture could not be painted: the run was removed.");
    fails = false;
    page.faults.length = 0; // the browser itself notes a failed request
    await page.click("#dice");
    await settled(page);
  }));
