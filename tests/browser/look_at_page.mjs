// Opens a page in headless Chromium and prints, as JSON, what happened: `node look_at_page.mjs CHROMIUM PAGE FOLDER`.
// Speaks the DevTools protocol itself, so that nothing is installed but axe-core.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [chromium, page, folder] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const profile = mkdtempSync(join(tmpdir(), "browser-"));
const browser = spawn(chromium, [
  "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0",
  `--user-data-dir=${profile}`, "about:blank",
], { stdio: ["ignore", "ignore", "pipe"] });

const address = await new Promise((resolve, reject) => {
  let text = "";
  browser.stderr.on("data", (data) => {
    text += data;
    const found = text.match(/DevTools listening on (ws:\S+)/);
    if (found) resolve(found[1]);
  });
  browser.on("exit", () => reject(new Error(text)));
});

const socket = new WebSocket(address);
await new Promise((resolve) => socket.addEventListener("open", resolve));
let last = 0;
const waiting = new Map();
const events = [];
const listeners = [];
socket.addEventListener("message", ({ data }) => {
  const message = JSON.parse(data);
  if (message.id) {
    const { resolve, reject } = waiting.get(message.id);
    message.error ? reject(new Error(message.error.message)) : resolve(message.result);
  } else {
    events.push(message);
    listeners.forEach((listener) => listener(message));
  }
});
const send = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
  waiting.set(++last, { resolve, reject });
  socket.send(JSON.stringify({ id: last, method, params, sessionId }));
});

const { targetId } = await send("Target.createTarget", { url: "about:blank" });
const { sessionId } = await send("Target.attachToTarget", { targetId, flatten: true });
const tell = (method, params) => send(method, params, sessionId);
const evaluate = async (expression) => {
  const done = await tell("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
  if (done.exceptionDetails) throw new Error(done.exceptionDetails.exception?.description ?? expression);
  return done.result.value;
};
const press = async (key, code) => {
  const text = key === "Enter" ? "\r" : undefined;
  await tell("Input.dispatchKeyEvent", { type: "keyDown", key, code: key, windowsVirtualKeyCode: code, text });
  await tell("Input.dispatchKeyEvent", { type: "keyUp", key, code: key, windowsVirtualKeyCode: code });
};
for (const domain of ["Page", "Runtime", "Network", "Log"]) await tell(`${domain}.enable`);
await tell("Page.setBypassCSP", { enabled: false });

const views = [];
for (const width of [1100, 390]) {
  for (const theme of ["light", "dark"]) {
    events.length = 0;
    await tell("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await tell("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: theme }] });
    const loaded = new Promise((resolve) => listeners.push(({ method }) => method === "Page.loadEventFired" && resolve()));
    await tell("Page.navigate", { url: pathToFileURL(page).href });
    await loaded;
    const about = await evaluate(`({
      overflow: document.documentElement.scrollWidth - innerWidth,
      background: getComputedStyle(document.body).backgroundColor,
      charts: [...document.querySelectorAll("[role=img]")].filter((each) => each.offsetWidth).length,
      hacked: Boolean(window.hacked),
    })`);
    const shot = await tell("Page.captureScreenshot", { captureBeyondViewport: true, format: "png" });
    writeFileSync(join(folder, `${width}-${theme}.png`), Buffer.from(shot.data, "base64"));
    const sorted = [];
    if (await evaluate(`Boolean(document.querySelector("table[data-sorts]"))`)) {
      const look = `(() => { const table = document.querySelector("table[data-sorts]"); return {
        sort: [...table.tHead.rows[0].cells].map((cell) => cell.getAttribute("aria-sort")),
        rows: [...table.tBodies[0].rows].map((row) => row.cells[1].textContent),
        said: table.closest("section").querySelector("[role=status]").textContent }; })()`;
      // By keyboard alone: to the third heading, which is the cost of an hour.
      await evaluate(`document.querySelector("table[data-sorts] th:nth-child(2) button").focus()`);
      await press("Tab", 9);
      for (let times = 0; times < 2; times++) {
        await press("Enter", 13);
        sorted.push(await evaluate(look));
      }
    }
    const problems = events
      .filter(({ method, params }) => method === "Runtime.exceptionThrown" || method === "Log.entryAdded"
        || (method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(params.type)))
      .map(({ params }) => params.exceptionDetails?.text ?? params.entry?.text ?? JSON.stringify(params.args));
    const requests = events
      .filter(({ method }) => method === "Network.requestWillBeSent")
      .map(({ params }) => params.request.url)
      .filter((url) => !url.startsWith("data:") && url !== pathToFileURL(page).href);
    await evaluate(axe);
    const found = await evaluate("axe.run().then(({ violations, passes }) => ({ passes: passes.length, violations }))");
    const violations = found.violations.map(({ id, impact, nodes }) =>
      ({ id, impact, targets: nodes.map(({ target, failureSummary }) => `${target}: ${failureSummary}`) }));
    views.push({ width, theme, ...about, sorted, problems, requests, violations, passes: found.passes });
  }
}
console.log(JSON.stringify(views));
socket.close();
browser.removeAllListeners("exit");
browser.kill();
await new Promise((resolve) => browser.on("exit", resolve));
rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
