/** Reads the text format of Prometheus, as far as sums of counters need it. */

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

/** The sum over all samples of that name whose labels are wanted. */
export function sum(all, name, wanted = () => true) {
  return all
    .filter((it) => it.name === name && wanted(it.labels) && Number.isFinite(it.value))
    .reduce((total, it) => total + it.value, 0);
}
