//! dekey as a build server runs it.

use std::path::Path;
use std::process::Command;

/// How a run ended, and what it wrote.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs dekey in `dir`, in an environment that holds `env` and nothing else.
pub(crate) fn dekey(dir: &Path, args: &[&str], env: &[(&str, &str)]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_dekey"))
        .args(args)
        .current_dir(dir)
        .env_clear()
        .envs(env.iter().copied())
        .output()
        .expect("it starts");
    let text = |bytes| String::from_utf8(bytes).expect("our output is UTF-8");
    Ran { code: output.status.code().expect("it ends by itself"), out: text(output.stdout), err: text(output.stderr) }
}

/// A directory of files, which nothing above governs.
pub(crate) fn project<'a>(files: impl IntoIterator<Item = (&'a Path, &'a str)>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = dir.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    dir
}
