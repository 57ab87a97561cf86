/** Messages that concern the whole window: it was logged out, or the server cannot be reached. */

import { byId, make } from "./dom.js";
import { ENDS, reasonOf } from "./words.js";

const banner = byId("banner");
let unreachable = false;

function show(tone, title, text) {
  banner.dataset.tone = tone;
  banner.replaceChildren(make("strong", {}, title), " " + text);
  banner.classList.add("shown");
}

export function clearBanner() {
  unreachable = false;
  banner.replaceChildren();
  banner.classList.remove("shown");
}

export function sayLoggedOut(exchange) {
  const reason = reasonOf(exchange);
  unreachable = false;
  show(
    "warn",
    "This window was logged out.",
    reason
      ? `The token has ended (${reason}): ${ENDS[reason] ?? "the server says no more"}.`
      : "The server does not accept the token any more, and does not say why.",
  );
  banner.scrollIntoView({ block: "center" }); // the login is next to it, and is the only possible action
  if (isLost(document.activeElement)) {
    byId("login-title").focus({ preventScroll: true });
  }
}

/** Returns true if the focused element disappeared together with the token. */
function isLost(focused) {
  return focused === document.body || focused.disabled || focused.getClientRects().length === 0;
}

/** Called for every exchange: the first failure shows the banner, the first answer hides it. */
export function noteReach(exchange) {
  if (exchange.failure && unreachable) {
    return; // it is shown already; screen readers would read it again
  }
  if (exchange.failure) {
    show("bad", exchange.failure, "This page keeps trying.");
    unreachable = true;
  } else if (unreachable) {
    clearBanner();
  }
}
