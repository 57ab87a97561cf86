/** The buttons that call the protected resources. */

import { byId, hush, make, say } from "./dom.js";
import { held } from "./held.js";
import { sendMine } from "./mine.js";
import { sendAndShow } from "./wire.js";
import { words } from "./words.js";

const said = byId("calls-said");

export function startCalls() {
  for (const button of document.querySelectorAll("[data-path]")) {
    const { method, path } = button.dataset;
    const about = make("small", {}, button.textContent);
    button.replaceChildren(make("span", { class: "verb" }, method), " ", make("code", {}, path), " ", about);
    button.addEventListener("click", () => call(button));
  }
}

async function call(button) {
  hush(said);
  button.setAttribute("aria-busy", "true");
  const exchange = await sent(button.dataset);
  button.removeAttribute("aria-busy");
  const { tone, text } = words(exchange);
  say(said, { tone, text: `${button.dataset.method} ${button.dataset.path}: ${text}` });
}

function sent({ method, path, body, with: what }) {
  if (what === "nothing") {
    return sendAndShow(method, path);
  }
  if (what === "forged") {
    return sendAndShow(method, path, { headers: { Authorization: "Bearer " + forged() } });
  }
  const headers = body ? { "Content-Type": "application/json" } : {};
  return sendMine(method, path, { headers: what === "passive" ? { "Token-Passive": "true" } : headers, body });
}

/** The token of this window with one character of its ciphertext changed. */
function forged() {
  const parts = (held.current?.token ?? "a..b.c.d").split(".");
  parts[3] = (parts[3].startsWith("A") ? "B" : "A") + parts[3].slice(1);
  return parts.join(".");
}
