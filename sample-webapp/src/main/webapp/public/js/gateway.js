/** A user token of a service gateway, and a session that it keeps open over several requests. */

import { byId, hush, say } from "./dom.js";
import { jsonBody, presenting, succeeded } from "./exchange.js";
import { Life } from "./life.js";
import { passwordOf } from "./login.js";
import { Turns } from "./turns.js";
import { sendAndShow } from "./wire.js";
import { tokenRefused, words } from "./words.js";

const SHOP = "/cra/serviceGateway/services/shop";
const DATA = SHOP + "/products/1/views/1/data";

const said = byId("gateway-said");
const life = new Life(byId("gateway-life"), "Remaining lifetime of the user token or its session");

let token = null;
let session = null;

export function startGateway() {
  const steps = {
    "gateway-login": logIn,
    "gateway-once": () => ask("", {}, () => "Answered in a session for this request only; nothing is kept."),
    "gateway-open": open,
    "gateway-on": () => ask("", { session }, continued),
    "gateway-last": () => ask("?close=true", { session }, (exchange) => continued(exchange) + " " + forget()),
    "gateway-close": close,
    "gateway-alive": keepAlive,
  };
  const turns = new Turns();
  for (const [id, step] of Object.entries(steps)) {
    const inItsTurn = async () => {
      hush(said);
      await step();
      enable();
    };
    byId(id).addEventListener("click", (event) => turns.take(event.currentTarget, inItsTurn));
  }
  enable();
}

function enable() {
  for (const id of ["gateway-once", "gateway-open", "gateway-alive"]) {
    byId(id).disabled = token === null;
  }
  for (const id of ["gateway-on", "gateway-last", "gateway-close"]) {
    byId(id).disabled = session === null;
  }
}

async function logIn() {
  const username = byId("gateway-account").value;
  const login = jsonBody({ username, password: passwordOf(username) });
  const exchange = await sendAndShow("POST", SHOP + "/login", login);
  report(exchange, () => {
    token = exchange.json.userToken;
    session = null;
    life.clear();
    return `${username} has a user token. It is bound to no client: every holder acts as ${username}.`;
  });
  if (token) {
    await keepAlive({ quietly: true });
  }
}

async function open() {
  await ask("?close=false", {}, (exchange) => {
    session = exchange.headers.get("session");
    return `The session ${session.slice(0, 8)}... is open, and stays open for the next requests.`;
  });
}

async function close() {
  const exchange = await sendAndShow("POST", SHOP + "?close=true", { headers: presenting({ token, session }) });
  report(exchange, forget);
}

async function keepAlive({ quietly = false } = {}) {
  const exchange = await sendAndShow("POST", SHOP + "/keepAlive", { headers: presenting({ token, session }) });
  if (succeeded(exchange)) {
    life.set(exchange.json.remaining);
  }
  if (!quietly || !succeeded(exchange)) {
    report(exchange, () => (session ? "The session and its user token are renewed." : "The user token is renewed."));
  }
}

async function ask(query, { session: named }, text) {
  const exchange = await sendAndShow("GET", DATA + query, { headers: presenting({ token, session: named }) });
  life.update(exchange);
  report(exchange, () => text(exchange));
}

function continued(exchange) {
  const count = exchange.json.requests;
  return `The session continues with its request ${count}.`;
}

function forget() {
  session = null;
  return "The session is closed.";
}

function report(exchange, text) {
  if (succeeded(exchange)) {
    say(said, { tone: "good", text: text(exchange) });
    return;
  }
  say(said, words(exchange));
  if (tokenRefused(exchange)) {
    if (session === null) {
      token = null;
      life.clear();
    }
    session = null; // the user token may still be valid without it
  }
}
