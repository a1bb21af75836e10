// Puts the npm packages together: the wrapper `dekey`, and one package per platform with the program for it.
//
//   node assemble.mjs OUT TARGET=PROGRAM...
//
// OUT gets a directory for each package, ready for `npm pack` or `npm publish`. The version is that of Cargo.toml. The
// wrapper depends on the platforms that a program was given for. With --all, every platform of targets.json needs one.
// REPOSITORY, where it is set, becomes the packages' repository, which npm wants for provenance.

import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";

const here = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
const root = path.join(here, "..", "..");
const { values, positionals } = parseArgs({ options: { all: { type: "boolean" } }, allowPositionals: true });
const [out, ...given] = positionals;
if (!out || given.length === 0) throw new Error("usage: node assemble.mjs [--all] OUT TARGET=PROGRAM...");

const targets = read(path.join(here, "targets.json"));
const version = /^\[workspace\.package\]\nversion = "([^"]+)"/m.exec(text(path.join(root, "Cargo.toml")))[1];
const programs = new Map(given.map((pair) => pair.split(/=(.*)/s, 2)));
for (const target of programs.keys()) {
  if (!targets.some((known) => known.target === target)) throw new Error(`${target} is not in targets.json`);
}
const missing = targets.filter(({ target }) => !programs.has(target));
if (values.all && missing.length > 0) throw new Error(`no program for ${missing.map(({ target }) => target).join(", ")}`);

const wrapper = read(path.join(here, "dekey", "package.json"));
const { name, description, license, keywords } = wrapper;
const repository = process.env.REPOSITORY;
const common = {
  version,
  description,
  license,
  ...(repository && { repository: { type: "git", url: `git+${repository}.git` } }),
  publishConfig: { access: "public", provenance: true },
};
const optionalDependencies = {};

for (const { target, os, cpu, libc } of targets.filter(({ target }) => programs.has(target))) {
  const folder = [os, cpu, libc === "glibc" ? "gnu" : libc].filter(Boolean).join("-");
  const program = os === "win32" ? "dekey.exe" : "dekey";
  const dir = fresh(folder);
  fs.copyFileSync(programs.get(target), path.join(dir, program));
  fs.chmodSync(path.join(dir, program), 0o755);
  fs.writeFileSync(path.join(dir, "README.md"), `The program of dekey for ${target}.\n`);
  write(dir, {
    name: `@dekey/${folder}`,
    ...common,
    os: [os],
    cpu: [cpu],
    ...(libc && { libc: [libc] }),
    files: [program, "LICENSE-*"],
    preferUnplugged: true,
  });
  optionalDependencies[`@dekey/${folder}`] = version;
}

const dir = fresh(name);
for (const file of ["dekey.js", "README.md"]) fs.copyFileSync(path.join(here, "dekey", file), path.join(dir, file));
fs.chmodSync(path.join(dir, "dekey.js"), 0o755);
write(dir, { ...wrapper, ...common, keywords, optionalDependencies });

/** An empty directory for a package, with the licences. */
function fresh(folder) {
  const dir = path.join(out, folder);
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(dir, { recursive: true });
  for (const file of ["LICENSE-MIT", "LICENSE-APACHE"]) fs.copyFileSync(path.join(root, file), path.join(dir, file));
  return dir;
}

function text(file) {
  return fs.readFileSync(file, "utf8");
}

function read(file) {
  return JSON.parse(text(file));
}

function write(dir, manifest) {
  fs.writeFileSync(path.join(dir, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
