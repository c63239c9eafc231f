// Makes the docs page's assets: node web/build.mjs OUT. Called by the build (cmake/docs_assets.cmake).
//
// The page is served under `default-src 'self'`, which forbids data: addresses: the images that Swagger UI's style sheet
// carries inside itself are written as files of their own. What shrinks by compression is also stored compressed.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";

const web = dirname(fileURLToPath(import.meta.url));
const dist = join(web, "node_modules", "swagger-ui-dist");
const out = process.argv[2];
if (!out) {
  console.error("usage: node build.mjs OUT");
  process.exit(2);
}

const assets = new Map();
for (const name of readdirSync(join(web, "docs"))) assets.set(name, readFileSync(join(web, "docs", name)));
for (const name of ["swagger-ui-bundle.js", "swagger-ui-bundle.js.LICENSE.txt"]) {
  assets.set(name, readFileSync(join(dist, name)));
}

const extensions = { "image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg" };

function image_file(address) {
  const [, media, base64, body] = /^data:([^;,]+)(?:;charset=[^;,]+)?(;base64)?,(.*)$/s.exec(address);
  const bytes = base64 ? Buffer.from(body, "base64") : Buffer.from(body.includes("%3") ? decodeURIComponent(body) : body);
  const name = `image-${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}.${extensions[media]}`;
  assets.set(name, bytes);
  return name;
}

const quoted = /url\("(data:(?:\\.|[^"\\])*)"\)/gs;
const bare = /url\((data:[^)"]*)\)/g;
const css = readFileSync(join(dist, "swagger-ui.css"), "utf8")
  .replace(/\/\*# sourceMappingURL=.*?\*\//g, "")
  .replace(quoted, (_, address) => `url(${image_file(address.replace(/\\(.)/gs, "$1"))})`)
  .replace(bare, (_, address) => `url(${image_file(address)})`);
if (css.includes("data:")) throw new Error("swagger-ui.css still has a data: address, which the page's policy forbids");
// In a cascade layer, so that docs.css wins over it without outdoing its selectors.
assets.set("swagger-ui.css", Buffer.from(`@layer swagger-ui {\n${css}\n}\n`));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const [name, bytes] of assets) {
  writeFileSync(join(out, name), bytes);
  if ([".png", ".jpg"].includes(extname(name))) continue;
  const gzip = gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
  if (gzip.length < bytes.length * 0.9) writeFileSync(join(out, `${name}.gz`), gzip);
}
