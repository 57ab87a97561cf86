/** Login and logout: a session token or an open token, for the selected account. */

import { clearBanner } from "./banner.js";
import { byId, hush, say } from "./dom.js";
import { basic, presenting, succeeded } from "./exchange.js";
import { held } from "./held.js";
import { Turns } from "./turns.js";
import { sendAndShow } from "./wire.js";
import { words } from "./words.js";

const HINTS = {
  session:
    "It is accepted only with its session id, and only from this address. Each use renews it; it expires without use, " +
    "and after these minutes at the latest. 0 means no such limit.",
  open: "It is accepted from every address, without a session id, for these minutes; 0 is unlimited. No use renews it.",
};

const form = byId("login-form");
const said = byId("login-said");
const entering = new Turns();
const leaving = new Turns();

/** Returns the password of an account, as it is printed on the page. */
export function passwordOf(account) {
  return form.querySelector(`input[value="${account}"]`).dataset.password;
}

export function startLogin() {
  form.addEventListener("change", (event) => {
    if (event.target.name === "account") {
      fill();
    }
    byId("kind-hint").textContent = HINTS[form.elements.kind.value];
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    entering.take(byId("login-button"), logIn);
  });
  byId("logout-button").addEventListener("click", (event) => leaving.take(event.currentTarget, logOut));
  held.addEventListener("change", showWho);
  fill();
  byId("kind-hint").textContent = HINTS[form.elements.kind.value];
}

function fill() {
  const account = form.elements.account.value;
  byId("user").value = account;
  byId("password").value = passwordOf(account);
}

async function logIn() {
  hush(said);
  const kind = form.elements.kind.value;
  const path = (kind === "session" ? "/session/" : "/") + encodeURIComponent(byId("minutes").value);
  const headers = basic(byId("user").value, byId("password").value);
  const exchange = await sendAndShow("POST", "/security/rest/token/access" + path, { headers });
  say(said, succeeded(exchange) ? { tone: "good", text: "" } : words(exchange));
  if (succeeded(exchange)) {
    const { access_token: token, session, username: name } = exchange.json;
    clearBanner();
    held.take({ token, session, kind, name });
    byId("token-title").focus();
  }
}

async function logOut() {
  hush(said);
  const leaver = held.current;
  const exchange = await sendAndShow("POST", "/security/rest/token/logout", { headers: presenting(leaver) });
  if (held.current !== null && held.current !== leaver) {
    return; // another user has logged in since
  }
  if (succeeded(exchange)) {
    clearBanner(); // a check may have been refused before this answer arrived
    held.drop();
    say(said, { tone: "good", text: "Logged out: the token is revoked, and every copy of it." });
    byId("login-title").focus();
  } else {
    say(said, words(exchange));
  }
}

function showWho() {
  const current = held.current;
  form.hidden = current !== null;
  byId("who").hidden = current === null;
  byId("login-title").textContent = current ? "Logged in" : "Log in";
  byId("who-text").textContent = current
    ? `${current.name} is logged in with ${current.kind === "open" ? "an open" : "a session"} token.`
    : "";
}
