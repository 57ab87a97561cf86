/** Requests with the token of this window. An answer that refuses the token logs the window out. */

import { noteReach, sayLoggedOut } from "./banner.js";
import { byId } from "./dom.js";
import { presenting, send } from "./exchange.js";
import { held } from "./held.js";
import { Life } from "./life.js";
import { sendAndShow, show } from "./wire.js";
import { tokenRefused } from "./words.js";

const life = new Life(byId("life"), "Remaining lifetime of the token");

held.addEventListener("change", () => life.clear());

/** Sends a request with the token of this window, or without a token if it has none. */
export async function sendMine(method, path, { headers, ...more } = {}) {
  const sender = held.current;
  const all = sender ? presenting(sender, headers) : headers;
  const exchange = await sendAndShow(method, path, { headers: all, ...more });
  handle(sender, exchange);
  return exchange;
}

/** Checks the token without renewing it. The exchange is shown only if it is not answered with 200. */
export async function look() {
  const sender = held.current;
  const headers = presenting(sender, { "Token-Passive": "true" });
  const exchange = await send("GET", "/api/whoami", { headers });
  noteReach(exchange);
  if (exchange.status !== 200 && !exchange.failure) {
    show(exchange);
  }
  handle(sender, exchange);
  return exchange;
}

/** Applies an answer, unless the window has logged out or changed its token since the request. */
function handle(sender, exchange) {
  if (!sender || sender !== held.current) {
    return;
  }
  if (tokenRefused(exchange)) {
    held.drop();
    sayLoggedOut(exchange);
  } else if (exchange.json?.remaining === null) {
    life.never();
  } else {
    life.update(exchange);
  }
}
