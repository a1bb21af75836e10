//! The page: its markup, and what it does in a browser.
//!
//! `page` reads the bytes; `browser` opens the same pages in headless Chromium, with `browse.mjs`, and has them validated.
//! What cannot run here is skipped with a line that says why. `DEKEY_PROOF=require` makes that a failure.

mod browser;
mod page;
#[expect(dead_code, reason = "`proof` uses the rest")]
#[path = "../proof/runtime.rs"]
mod runtime;
mod sample;
