//! The ways out: sketches of code that people will copy from.
//!
//! Owns what a sketch has to be: code that can be read whole, in the language it says. Whether it is good is for people.

use super::{Checker, lowered, whole};
use crate::lang;
use crate::pack::schema::PackFile;

impl Checker<'_> {
    /// Tries every sketch of a file.
    pub(super) fn ways(&mut self, file: &PackFile) {
        for row in &file.connection {
            self.id(&row.id);
            if row.steps.is_empty() {
                let hint = "add `steps = [\"…\"]`: what to do, in order";
                self.problem(&row.id, format!("{} says nothing to do", row.id.get_ref()), hint);
            }
            let language = row.languages.first().and_then(|name| lang::by_name(name.get_ref()));
            for sketch in [&row.before, &row.after] {
                if language.is_some_and(|language| !whole(&lowered(language, sketch.get_ref()))) {
                    self.lossy(sketch);
                }
            }
        }
        for row in &file.step {
            if !row.help.is_empty() && !row.help.starts_with("https://") {
                let message = format!("the help of {} is no link", row.id.get_ref());
                self.problem(&row.id, message, "link a live page of the vendor");
            }
        }
    }
}
