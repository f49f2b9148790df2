// A photograph beside the label map, to look at or to trace.

import { say } from "./message.js";

const MOST_SIDE = 2048; // pixels that are kept of a photograph

/** Returns function(file), which shows a photograph. */
export function bindReference(session) {
  const [section, image, trace] = ["reference-section", "reference", "trace"].map((id) => document.getElementById(id));
  let bitmap = null;
  const apply = () => {
    session.view.reference = trace.checked ? bitmap : null;
    session.view.drawUnder();
  };
  trace.onchange = () => {
    apply();
    const opacity = document.getElementById("opacity");
    if (trace.checked && Number(opacity.value) > 60) {
      opacity.value = 50;
      opacity.dispatchEvent(new Event("input"));
    }
  };
  document.getElementById("reference-close").onclick = () => {
    section.hidden = true;
    bitmap = null;
    trace.checked = false;
    apply();
  };
  return async (file) => {
    try {
      const whole = await createImageBitmap(file);
      const scale = Math.min(1, MOST_SIDE / Math.max(whole.width, whole.height));
      const size = { resizeWidth: Math.ceil(whole.width * scale), resizeHeight: Math.ceil(whole.height * scale) };
      bitmap = scale < 1 ? await createImageBitmap(whole, size) : whole;
    } catch {
      say(`${file.name} was not opened: it is no picture that this browser reads.`, { isBad: true });
      return;
    }
    URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(file);
    section.hidden = false;
    apply();
    section.scrollIntoView({ block: "nearest" });
    say(`Opened ${file.name} as a reference.`);
  };
}
