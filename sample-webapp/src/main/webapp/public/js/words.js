/** Describes answers: the meaning of the status and the headers, and the next step. */

import { clock } from "./time.js";

/** The reasons for which a token has ended, as its rightful holder receives them. */
export const ENDS = {
  expired: "it was not used for too long, or its lifetime was over",
  closed: "it was logged out, here or from another device",
  replaced: "it was refreshed, and only its successor is valid",
  evicted: "a newer session took its place, since their number is limited",
};

/** All refusals: for the list on the page, and for the text of an answer. */
export const REFUSALS = {
  nothing: ["401", "No token", "The request presented no token. Log in, and send the token."],
  password: ["401", "Wrong login", "The user name or the password is wrong. The server does not say which."],
  unknown: [
    "401",
    "Not accepted",
    "Unknown, forged, malformed, or without its session id or client. The answer is the same in all these cases.",
  ],
  ended: ["401", "Ended", "The token was revoked or has expired. Only its rightful holder receives the reason."],
  request: ["400", "Bad request", "The request contradicts itself, or a parameter is not valid."],
  forbidden: ["403", "Not allowed", "The user is known, but is not allowed to do this."],
  missing: ["404", "Not found", "There is nothing at this address, or the user is not allowed to see it."],
  method: ["405", "Wrong method", "The address is right, the method is not."],
  conflict: ["409", "Conflict", "There is one already, or there are too many."],
  limited: ["429", "Too many failed logins", "Wait as long as the server says. Until then, no password is accepted."],
  failed: ["500", "The application failed", "The token was accepted; a request that fails renews nothing."],
  unavailable: ["503", "Unavailable", "The store or another part does not answer, so no token is accepted. Try again."],
  network: ["none", "No answer", "The server could not be reached. Nothing is known of the token."],
};

/** Returns the description of an exchange: a tone (good, bad, warn) and a text. */
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
  return left === null ? "Accepted." : `Accepted, and the token expires in ${clock(Number(left))}.`;
}

/** Returns the reason for which the token of an exchange has ended; undefined if there is none. */
export function reasonOf(exchange) {
  return exchange.status === 401 ? exchange.json?.reason : undefined;
}

/** Returns true if the presented token was refused, for any reason. */
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
      return reasonOf(exchange) ? "ended" : tokenRefused(exchange) ? "unknown" : unauthenticatedKind(exchange);
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

/** Distinguishes a refused login from a request without a token. */
function unauthenticatedKind(exchange) {
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
