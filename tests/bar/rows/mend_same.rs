//! What is the same, is told the same.

use crate::subject::{Subject, run};
use crate::tree::{LOCK, LOGIN, Tree};
use crate::{Row, Verdict, full};

pub(crate) const ROWS: &[Row] = &[Row {
    number: 47,
    title: "a report is the same byte for byte, wherever the files are, in whichever order they came, by however many",
    green: || same(&Subject::dekey()),
    red: || same(&Subject::script("find \"$1\" -name '*.rb' -exec ls -i {} +")),
}];

/// Some files of several kinds, with findings that belong together and others that do not.
fn files() -> Vec<(String, String)> {
    let mut files = vec![
        ("Gemfile.lock".to_owned(), LOCK.to_owned()),
        (".env.example".to_owned(), "ID=\nKEY=\nINTERCOM_API_KEY=\n".to_owned()),
        ("package.json".to_owned(), "{\"dependencies\": {\"intercom-client\": \"^2.0.0\"}}\n".to_owned()),
        (".github/workflows/ci.yml".to_owned(), "env:\n  KEY: ${{ secrets.KEY }}\n".to_owned()),
    ];
    for number in 0..60 {
        let (ruby, node) = (format!("d{}/f{number}.rb", number % 7), format!("d{}/g{number}.js", number % 5));
        let login = if number % 3 == 0 { LOGIN.to_owned() } else { LOGIN.replace("KEY", &format!("KEY{number}")) };
        files.push((ruby, format!("{login}\n").repeat(1 + number % 4)));
        let login = "const c = new Intercom.Client({ appId: process.env.ID, appApiKey: process.env.KEY });\n";
        files.push((node, format!("const Intercom = require('intercom-client');\n{login}")));
    }
    files
}

fn same(subject: &Subject) -> Verdict {
    let mut files = files();
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    for format in ["json", "sarif"] {
        let mut first: Option<Vec<u8>> = None;
        for round in 0..if full() { 20 } else { 3 } {
            for at in (1..files.len()).rev() {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                files.swap(at, (random >> 33) as usize % (at + 1));
            }
            let tree = Tree::new();
            // Another place each time, and deeper.
            let root = tree.path(&"deep/".repeat(round % 4)).join("top");
            std::fs::create_dir_all(root.join(".git")).map_err(|error| error.to_string())?;
            for (name, text) in &files {
                let path = root.join(name);
                std::fs::create_dir_all(path.parent().expect("below the root")).map_err(|error| error.to_string())?;
                std::fs::write(path, text).map_err(|error| error.to_string())?;
            }
            let threads = ["-j1", "-j64", "-j3"][round % 3];
            let mut command = subject.checker(&[]);
            let ran = run(command.arg(&root).args([threads, "--output-format", format]).current_dir(&root));
            ran.ended()?;
            if ran.out.len() < 1000 {
                return Err(format!("hardly anything is told: {}", ran.complaint()));
            }
            match &first {
                Some(first) if *first != ran.out => {
                    let at = first.iter().zip(&ran.out).take_while(|(one, other)| one == other).count();
                    let around = |bytes: &[u8]| {
                        let end = bytes.len().min(at + 60);
                        String::from_utf8_lossy(&bytes[at.saturating_sub(60).min(end)..end]).into_owned()
                    };
                    return Err(format!("{format}, round {round}: {} / {}", around(first), around(&ran.out)));
                }
                Some(_) => (),
                None => first = Some(ran.out),
            }
        }
    }
    Ok(())
}
