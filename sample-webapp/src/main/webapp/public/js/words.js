/** Answers in words: what the status and the headers mean, and what to do. */

import { clock } from "./time.js";

/** Why a token died, as its rightful holder is told. */
export const ENDS = {
  expired: "it was not used for too long, or its time was over",
  closed: "it was logged out, here or from another device",
  replaced: "it was refreshed, and its successor counts",
  evicted: "a newer session took its place, since their number is limited",
};

/** All refusals, for the list on the page; the words of an answer are taken from here. */
export const REFUSALS = {
  nothing: ["401", "No token", "The request presented no token. Log in, and send what you got."],
  password: ["401", "Wrong login", "User name or password is wrong. Which of them is not said."],
  unknown: [
    "401",
    "Not accepted",
    "Unknown, forged, malformed, or without its session id or client. The answer is the same whatever is wrong.",
  ],
  ended: ["401", "Ended", "The token is authentic and has ended; the reason is told to its rightful holder alone."],
  request: ["400", "Bad request", "The request contradicts itself, or a parameter is not what it should be."],
  forbidden: ["403", "Not allowed", "The server knows who you are, and this is not yours to do."],
  missing: ["404", "Not there", "There is nothing at this address, or it is not yours to see."],
  method: ["405", "Wrong method", "The address is right, the method is not."],
  conflict: ["409", "Conflict", "There is one already, or there are too many."],
  limited: ["429", "Too many failed logins", "Wait as long as the server says; a right password does not help before."],
  failed: ["500", "The application failed", "The token was accepted; a request that fails renews nothing."],
  unavailable: ["503", "Cannot tell", "The store or another part does not answer, so nobody is let through. Try again."],
  network: ["none", "No answer", "The server could not be reached. Nothing is known of the token."],
};

/** The words for an exchange: a tone (good, bad, warn) and a text. */
export function words(exchange) {
  const { status } = exchange;
  if (exchange.failure) {
    return { tone: "bad", text: exchange.failure + " Is it running?" };
  }
  if (status >= 200 && status < 300) {
    return { tone: "good", text: accepted(exchange) };
  }
  const [, title, text] = REFUSALS[kindOf(exchange)];
  const tone = status === 401 || status === 403 ? "bad" : "warn";
  return { tone, text: `${status} ${title}. ${detail(exchange, text)}` };
}

function accepted(exchange) {
  if (exchange.request.headers["Token-Passive"]) {
    return "Accepted, and nothing was renewed: the request was passive.";
  }
  const left = exchange.headers.get("Token-Remaining");
  return left === null ? "Accepted." : `Accepted, and the token lives on for ${clock(Number(left))}.`;
}

/** The reason why the token of an exchange has ended; undefined if it was not refused for that. */
export function reasonOf(exchange) {
  return exchange.status === 401 ? exchange.json?.reason : undefined;
}

/** Whether the token that was presented is refused, whatever the reason. */
export function tokenRefused(exchange) {
  const challenge = exchange.headers.get("WWW-Authenticate") ?? "";
  return exchange.status === 401 && challenge.includes("invalid_token");
}

function kindOf(exchange) {
  switch (exchange.status) {
    case 400:
    case 413:
    case 415:
      return "request";
    case 401:
      return reasonOf(exchange) ? "ended" : tokenRefused(exchange) ? "unknown" : asked(exchange);
    case 403:
      return "forbidden";
    case 404:
      return "missing";
    case 405:
      return "method";
    case 409:
      return "conflict";
    case 429:
      return "limited";
    case 503:
      return "unavailable";
    default:
      return exchange.status >= 500 ? "failed" : "request";
  }
}

/** A login that was refused asks for nothing new; what presented nothing is asked for a token. */
function asked(exchange) {
  const { headers, body } = exchange.request;
  return headers.Authorization?.startsWith("Basic ") || body?.includes('"password"') ? "password" : "nothing";
}

function detail(exchange, text) {
  const reason = reasonOf(exchange);
  if (reason) {
    return `The token has ended (${reason}): ${ENDS[reason] ?? "the server says no more"}.`;
  }
  const message = exchange.status === 409 ? exchange.json?.message : undefined;
  const after = exchange.headers.get("Retry-After");
  return (message ?? text) + (after ? ` Try again in ${after} s.` : "");
}
