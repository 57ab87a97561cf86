/** Runs the actions of a panel one after the other, so that each sees the results of the one before. */

export class Turns {
  #last = Promise.resolve();

  /** Queues a step. While it is pending, pressing the same button again has no effect. */
  take(button, step) {
    if (button.hasAttribute("aria-busy")) {
      return;
    }
    button.setAttribute("aria-busy", "true");
    this.#last = this.#last
      .then(() => (button.disabled ? undefined : step())) // an earlier step may have disabled the button
      .catch(reportError)
      .finally(() => button.removeAttribute("aria-busy"));
  }
}
