/** A small chart of the last two minutes: a line, the newest value, and a sentence for screen readers. */

import { draw, make } from "./dom.js";

const WIDTH = 240;
const HEIGHT = 48;
const SPAN = 120_000;
const LEAST_TOP = 1;

export class Chart {
  #points = [];
  #now = make("strong", {}, "–");
  #peak = make("small");
  #area = draw("path", { class: "area" });
  #line = draw("path", { class: "line" });
  #svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
  #name;

  constructor(element, name) {
    this.#name = name;
    this.#svg.append(this.#area, this.#line);
    element.append(make("p", {}, this.#now, " ", make("span", {}, name), this.#peak), this.#svg);
    this.#describe("no figures yet");
  }

  push(time, value) {
    this.#points.push({ time, value });
    this.#points = this.#points.filter((it) => it.time >= time - SPAN);
    const peak = Math.max(...this.#points.map((it) => it.value));
    const top = Math.max(LEAST_TOP, peak);
    const corners = this.#points.map((it) => {
      const x = WIDTH - ((time - it.time) / SPAN) * WIDTH;
      const y = HEIGHT - 2 - (it.value / top) * (HEIGHT - 6);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    });
    const start = corners[0].split(",")[0];
    this.#line.setAttribute("d", "M" + corners.join("L"));
    this.#area.setAttribute("d", `M${start},${HEIGHT}L${corners.join("L")}L${WIDTH},${HEIGHT}Z`);
    this.#now.textContent = value.toFixed(1);
    this.#peak.textContent = `peak ${peak.toFixed(1)}`;
    this.#describe(`${value.toFixed(1)} now, at most ${peak.toFixed(1)} in the last two minutes`);
  }

  #describe(text) {
    this.#svg.setAttribute("aria-label", `${this.#name}: ${text}`);
  }
}
