// The service worker: files for use without a network, and the headers that threads need.

const MARK = "oasis-reloaded";

/** Registers it; reloads once where only its headers are missing for threads. */
export async function startServiceWorker() {
  if (!navigator.serviceWorker || !window.isSecureContext) return;
  try {
    await navigator.serviceWorker.register("service_worker.js");
    if (window.crossOriginIsolated || sessionStorage.getItem(MARK)) return;
    await navigator.serviceWorker.ready;
    sessionStorage.setItem(MARK, "1"); // once: some browsers take no headers from it
    location.reload();
    await new Promise(() => {});
  } catch {
    // without it the page works, on one thread and with a network
  }
}
