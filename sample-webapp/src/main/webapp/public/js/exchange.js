/**
 * Requests and their answers. The browser adds neither cookies nor stored passwords, so that each
 * window is a separate device.
 */

const LONGEST_WAIT = 30_000;

/**
 * Sends a request, and never throws: if the server cannot be reached, the result has a text
 * `failure` and no status.
 */
export async function send(method, path, { headers = {}, body } = {}) {
  const address = new URL("." + path, document.baseURI);
  const request = { method, path: address.pathname + address.search, headers, body };
  const start = performance.now();
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
      millis: performance.now() - start,
    };
  } catch (error) {
    const cause = error.name === "TimeoutError" ? "it did not answer in time" : error.message;
    return {
      request,
      failure: `The server could not be reached (${cause}).`,
      headers: new Headers(),
      text: "",
      millis: performance.now() - start,
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

/** Returns the headers that present a token, with its session id if there is one. */
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
