// Unpacks the headless Chromium of the npm package @sparticuz/chromium, with the libraries and fonts that it needs, into
// a folder. The package's own code is not run: it would unpack into the machine's folder for temporary files.
import { createReadStream, createWriteStream } from "node:fs";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";

const from = resolve("node_modules/@sparticuz/chromium/bin");
const to = resolve(process.argv[2]);

const unpack = (name, file) =>
  pipeline(createReadStream(join(from, `${name}.br`)), createBrotliDecompress(), createWriteStream(file));

await rm(to, { recursive: true, force: true });
await mkdir(to, { recursive: true });
if (process.platform !== "linux" || process.arch !== "x64") {
  console.error(`no headless Chromium for ${process.platform} on ${process.arch}: tests of pages in a browser are skipped here`);
  process.exit(0);
}
await Promise.all([
  unpack("chromium", join(to, "chromium.part")),
  ...["al2023.tar", "fonts.tar"].map(async (name) => {
    const file = join(to, name);
    await unpack(name, file);
    execFileSync("tar", ["--extract", "--no-same-owner", "--file", file, "--directory", to]);
    await rm(file);
  }),
]);
// The same fonts on every machine, whatever it has.
await writeFile(
  join(to, "fonts.conf"),
  `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(to, "fonts")}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(to, "fonts-cache")}</cachedir>
</fontconfig>
`,
);
await chmod(join(to, "chromium.part"), 0o755);
await rename(join(to, "chromium.part"), join(to, "chromium"));
