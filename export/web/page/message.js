/** Shows one sentence in the status line; screen readers speak it. */
export function say(text, { isBad = false } = {}) {
  const message = document.getElementById("message");
  message.classList.toggle("bad", isBad);
  message.textContent = text;
}
