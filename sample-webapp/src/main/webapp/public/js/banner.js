/** What concerns the whole window: that it was logged out, and that the server is gone. */

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
  banner.scrollIntoView({ block: "center" }); // nothing else can be done here, and the login is beside
  if (isLost(document.activeElement)) {
    byId("login-title").focus({ preventScroll: true });
  }
}

/** Whether the focus was on something that has gone with the token. */
function isLost(focused) {
  return focused === document.body || focused.disabled || focused.getClientRects().length === 0;
}

/** Every answer passes here: the first that fails raises the banner, the first that comes lowers it. */
export function noteReach(exchange) {
  if (exchange.failure && unreachable) {
    return; // it is said already, and would be read out once more
  }
  if (exchange.failure) {
    show("bad", exchange.failure, "This page keeps asking, and shows what comes.");
    unreachable = true;
  } else if (unreachable) {
    clearBanner();
  }
}
