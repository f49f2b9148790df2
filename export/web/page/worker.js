// Paints in a worker (a classic one: LiteRT.js loads its wasm with importScripts).
//
// In: {kind: "start", model, base, backend, threads}, then {kind: "paint", id, ids, vectors, classes}
// with ids Uint8Array(h * w), vectors a list of Float32Array(z_dim): the noise of the picture, then
// that of each class in `classes`.
// Out: {kind: "ready", label}, {kind: "backend", label}, {kind: "painted", id, pixels, ms} with
// pixels Uint8ClampedArray(h * w * 4), {kind: "failed", id, message}, {kind: "fatal", message}.

let painter = null;
let lastRequest = null;

self.onmessage = async ({ data }) => {
  try {
    if (data.kind === "start") await start(data);
    else await answer(data);
  } catch (error) {
    const message = String(error?.message ?? error);
    self.postMessage({ kind: data.kind === "start" ? "fatal" : "failed", id: data.id, message });
  }
};

async function start({ model, base, backend, threads }) {
  const { LiteRTPainter } = await import("./litert_painter.js");
  const { ServerPainter } = await import("./server_painter.js");
  const Painter = model.backend === "server" ? ServerPainter : LiteRTPainter;
  painter = new Painter(model, new URL(base));
  await painter.start({ backend, threads });
  self.postMessage({ kind: "ready", label: painter.label });
}

async function answer(request) {
  const before = performance.now();
  const pixels = await painter.paint(request);
  const ms = performance.now() - before;
  self.postMessage({ kind: "painted", id: request.id, pixels, ms }, [pixels.buffer]);
  if (lastRequest === null && painter.improve) improve(request);
  lastRequest = request;
}

/** Looks for a faster back end once there is a first picture. */
async function improve(request) {
  if (await painter.improve(request)) self.postMessage({ kind: "backend", label: painter.label });
}
