// A picture of the page for the documentation, see docs/paint.md:
//   node tests/export/web/screenshot.mjs SITE OUT.png [light | dark | phone]

process.env.OASIS_SITE = process.argv[2];
process.env.OASIS_CHROMIUM ??= "/usr/bin/chromium";
process.env.OASIS_NODE ??= new URL("../../../.node/node_modules", import.meta.url).pathname;
const { drag, launch, open, serve, settled, site } = await import("./browser.mjs");

const LOOKS = {
  light: { viewport: { width: 1120, height: 680 } },
  dark: { viewport: { width: 1120, height: 680 }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, deviceScaleFactor: 2 },
};
const host = await serve(site);
const browser = await launch();
const page = await open(browser, host.url, LOOKS[process.argv[4] ?? "light"]);
await page.locator("#examples button").first().click();
await page.getByRole("radio", { name: "tree", exact: true }).click();
await drag(page, [0.16, 0.5], [0.18, 0.72]);
await page.click("#compare");
await page.waitForFunction(() => [...document.querySelectorAll("#thumbnails canvas")].every((canvas) =>
  canvas.getContext("2d").getImageData(0, 0, 1, 1).data[3] === 255));
await settled(page);
await page.evaluate(() => {
  document.getElementById("message").textContent = "";
  window.scrollTo(0, 0);
});
await page.screenshot({ path: process.argv[3] });
await browser.close();
host.close();
