/** The remaining lifetime of a token: a bar and a time, which run down between two answers. */

import { make } from "./dom.js";
import { clock } from "./time.js";

const TICK = 200;
const JUMP = 1_000;

export class Life {
  #time = make("strong", { class: "time" });
  #note = make("span", { class: "life-note" });
  #fill = make("span", { class: "fill" });
  #bar = make("span", { class: "bar", role: "meter", "aria-valuemin": "0" }, this.#fill);
  #end = null;
  #full = 0;

  constructor(element, name) {
    this.#bar.setAttribute("aria-label", name);
    element.append(make("p", {}, this.#time, " ", this.#note), this.#bar);
    this.clear();
    setInterval(() => this.#show(), TICK);
  }

  clear() {
    this.#end = null;
    this.#full = 0;
    this.#time.textContent = "–";
    this.#note.textContent = "";
    this.#bar.dataset.state = "none";
    this.#mark(0, 1, "no token");
  }

  never() {
    this.#end = null;
    this.#time.textContent = "∞";
    this.#note.textContent = "never expires";
    this.#bar.dataset.state = "never";
    this.#mark(1, 1, "never expires");
  }

  /** Sets the remaining lifetime that the server reported, in milliseconds. */
  set(millis) {
    const gained = this.#end === null ? 0 : millis - this.#left();
    this.#end = performance.now() + millis;
    this.#full = Math.max(this.#full, millis);
    this.#note.textContent = gained > JUMP ? `left: the last call has renewed it, +${clock(gained)}` : "left";
    this.#show();
  }

  /** Applies an answer. A failed request reports the lifetime that a success would have given. */
  update(exchange) {
    const left = exchange.headers.get("Token-Remaining");
    const note = this.#note.textContent;
    if (left !== null && exchange.status < 400) {
      this.set(Number(left));
    } else if (left !== null) {
      this.#note.textContent = "left: the last call has failed and renewed nothing";
    }
    if (note && exchange.request.headers["Token-Passive"]) {
      this.#note.textContent = note; // a passive check does not replace the note
    }
  }

  #left() {
    return Math.max(0, this.#end - performance.now());
  }

  #show() {
    if (this.#end === null) {
      return;
    }
    const left = this.#left();
    this.#time.textContent = clock(left);
    this.#bar.dataset.state = left < this.#full / 5 ? "low" : "good";
    this.#mark(left, this.#full, clock(left) + " left");
  }

  #mark(value, full, text) {
    this.#fill.style.transform = `scaleX(${full > 0 ? value / full : 0})`;
    this.#bar.setAttribute("aria-valuemax", String(Math.round(full / 1000) || 1));
    this.#bar.setAttribute("aria-valuenow", String(Math.round(value / 1000)));
    this.#bar.setAttribute("aria-valuetext", text);
  }
}
