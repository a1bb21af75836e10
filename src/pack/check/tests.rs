use super::*;
use crate::pack::builtin;

#[test]
fn builtin_packs_are_sound() {
    for files in builtin::files() {
        match check(files) {
            Ok(summary) => assert!(summary.constructs > 0 && summary.examples > summary.constructs),
            Err(error) => panic!("{error}"),
        }
    }
}
