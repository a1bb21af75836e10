//! The fuzz targets, run as they stand in `fuzz/`: on what fuzzing has found, and on what it began with.

#[allow(unreachable_pub, dead_code, missing_docs, reason = "it belongs to a crate of its own")]
#[path = "../../fuzz/src/seeds.rs"]
pub(crate) mod seeds;
#[allow(unreachable_pub, dead_code, missing_docs, reason = "as above")]
#[path = "../../fuzz/src/targets/mod.rs"]
pub(crate) mod targets;

/// What fuzzing has found: the target, the input's name, the input.
pub(crate) fn finds() -> Vec<(String, String, Vec<u8>)> {
    let mut finds = Vec::new();
    for target in seeds::root().join("fuzz/finds").read_dir().expect("it is there").map(Result::unwrap) {
        for input in target.path().read_dir().expect("a folder for each target").map(Result::unwrap) {
            let [target, name] = [&target, &input].map(|entry| entry.file_name().to_string_lossy().into_owned());
            finds.push((target, name, std::fs::read(input.path()).expect("it can be read")));
        }
    }
    finds.sort();
    finds
}

/// Runs a target. What was found with one language or name is tried with all: the bytes that chose it mean another one
/// as soon as there are more.
pub(crate) fn replayed(target: &str, bytes: &[u8]) {
    let (_, run) = targets::TARGETS.iter().find(|(name, _)| *name == target).expect("a find is of a target");
    run(bytes);
    if target == "lower" && bytes.len() < 1000 {
        targets::lower::all().for_each(|language| targets::lower::check(language, &bytes[1.min(bytes.len())..]));
    }
}
