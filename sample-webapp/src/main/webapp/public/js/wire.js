/** The last exchanges, as they were sent and received; the newest is expanded. */

import { noteReach } from "./banner.js";
import { byId, make } from "./dom.js";
import { send } from "./exchange.js";
import { moment } from "./time.js";
import { words } from "./words.js";

const MAX_ENTRIES = 10;
const SHOWN_LENGTH = 22;
const LONG_WORD = /^\S{40,}$/;
const SHOWN = [
  "WWW-Authenticate",
  "Token-Remaining",
  "session",
  "Retry-After",
  "Allow",
  "Content-Type",
  "Cache-Control",
];

const list = byId("wire-list");

/** Sends a request, and shows the exchange. */
export async function sendAndShow(method, path, more) {
  const exchange = await send(method, path, more);
  noteReach(exchange);
  show(exchange);
  return exchange;
}

export function show(exchange) {
  const meaning = words(exchange);
  for (const entry of list.querySelectorAll("details[open]")) {
    entry.open = false;
  }
  list.prepend(make("li", {}, entryOf(exchange, meaning)));
  while (list.children.length > MAX_ENTRIES) {
    list.lastElementChild.remove();
  }
}

function entryOf(exchange, meaning) {
  const { method, path } = exchange.request;
  const status = exchange.failure ? "failed" : String(exchange.status);
  return make(
    "details",
    { open: "" },
    make(
      "summary",
      {},
      make("span", { class: "status", "data-tone": meaning.tone }, status),
      " ",
      make("span", {}, make("span", { class: "verb" }, method), " ", addressOf(path)),
      " ",
      make("time", {}, moment(new Date())),
    ),
    make("p", { class: "meaning" }, meaning.text),
    make("pre", { class: "http" }, make("code", {}, requestText(exchange), "\n", answerText(exchange))),
  );
}

/** An address that can be wrapped at its slashes. */
function addressOf(path) {
  const pieces = path.split(/(?=[/?])/);
  return make("code", {}, ...pieces.flatMap((piece) => [make("wbr"), piece]));
}

function requestText({ request }) {
  const lines = [`> ${request.method} ${request.path}`];
  for (const [name, value] of Object.entries(request.headers)) {
    lines.push(`> ${name}: ${cutShort(name, value)}`);
  }
  if (request.body) {
    lines.push(">", "> " + request.body.replace(/("password":")(?:[^"\\]|\\.)*/, "$1..."));
  }
  return lines.join("\n") + "\n";
}

function answerText(exchange) {
  if (exchange.failure) {
    return "< " + exchange.failure;
  }
  const lines = [`< ${exchange.status} ${exchange.title}`.trimEnd()];
  for (const name of SHOWN) {
    const value = exchange.headers.get(name);
    if (value !== null) {
      lines.push(`< ${name}: ${cutShort(name, value)}`);
    }
  }
  const body = exchange.json === undefined ? exchange.text : JSON.stringify(exchange.json, shortened, 2);
  return lines.join("\n") + (body ? "\n\n" + body : "");
}

/** Shortens secrets: their first characters are enough to distinguish them. */
function cutShort(name, value) {
  if (value.startsWith("Basic ")) {
    return "Basic ..."; // an encoding of the password
  }
  const secret = name === "Authorization" || name === "session";
  return secret && value.length > SHOWN_LENGTH ? value.slice(0, SHOWN_LENGTH) + "..." : value;
}

function shortened(name, value) {
  const isLong = typeof value === "string" && LONG_WORD.test(value);
  return isLong ? value.slice(0, SHOWN_LENGTH) + "..." : value;
}
