/** The token of an API client: issued once, refreshed, and revoked by its owner if it was lost. */

import { byId, hush, say } from "./dom.js";
import { jsonBody, presenting, succeeded } from "./exchange.js";
import { load } from "./devices.js";
import { held } from "./held.js";
import { passwordOf } from "./login.js";
import { Turns } from "./turns.js";
import { sendAndShow } from "./wire.js";
import { reasonOf, words } from "./words.js";

const said = byId("client-said");
const wayOut = byId("client-way-out");

let token = null;
let former = null;

export function startClient() {
  const steps = {
    "client-open": open,
    "client-refresh": refresh,
    "client-new": () => call(token, "The new token is accepted."),
    "client-old": () => call(former, "The old token is still accepted, because of token.refresh.grace."),
    "client-way-out": goToTheList,
  };
  const turns = new Turns();
  for (const [id, step] of Object.entries(steps)) {
    const inItsTurn = async () => {
      hush(said);
      wayOut.hidden = true;
      await step();
      enable();
    };
    byId(id).addEventListener("click", (event) => turns.take(event.currentTarget, inItsTurn));
  }
  enable();
}

function enable() {
  byId("client-refresh").disabled = token === null;
  byId("client-new").disabled = token === null;
  byId("client-old").disabled = former === null;
}

async function open() {
  const username = byId("client-account").value;
  const apiClientName = byId("client-name").value;
  const login = jsonBody({ username, password: passwordOf(username), apiClientName });
  const exchange = await sendAndShow("POST", "/routelink/v1/sessionOpen/sandbox", login);
  if (succeeded(exchange)) {
    take(exchange, null, "The client has its token");
  } else if (exchange.status === 409) {
    conflict(exchange, username);
  } else {
    say(said, words(exchange));
  }
}

/** A lost token cannot be refreshed: its owner revokes it, and the client gets another one. */
function conflict(exchange, username) {
  const lost = token
    ? "This page has the token: refresh it."
    : `If it was lost, log in as ${username}, revoke it in the list of your tokens, and get a new one.`;
  say(said, { tone: "warn", text: `${words(exchange).text} ${lost}` });
  wayOut.hidden = token !== null;
}

async function refresh() {
  const exchange = await sendAndShow("POST", "/routelink/v1/refreshToken", { headers: presenting({ token }) });
  if (succeeded(exchange)) {
    take(exchange, token, "Refreshed. The old token is refused from now on; the new one is valid");
  } else {
    refused(exchange);
  }
}

function take(exchange, old, text) {
  former = old;
  token = exchange.json.token;
  say(said, { tone: "good", text: `${text} until ${exchange.json.expiration} GMT.` });
}

async function call(which, text) {
  const exchange = await sendAndShow("GET", "/api/whoami", { headers: presenting({ token: which }) });
  if (succeeded(exchange)) {
    say(said, { tone: "good", text });
  } else if (which === former) {
    say(said, words(exchange));
  } else {
    refused(exchange);
  }
}

function refused(exchange) {
  say(said, words(exchange));
  if (reasonOf(exchange)) {
    token = null; // it was revoked or has expired, so the client may get another one
  }
}

async function goToTheList() {
  if (held.current) {
    await load();
    byId("devices-title").focus();
  } else {
    byId("login-title").focus();
  }
}
