/** The live figures from GET /metrics, and the health. Nothing is requested while the page is hidden. */

import { noteReach } from "./banner.js";
import { Chart } from "./chart.js";
import { byId } from "./dom.js";
import { send } from "./exchange.js";
import { samples, sum } from "./prometheus.js";

const EVERY = 2_000;

const note = byId("live-note");
const charts = {
  requests: new Chart(byId("chart-requests"), "requests a second"),
  store: new Chart(byId("chart-store"), "store calls a second"),
  refusals: new Chart(byId("chart-refusals"), "refusals a second"),
};

let there = true;
let former = null;
let timer;

export function startLive() {
  document.addEventListener("visibilitychange", poll);
  poll();
}

async function poll() {
  clearTimeout(timer);
  if (document.hidden) {
    former = null; // a rate over the hidden time would be wrong
    return;
  }
  await Promise.all([showHealth(), there ? showFigures() : null]);
  clearTimeout(timer);
  timer = setTimeout(poll, EVERY);
}

async function showFigures() {
  const answer = await send("GET", "/metrics");
  if (answer.failure || answer.status >= 500) {
    former = null;
    return; // the health shows it, or it is temporary
  }
  if (answer.status !== 200) {
    there = false;
    note.textContent =
      `There are no figures: GET /metrics was answered with ${answer.status}. It is not requested again.`;
    byId("live").classList.add("without");
    return;
  }
  const totals = totalsOf(samples(answer.text));
  if (former) {
    for (const [name, chart] of Object.entries(charts)) {
      const seconds = (totals.time - former.time) / 1000;
      chart.push(totals.time, Math.max(0, totals[name] - former[name]) / seconds);
    }
  }
  former = totals;
}

function totalsOf(all) {
  const refused = ({ outcome }) => outcome !== "accepted";
  return {
    time: performance.now(),
    requests: sum(all, "token_validations_total"),
    store: sum(all, "token_store_calls_seconds_count"),
    refusals: sum(all, "token_validations_total", refused) + sum(all, "token_logins_failed_total"),
  };
}

async function showHealth() {
  const answer = await send("GET", "/public/health");
  if (!answer.failure) {
    noteReach(answer); // without a login there are no checks that would hide the banner
  }
  const { status, store, feed } = answer.json ?? {};
  const good = status === "ok" && store !== "failing" && feed?.fresh !== false;
  byId("health").dataset.tone = good ? "good" : "bad";
  byId("health-text").textContent = answer.failure ? "The server could not be reached" : healthText(answer);
}

function healthText({ status, json }) {
  if (!json) {
    return `The health was answered with ${status}`;
  }
  const facts = [`Health: ${json.status}`];
  if (json.store) {
    facts.push(`store ${json.store}`);
  }
  if (json.feed) {
    facts.push(json.feed.fresh ? "feed fresh" : "feed stale");
  }
  if (json.keys) {
    facts.push(`key ${json.keys.active}`);
  }
  return facts.join(", ");
}
