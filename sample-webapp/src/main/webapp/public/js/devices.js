/** The live tokens of the user, on all devices. */

import { byId, hush, make, say } from "./dom.js";
import { succeeded } from "./exchange.js";
import { held } from "./held.js";
import { sendMine } from "./mine.js";
import { clock, moment } from "./time.js";
import { lookNow } from "./token.js";
import { Turns } from "./turns.js";
import { words } from "./words.js";

const list = byId("devices-list");
const said = byId("devices-said");
const nextPage = byId("devices-more");
const turns = new Turns();

let next = null;

export function startDevices() {
  byId("devices-load").addEventListener("click", (event) => turns.take(event.currentTarget, () => load()));
  byId("devices-others").addEventListener("click", (event) => turns.take(event.currentTarget, endOthers));
  nextPage.addEventListener("click", (event) => turns.take(event.currentTarget, () => load(next)));
  held.addEventListener("change", () => {
    list.replaceChildren();
    nextPage.hidden = true;
    hush(said);
    enable();
  });
  enable();
}

/** Loads the first page of the list, or the given page. */
export async function load(page) {
  hush(said);
  const owner = held.current;
  const exchange = await sendMine("GET", page ?? "/sessions");
  if (held.current !== owner) {
    return; // the list belongs to a user who has logged out
  }
  if (!succeeded(exchange)) {
    say(said, words(exchange));
    return;
  }
  const rows = exchange.json.sessions.map(row);
  if (page) {
    list.append(...rows);
  } else {
    list.replaceChildren(...rows);
  }
  next = pathOf(exchange.json.next);
  nextPage.hidden = next === null;
  const count = list.children.length;
  const more = next === null ? "" : " so far";
  say(said, { tone: "good", text: `${count} live ${count === 1 ? "token" : "tokens"}${more}.` });
}

/** Returns the path of an address relative to this page; null if there is no address. */
function pathOf(address) {
  const folder = new URL(".", document.baseURI).pathname;
  return address ? address.slice(folder.length - 1) : null;
}

function enable() {
  byId("devices-load").disabled = held.current === null;
  byId("devices-others").disabled = held.current === null;
}

function row(session) {
  const time = (text) => moment(new Date(text));
  const left = session.remaining === null ? "never expires" : clock(session.remaining) + " left";
  const label = `Revoke the ${session.kind} token of ${time(session.issued)}`;
  const button = make("button", { "aria-label": label }, "Revoke");
  const revoke = () => end("/sessions/" + session.handle, "The token is revoked.");
  button.addEventListener("click", () => turns.take(button, revoke));
  const facts = `issued ${time(session.issued)}, last used ${time(session.lastUsed)}, ${left}`;
  const marks = session.current ? [" ", make("span", { class: "mark" }, "this window")] : [];
  const client = make("small", {}, session.client ? `client ${session.client}` : "bound to no client");
  const text = make("p", {}, make("strong", {}, session.kind), ...marks, make("span", {}, facts), client);
  return make("li", session.current ? { class: "current" } : {}, text, button);
}

async function endOthers() {
  await end("/sessions?others=true", "All other tokens are revoked.");
}

async function end(path, text) {
  hush(said);
  const owner = held.current;
  const exchange = await sendMine("DELETE", path);
  if (held.current !== owner) {
    return;
  }
  if (succeeded(exchange)) {
    await lookNow();
    if (held.current) {
      await load();
      byId("devices-title").focus();
    }
  }
  say(said, succeeded(exchange) ? { tone: "good", text } : words(exchange));
}
