/**
 * Requests and their answers. Nothing is sent but what is asked for: the browser adds no cookies
 * and no password of its own, so that each window is a device of its own.
 */

const LONGEST_WAIT = 30_000;

/**
 * Sends a request. A server that cannot be reached is an outcome as well: `failure` says so in
 * words, and there is no status.
 */
export async function send(method, path, { headers = {}, body } = {}) {
  const address = new URL("." + path, document.baseURI);
  const request = { method, path: address.pathname + address.search, headers, body };
  const begin = performance.now();
  try {
    const answer = await fetch(address, {
      method,
      headers,
      body,
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      signal: AbortSignal.timeout(LONGEST_WAIT),
    });
    const text = await answer.text();
    return {
      request,
      status: answer.status,
      title: answer.statusText,
      headers: answer.headers,
      text,
      json: parsed(text),
      millis: performance.now() - begin,
    };
  } catch (error) {
    const why = error.name === "TimeoutError" ? "it did not answer in time" : error.message;
    return {
      request,
      failure: `The server could not be reached (${why}).`,
      headers: new Headers(),
      text: "",
      millis: performance.now() - begin,
    };
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not every answer is JSON
  }
}

export function succeeded(exchange) {
  return exchange.status >= 200 && exchange.status < 300;
}

/** What presents a token, with its session id where it has one. */
export function presenting({ token, session }, more = {}) {
  const headers = { Authorization: "Bearer " + token, ...more };
  return session ? { ...headers, session } : headers;
}

export function basic(user, password) {
  const bytes = new TextEncoder().encode(user + ":" + password);
  return { Authorization: "Basic " + btoa(String.fromCharCode(...bytes)) };
}

export function jsonBody(value) {
  return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}
