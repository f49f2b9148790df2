// Files in and out: open, drop, paste, save, copy.

const MOST_BYTES = 64 * 2 ** 20;

/** Calls on.labels(bytes, name) or on.photo(file) for what is opened, dropped or pasted. */
export function receiveFiles(on) {
  const inputs = { file: (file) => openLabels(file, on), "photo-file": on.photo };
  for (const [id, take] of Object.entries(inputs)) {
    document.getElementById(id).addEventListener("change", ({ target }) => {
      if (target.files[0]) take(target.files[0]);
      target.value = "";
    });
  }
  const take = (file) => (file.type === "image/png" || !file.type.startsWith("image/")
    ? openLabels(file, on) : on.photo(file));
  window.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("drops");
  });
  window.addEventListener("dragleave", () => document.body.classList.remove("drops"));
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("drops");
    const [file] = event.dataTransfer.files;
    if (file) (event.target.closest?.("aside") ? on.photo : take)(file);
  });
  window.addEventListener("paste", (event) => {
    const [file] = event.clipboardData.files;
    if (file) take(file);
  });
}

async function openLabels(file, on) {
  if (file.size > MOST_BYTES) return on.refused(file.name, "it has more than 64 MB");
  on.labels(new Uint8Array(await file.arrayBuffer()), file.name || "The pasted picture");
}

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export const pngOf = (canvas) => new Promise((done) => canvas.toBlob(done, "image/png"));
