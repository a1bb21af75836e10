//! Every target in one program, for `fuzz/run`: one is built and linked in place of eleven. The environment names the
//! target (`DEKEY_FUZZ`), and with `DEKEY_FUZZ_SEEDS` a directory: then what it begins with is written there, and no more.
#![no_main]

use std::path::Path;
use std::sync::LazyLock;

use dekey_fuzz::seeds;
use dekey_fuzz::targets::{Run, TARGETS};

static RUN: LazyLock<Run> = LazyLock::new(|| {
    let named = std::env::var("DEKEY_FUZZ").unwrap_or_default();
    let target = TARGETS.iter().find(|(name, _)| *name == named);
    let names = || TARGETS.map(|(name, _)| name).join(" ");
    let Some((name, run)) = target else { panic!("DEKEY_FUZZ is {named:?}, and none of {}", names()) };
    if let Some(directory) = std::env::var_os("DEKEY_FUZZ_SEEDS") {
        for (number, seed) in seeds::of(name).into_iter().enumerate() {
            let path = Path::new(&directory).join(format!("seed-{number:05}"));
            std::fs::write(path, seed).expect("the directory can be written to");
        }
        std::process::exit(0);
    }
    *run
});

libfuzzer_sys::fuzz_target!(init: { LazyLock::force(&RUN); }, |bytes: &[u8]| RUN(bytes));
