//! Packs: what compiles has rules that can be asked for, and what does not says where it is wrong.

use dekey::pack::compile::compile;

/// The text of a pack's only file; a second one may follow a NUL.
pub fn run(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let files: Vec<_> =
        text.split('\0').take(2).enumerate().map(|(at, text)| (format!("{at}.toml"), text.to_owned())).collect();
    match compile(files.clone()) {
        Ok(pack) => assert!(pack.rules.iter().all(|rule| !rule.remedy(None).contains('\0'))),
        Err(error) => {
            assert!(!error.problems.is_empty());
            for problem in &error.problems {
                let text = &files[problem.file].1;
                let fits = problem.span.is_none_or(|span| text.get(span.start..span.end).is_some());
                assert!(fits, "{problem:?} is not in the file");
            }
        }
    }
}
