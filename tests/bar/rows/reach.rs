//! What is walked and read, and what is not.

use crate::Row;
use crate::subject::Subject;
use crate::tree::Tree;

pub(crate) const ROWS: &[Row] = &[Row {
    number: 16,
    title: "pipes, sockets and links are neither opened nor waited for",
    green: || special(&Subject::dekey()),
    red: || special(&Subject::script("timeout 1 cat \"$1\"/pipe.rb || kill -9 $$")),
}];

/// A pipe that nobody writes to beside a file with a login: the login is found, and the run ends.
fn special(subject: &Subject) -> crate::Verdict {
    let tree = Tree::new();
    tree.write("login.rb", crate::tree::LOGIN);
    rustix::fs::mkfifoat(rustix::fs::CWD, tree.path("pipe.rb"), 0o600.into()).map_err(|error| error.to_string())?;
    let ran = subject.check(&tree, &["--format", "json"]);
    ran.ended()?;
    ran.finds("login.rb")
}
