// Uses the docs page as a person would, in Chromium: signs in by "Authorize", creates an item by "Try it out", reads it
// back. Fails on any console error, breach of the page's policy, or request to another origin.
//
//   ADMIN_EMAIL=… ADMIN_PASSWORD=… node docs_page.mjs BASE_URL [--screenshot FILE] [--dark]

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const base = process.argv[2];
const screenshot = process.argv.includes("--screenshot") ? process.argv[process.argv.indexOf("--screenshot") + 1] : null;
const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = process.env;
if (!base || !email || !password) {
  console.error("usage: ADMIN_EMAIL=… ADMIN_PASSWORD=… node docs_page.mjs BASE_URL [--screenshot FILE] [--dark]");
  process.exit(2);
}

const profile = mkdtempSync(join(tmpdir(), "redoubt-docs-page-"));
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
  colorScheme: process.argv.includes("--dark") ? "dark" : "light",
  viewport: { width: 1280, height: 960 },
});

try {
  const page = browser.pages()[0] ?? (await browser.newPage());
  page.setDefaultTimeout(20_000);
  const complaints = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== new URL(base).origin) complaints.push(`outside request: ${request.url()}`);
  });
  await page.addInitScript(() =>
    document.addEventListener("securitypolicyviolation", (event) =>
      console.error(`policy breached: ${event.violatedDirective} by ${event.blockedURI} at ${event.sourceFile}`)));

  const answer = await page.goto(`${base}/docs`);
  assert.equal(answer.status(), 200);
  assert.match(answer.headers()["content-security-policy"] ?? "", /default-src 'self'/);
  assert.doesNotMatch(answer.headers()["content-security-policy"], /unsafe-(inline|eval)|data:|\*/);
  const document = await (await page.request.get(`${base}/openapi.json`)).json();
  await page.getByRole("heading", { name: document.info.title }).waitFor();
  assert.equal(await page.title(), document.info.title);
  console.log("the page shows the document");

  await page.locator(".auth-wrapper .btn.authorize").click();
  const dialog = page.locator(".dialog-ux .modal-ux");
  await dialog.locator("#oauth_username").fill(email);
  await dialog.locator("#oauth_password").fill(password);
  assert.equal(await dialog.locator("[id^=client_]:visible").count(), 0);
  await dialog.locator("button.authorize").first().click();
  await dialog.getByRole("button", { name: "Remove authorization" }).first().waitFor();
  await dialog.locator(".btn-done").first().click();
  console.log("signed in by Authorize");

  async function operation(method, path) {
    const block = page.locator(`.opblock-${method}`).filter({
      has: page.locator(`.opblock-summary-path[data-path="${path}"]`),
    });
    await block.locator(".opblock-summary-control").click();
    await block.getByRole("button", { name: "Try it out" }).click();
    return block;
  }
  async function execute(block, method, path) {
    const [response] = await Promise.all([
      page.waitForResponse((seen) => seen.request().method() === method && new URL(seen.url()).pathname === path),
      block.getByRole("button", { name: "Execute" }).click(),
    ]);
    await block.locator(".live-responses-table .response .response-col_status").first().waitFor();
    return response;
  }

  const title = `Written on the docs page ${Date.now()}`;
  const create = await operation("post", "/items");
  await create.locator("textarea.body-param__text").fill(JSON.stringify({ title, description: "By a browser" }, null, 2));
  const created = await execute(create, "POST", "/items");
  assert.equal(created.status(), 201);
  const item = await created.json();
  assert.equal(item.title, title);
  console.log("created an item by Try it out");

  const [read_path] = Object.keys(document.paths).filter((path) => /^\/items\/\{[^}]+\}$/.test(path));
  const read = await operation("get", read_path);
  await read.locator(".parameters input[type=text]").first().fill(String(item.id));
  const got = await execute(read, "GET", `/items/${item.id}`);
  assert.equal(got.status(), 200);
  assert.equal((await got.json()).title, title);
  console.log("read the item back");

  if (screenshot) {
    for (const block of [read, create]) await block.locator(".opblock-summary-control").click();
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.mouse.move(0, 0);
    await page.waitForTimeout(400); // for the fold's animation to end
    await page.screenshot({ path: screenshot });
  }
  assert.deepEqual(complaints, []);
} finally {
  await browser.close();
  rmSync(profile, { recursive: true, force: true });
}
