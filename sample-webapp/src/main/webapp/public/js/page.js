/** Starts the panels of the page, which are independent of each other. */

import { startCalls } from "./calls.js";
import { startClient } from "./client.js";
import { startDevices } from "./devices.js";
import { byId, make } from "./dom.js";
import { startGateway } from "./gateway.js";
import { startLive } from "./live.js";
import { startLogin } from "./login.js";
import { startToken } from "./token.js";
import { REFUSALS } from "./words.js";

startLogin();
startToken();
startCalls();
startDevices();
startGateway();
startClient();
startLive();

for (const [status, title, text] of Object.values(REFUSALS)) {
  const term = make("dt", {}, make("span", { class: "status" }, status), " ", title);
  byId("refusals-list").append(make("div", {}, term, make("dd", {}, text)));
}
