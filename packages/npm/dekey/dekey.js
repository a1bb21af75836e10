#!/usr/bin/env node
// Runs the program that the platform's package holds: same arguments, streams, exit code and signals.
"use strict";

const { spawn } = require("node:child_process");
const os = require("node:os");

/** Ends as dekey ends when it could not do its work. */
function fail(what, help) {
  process.stderr.write(`error: ${what}\n  = help: ${help}\n`);
  process.exit(2);
}

/** Node reports the C library that it runs on only where that is glibc. */
function isGlibc() {
  process.report.excludeNetwork = true; // listing the interfaces can take seconds
  return Boolean(process.report.getReport().header.glibcVersionRuntime);
}

/** The packages that run here, the best first. The programs for musl are static, so they run beside glibc too. */
function packages() {
  const name = `@dekey/${process.platform}-${process.arch}`;
  if (process.platform !== "linux") return [name];
  return isGlibc() ? [`${name}-gnu`, `${name}-musl`] : [`${name}-musl`];
}

function program() {
  if (process.env.DEKEY_BINARY) return process.env.DEKEY_BINARY;
  const file = process.platform === "win32" ? "dekey.exe" : "dekey";
  const names = packages();
  for (const name of names) {
    try {
      return require.resolve(`${name}/${file}`);
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  const known = Object.keys(require("./package.json").optionalDependencies ?? {});
  return names.some((name) => known.includes(name))
    ? fail(`the package ${names[0]} is not installed`, "install again, with optional dependencies")
    : fail(`there is no package for ${names[0].slice("@dekey/".length)}`, "build dekey with `cargo install dekey --locked` and name it in DEKEY_BINARY");
}

const path = program();
const child = spawn(path, process.argv.slice(2), { stdio: "inherit", windowsHide: true });
const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
for (const signal of signals) process.on(signal, () => child.kill(signal));

child.on("error", (error) => fail(`cannot run ${path}: ${error.code ?? error.message}`, "install again, or name another program in DEKEY_BINARY"));
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  // Shells see of what a program died, so die of the same.
  for (const caught of signals) process.removeAllListeners(caught);
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(128 + (os.constants.signals[signal] ?? 0)), 1000);
});
