// Where Chromium is: EQLAB_CHROMIUM, or a name that distributions give it. Run by itself it says so.
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

export function findChromium() {
  const given = process.env.EQLAB_CHROMIUM;
  const places = given ? [given] : (process.env.PATH ?? "").split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = findChromium();
  if (!found) {
    console.error("Chromium is missing: install the package chromium, set EQLAB_CHROMIUM, or run test/run unit");
    process.exit(1);
  }
  console.log(found);
}
