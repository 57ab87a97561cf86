/** Requests with the token of this window. An answer that refuses it logs the window out. */

import { noteReach, sayLoggedOut } from "./banner.js";
import { byId } from "./dom.js";
import { presenting, send } from "./exchange.js";
import { held } from "./held.js";
import { Life } from "./life.js";
import { sendAndShow, show } from "./wire.js";
import { tokenRefused } from "./words.js";

const life = new Life(byId("life"), "What is left of the token's life");

held.addEventListener("change", () => life.clear());

/** Sends with the token of this window, or without one where it has none. */
export async function sendMine(method, path, { headers, ...more } = {}) {
  const sender = held.current;
  const all = sender ? presenting(sender, headers) : headers;
  const exchange = await sendAndShow(method, path, { headers: all, ...more });
  hear(sender, exchange);
  return exchange;
}

/** Looks whether the token lives, and renews nothing; shown on the wire if it is refused alone. */
export async function look() {
  const sender = held.current;
  const headers = presenting(sender, { "Token-Passive": "true" });
  const exchange = await send("GET", "/api/whoami", { headers });
  noteReach(exchange);
  if (exchange.status !== 200 && !exchange.failure) {
    show(exchange);
  }
  hear(sender, exchange);
  return exchange;
}

/** An answer that was overtaken by a log-out says nothing about what is held now. */
function hear(sender, exchange) {
  if (!sender || sender !== held.current) {
    return;
  }
  if (tokenRefused(exchange)) {
    held.drop();
    sayLoggedOut(exchange);
  } else if (exchange.json?.remaining === null) {
    life.never();
  } else {
    life.heard(exchange);
  }
}
