/**
 * The token that this window is logged in with, and its session id. Both are kept in memory only,
 * so a reload loses them.
 */

class Held extends EventTarget {
  #current = null;

  /** {token, session, kind, name}, or null. */
  get current() {
    return this.#current;
  }

  take(current) {
    this.#current = Object.freeze({ ...current });
    this.dispatchEvent(new Event("change"));
  }

  drop() {
    this.#current = null;
    this.dispatchEvent(new Event("change"));
  }
}

export const held = new Held();
