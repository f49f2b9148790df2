// Starts the page: reads model.json, puts the parts together.

import { placeIcons } from "./icons.js";
import { fetchModel } from "./model.js";
import { say } from "./message.js";
import { startServiceWorker } from "./offline.js";
import { Session } from "./session.js";
import { bindControls } from "./controls.js";

placeIcons();

async function start() {
  const [model] = await Promise.all([fetchModel(), startServiceWorker()]);
  document.getElementById("network").textContent = model.name;
  document.title = `${model.name} – paint labels, see the photograph`;
  const session = new Session(model);
  bindControls(session);
  await session.begin();
}

start().catch((error) => {
  document.getElementById("waiting").textContent = "The page could not be started.";
  say(error.message, { isBad: true });
});
