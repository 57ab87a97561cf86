/** What the buttons of a panel do, one after the other: each step sees what the one before it has got. */

export class Turns {
  #last = Promise.resolve();

  /** Runs the step in its turn. Pressed again before that is done, the button does no more. */
  take(button, step) {
    if (button.hasAttribute("aria-busy")) {
      return;
    }
    button.setAttribute("aria-busy", "true");
    this.#last = this.#last
      .then(() => (button.disabled ? undefined : step())) // by what was done before its turn
      .catch(reportError)
      .finally(() => button.removeAttribute("aria-busy"));
  }
}
