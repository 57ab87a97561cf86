/** Finds and creates elements. Texts are inserted as text, never as markup. */

export function byId(id) {
  const element = document.getElementById(id);
  if (!element) {
    throw new Error("the page has no #" + id);
  }
  return element;
}

/** Creates an element with attributes, and children that are elements or texts. */
export function make(tag, attributes = {}, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

/** Creates an SVG element in the same way. */
export function draw(tag, attributes = {}, ...children) {
  return dress(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function dress(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Clears a message, so that showing the same one again is noticed. */
export function hush(element) {
  say(element, { tone: "none", text: "" });
}

/** Shows the message for the last action of a panel. */
export function say(element, { tone, text }) {
  element.dataset.tone = tone;
  element.textContent = text;
}
