// Run by web_page.py: node web_page.mjs SITE CHROMIUM STROKES -> one JSON line for each back end.

process.env.OASIS_SITE = process.argv[2];
process.env.OASIS_CHROMIUM = process.argv[3];
process.env.OASIS_NODE = new URL("../.node/node_modules", import.meta.url).pathname;
const { launch, open, serve, settled, site } = await import("../tests/export/web/browser.mjs");
const strokes = Number(process.argv[4]);
const host = await serve(site);
const browser = await launch();

/** In the page: paints dots, one after the other; milliseconds from pointer to drawn picture. */
async function measure(count) {
  const labels = document.getElementById("labels");
  const picture = document.getElementById("picture");
  const box = labels.getBoundingClientRect();
  const drawn = () => new Promise((done) => {
    const watch = new MutationObserver(() => {
      if (picture.ariaBusy !== "false") return;
      watch.disconnect();
      done();
    });
    watch.observe(picture, { attributes: true });
  });
  const times = [];
  for (let i = 0; i < count; i++) {
    const [clientX, clientY] = [0.1 + 0.8 * ((i * 0.618) % 1), 0.1 + 0.8 * ((i * 0.382) % 1)];
    const at = {
      clientX: box.left + clientX * box.width, clientY: box.top + clientY * box.height,
      pointerId: 1, pointerType: "pen", button: 0, buttons: 1, bubbles: true,
    };
    const begun = performance.now();
    labels.dispatchEvent(new PointerEvent("pointerdown", at));
    await drawn();
    times.push(performance.now() - begun);
    labels.dispatchEvent(new PointerEvent("pointerup", at));
    await drawn();
    await new Promise((done) => setTimeout(done, 20));
  }
  return times;
}

for (const threads of [1, 2]) {
  const begun = performance.now();
  const page = await open(browser, host.url, { query: `?backend=wasm&threads=${threads}` });
  await settled(page);
  const first = performance.now() - begun;
  await page.evaluate(measure, 10);
  const times = await page.evaluate(measure, strokes);
  await page.reload(); // from a warm cache
  const reloaded = await page.evaluate(() => new Promise((done) => {
    const waiting = document.getElementById("waiting");
    const look = () => (waiting.hidden ? done(performance.now()) : setTimeout(look, 5));
    look();
  }));
  console.log(JSON.stringify({ threads, times, first, reloaded }));
  await page.context().close();
}
await browser.close();
host.close();
