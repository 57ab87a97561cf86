/** Elements by id, and new ones. Text is text: nothing here takes markup. */

export function byId(id) {
  const element = document.getElementById(id);
  if (!element) {
    throw new Error("the page has no #" + id);
  }
  return element;
}

/** An element with attributes, and children that are elements or texts. */
export function make(tag, attributes = {}, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

/** The same for drawings. */
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

/** Before a panel says something, also the same once more. */
export function hush(element) {
  say(element, { tone: "none", text: "" });
}

/** What a panel says of the last thing that was done there. */
export function say(element, { tone, text }) {
  element.dataset.tone = tone;
  element.textContent = text;
}
