//! Writes the inputs that fuzzing begins with: `seed TARGET DIRECTORY`.

use libfuzzer_sys as _; // what instrumented code calls

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(target), Some(directory)) = (args.next(), args.next()) else {
        panic!("give a target and a directory");
    };
    for (number, seed) in dekey_fuzz::seeds::of(&target).into_iter().enumerate() {
        let path = std::path::Path::new(&directory).join(format!("seed-{number:05}"));
        std::fs::write(path, seed).expect("the directory can be written to");
    }
}
