/** Reads the text format of Prometheus, as far as it is needed to add up counters. */

const SAMPLE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** [{name, labels, value}] */
export function samples(text) {
  return text
    .split("\n")
    .map((line) => SAMPLE.exec(line))
    .filter((match) => match !== null)
    .map(([, name, labels, value]) => ({
      name,
      labels: Object.fromEntries([...(labels ?? "").matchAll(LABEL)].map(([, key, text]) => [key, text])),
      value: Number(value),
    }));
}

/** Returns the sum of all samples with that name whose labels match. */
export function sum(all, name, wanted = () => true) {
  return all
    .filter((it) => it.name === name && wanted(it.labels) && Number.isFinite(it.value))
    .reduce((total, it) => total + it.value, 0);
}
