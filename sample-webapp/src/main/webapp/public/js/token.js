/** The token of this window: its parts, and a check every two seconds. */

import { byId, make } from "./dom.js";
import { held } from "./held.js";
import { look } from "./mine.js";
import { takeApart } from "./parts.js";

const EVERY = 2_000;

const watch = byId("watch");
let timer;
let looks = 0;

export function startToken() {
  held.addEventListener("change", () => {
    showToken();
    looks = 0;
    lookNow();
  });
  watch.addEventListener("change", lookNow);
  document.addEventListener("visibilitychange", lookNow);
}

/** Checks the token now and then every two seconds; not while the page is hidden. */
export async function lookNow() {
  clearTimeout(timer);
  const checked = held.current;
  const first = looks === 0;
  if (!checked || document.hidden || !(watch.checked || first)) {
    return;
  }
  looks++;
  const exchange = await look();
  if (held.current === checked) {
    const answer = exchange.failure ? "had no answer" : "was answered with " + exchange.status;
    byId("looks").textContent = `${looks} checks so far; the last one ${answer}.`;
    clearTimeout(timer);
    timer = setTimeout(lookNow, EVERY);
  }
}

function showToken() {
  const current = held.current;
  byId("token-none").hidden = current !== null;
  byId("token-held").hidden = current === null;
  const parts = current ? takeApart(current.token) : [];
  byId("token-text").replaceChildren(...parts.flatMap(coloured));
  byId("token-session").textContent = current?.session
    ? `It is valid only with its session id, ${current.session.slice(0, 8)}..., and only from this address.`
    : "It is valid without a session id, for everyone who has it.";
  byId("token-parts").replaceChildren(...parts.flatMap(explained));
}

function coloured(part, index) {
  const text = make("span", { class: "part-" + part.id }, part.text);
  return index === 0 ? [text] : [".", text];
}

function explained(part) {
  const about = make("dd", {}, part.about);
  if (part.header) {
    about.append(make("pre", {}, make("code", {}, JSON.stringify(part.header))));
  }
  const length = part.bytes === 1 ? "1 byte" : part.bytes + " bytes";
  return [make("dt", { class: "part-" + part.id }, part.name, " ", make("small", {}, length)), about];
}
