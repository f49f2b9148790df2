// Keeps the page's files for use without a network, and adds the headers that threads need.
// Files are asked for at the host first, so that a new export is seen at once, and none is mixed
// with an old one. Those whose address names their content, the network and LiteRT.js, are taken
// from the cache: they are 17 MB.

const CACHE = "oasis-paint-2";
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "cross-origin",
};

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), forget()])));

/** Removes the caches of earlier versions. */
async function forget() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("oasis-paint-") && name !== CACHE)
    .map((name) => caches.delete(name)));
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith("http")) return;
  event.respondWith(answer(request));
});

/** Whether another content has another address. */
function isFixed({ searchParams, pathname }) {
  return searchParams.has("sha256") || /\/litert-[\d.]+\//.test(pathname);
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  if (isFixed(new URL(request.url))) {
    const kept = await cache.match(request);
    if (kept) return withHeaders(kept);
  }
  try {
    const response = await fetch(request);
    if (response.ok && response.type !== "opaque") await keep(cache, request, response.clone());
    return withHeaders(response);
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return withHeaders(kept);
    throw error;
  }
}

/** In place of what the address held before, under whatever SHA-256. */
async function keep(cache, request, response) {
  await cache.delete(request, { ignoreSearch: true });
  await cache.put(request, response);
}

function withHeaders(response) {
  if (response.type === "opaque" || response.type === "opaqueredirect") return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
