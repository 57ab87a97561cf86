/** The token of this window, taken apart and watched. */

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

/** One look, and the next one after a while; none while nobody sees the page. */
export async function lookNow() {
  clearTimeout(timer);
  const asked = held.current;
  const first = looks === 0;
  if (!asked || document.hidden || !(watch.checked || first)) {
    return;
  }
  looks++;
  const exchange = await look();
  if (held.current === asked) {
    byId("looks").textContent =
      `${looks} so far, the last was answered ${exchange.failure ? "by nobody" : "by " + exchange.status}.`;
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
    ? `It is good together with its session id alone, ${current.session.slice(0, 8)}..., and from this address alone.`
    : "It is good by itself, for everybody who has it.";
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
