//! Files that are more than their text, and links.

use std::ffi::CString;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;
use std::process::Command;

use rustix::fs::{XattrFlags, getxattr, listxattr, setxattr};

use crate::subject::{Subject, forbidden, run};
use crate::tree::LOGIN;
use crate::tree::project::{Project, SED};
use crate::{Row, Verdict};

pub(crate) const ROWS: &[Row] = &[
    Row {
        number: 40,
        title: "a fix keeps mode, owner, attributes and access list of a file, and leaves alone what it may not write",
        green: || special(&Subject::dekey()),
        red: || special(&Subject::script(&format!("sed -i '{SED}' \"$1\"/d0/f00.rb"))),
    },
    Row {
        number: 41,
        title: "no fix follows a link out of the project",
        green: || linked(&Subject::dekey()),
        red: || {
            let follows = format!("find -L \"$1\" -name '*.rb' -exec sed -i --follow-symlinks '{SED}' '{{}}' ';'");
            linked(&Subject::script(&follows))
        },
    },
];

/// What is done to a file before the fix, and why it is left alone; None where it is to be fixed. An error where this
/// machine cannot do it.
type Special = (&'static str, fn(&Path) -> std::io::Result<()>, Option<&'static str>);

const SPECIALS: &[Special] = &[
    ("executable", |path| mode(path, 0o755), None),
    ("private", |path| mode(path, 0o600), None),
    ("shared", |path| mode(path, 0o664), None),
    ("set-uid", |path| mode(path, 0o4755), None),
    ("another owner", |path| chown(path, Some(12_345), Some(54_321)), None),
    ("an attribute", |path| Ok(setxattr(path, "user.note", b"keep", XattrFlags::empty())?), None),
    ("an access list", access_list, None),
    ("read-only", |path| mode(path, 0o444), Some("it is read-only")),
    ("immutable", immutable, Some("it is read-only")),
    ("another name", |path| std::fs::hard_link(path, path.with_extension("bak")), Some("`--break-hardlinks`")),
];

fn mode(path: &Path, mode: u32) -> std::io::Result<()> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))
}

/// Another user may read.
fn access_list(path: &Path) -> std::io::Result<()> {
    let entry = |tag: u16, may: u16, id: u32| [&tag.to_le_bytes()[..], &may.to_le_bytes(), &id.to_le_bytes()].concat();
    let nobody = u32::MAX;
    let entries = [(1, 6, nobody), (2, 4, 12_345), (4, 4, nobody), (16, 4, nobody), (32, 4, nobody)];
    let list = entries.map(|(tag, may, id)| entry(tag, may, id)).concat();
    Ok(setxattr(path, "system.posix_acl_access", &[&2u32.to_le_bytes()[..], &list].concat(), XattrFlags::empty())?)
}

fn immutable(path: &Path) -> std::io::Result<()> {
    let done = Command::new("chattr").arg("+i").arg(path).output()?.status.success();
    if done { Ok(()) } else { Err(std::io::Error::other("chattr may not do it")) }
}

/// What is to be the same of a file, whatever becomes of its text.
#[derive(Debug, PartialEq, Eq)]
struct Record {
    mode: u32,
    owner: (u32, u32),
    names: u64,
    attributes: Vec<(CString, Vec<u8>)>,
}

impl Record {
    fn of(path: &Path) -> std::io::Result<Self> {
        let found = path.metadata()?;
        let (mut names, mut value) = (vec![0; 4096], vec![0; 4096]);
        let length = listxattr(path, names.as_mut_slice()).unwrap_or(0);
        let mut attributes = Vec::new();
        for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
            let name = CString::new(name)?;
            let length = getxattr(path, name.as_c_str(), value.as_mut_slice())?;
            attributes.push((name, value[..length].to_vec()));
        }
        attributes.sort();
        Ok(Self { mode: found.mode(), owner: (found.uid(), found.gid()), names: found.nlink(), attributes })
    }
}

fn special(subject: &Subject) -> Verdict {
    for (what, make, refused) in SPECIALS {
        let project = Project::new(1);
        let path = project.path("d0/f00.rb");
        if let Err(error) = make(&path) {
            forbidden(format!("{what}: {error}"));
            continue;
        }
        let record = || Record::of(&path).map_err(|error| format!("{what}: {error}"));
        let before = record()?;
        let ran = project.fix(subject, &[]);
        _ = Command::new("chattr").arg("-i").arg(&path).output();
        ran.ended()?;
        let (fixed, after) = (project.fixed()?, record()?);
        if before != after {
            return Err(format!("{what}: {before:?} becomes {after:?}"));
        }
        let (code, count) = if refused.is_some() { (2, 0) } else { (0, 1) };
        if (ran.code, fixed) != (Some(code), count) || !ran.complaint().contains(refused.unwrap_or_default()) {
            return Err(format!("{what}: code {:?}, {fixed} fixed: {}", ran.code, ran.complaint()));
        }
    }
    broken_off(subject)?;
    closed(subject)
}

/// The other name keeps the old contents where that is allowed.
fn broken_off(subject: &Subject) -> Verdict {
    let project = Project::new(1);
    let other = project.path("d0/f00.bak");
    std::fs::hard_link(project.path("d0/f00.rb"), &other).map_err(|error| error.to_string())?;
    let ran = project.fix(subject, &["--break-hardlinks"]);
    let kept = std::fs::read_to_string(other).is_ok_and(|text| text == project.files[0].1);
    if (ran.code, project.fixed()?, kept) == (Some(0), 1, true) { Ok(()) } else { Err(ran.complaint()) }
}

/// A directory that a user may not write to; for root, who may, as nobody.
fn closed(subject: &Subject) -> Verdict {
    let project = Project::new(1);
    let dir = project.path("d0");
    let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
    let through = if rustix::process::geteuid().is_root() { &nobody[..] } else { &[] };
    if !through.is_empty() {
        let starts = run(subject.checker(through).arg("--help")).code == Some(0);
        if !starts {
            forbidden("the user nobody may not start this program");
            return Ok(());
        }
        let all = Command::new("chown").args(["-R", "65534:65534"]).arg(project.aside("")).status();
        all.map_err(|error| error.to_string())?;
    }
    let set = |bits| mode(&dir, bits).map_err(|error| error.to_string());
    set(0o555)?;
    let ran = run(&mut project.fixer(subject, through, &[]));
    set(0o755)?;
    project.no_strays()?;
    let said = ran.complaint();
    let refused = ran.code == Some(2) && project.fixed()? == 0 && said.contains("d0/f00.rb: ");
    if refused { Ok(()) } else { Err(format!("a closed directory: {:?} {said}", ran.code)) }
}

/// Links of every kind to what is outside: met, and named.
fn linked(subject: &Subject) -> Verdict {
    let project = Project::new(3);
    let outside = project.outside();
    let links = [
        ("link.rb", outside.join("victim.rb")),
        ("up.rb", "../outside/victim.rb".into()),
        ("dir", outside.join("dir")),
        ("d0/up", "../../outside".into()),
        ("round", ".".into()),
    ];
    for (name, target) in &links {
        symlink(target, project.path(name)).map_err(|error| error.to_string())?;
    }
    for named in ["link.rb", "up.rb", "dir", "dir/f01.rb", "d0/up", "d0/up/victim.rb", "round/up.rb"] {
        let mut command = subject.checker(&[]);
        let ran = run(command.args([named, "Gemfile.lock", "--fix", "--allow-no-vcs"]).current_dir(project.root()));
        project.nothing_outside()?;
        if ran.code != Some(2) || !ran.complaint().contains("symbolic link") {
            return Err(format!("{named}: {:?} {}", ran.code, ran.complaint()));
        }
    }
    // What is met is not followed, and no reason to complain.
    project.recovers(subject)?;
    // A file outside by another name of it.
    project.reset();
    std::fs::hard_link(outside.join("victim.rb"), project.path("hard.rb")).map_err(|error| error.to_string())?;
    project.fix(subject, &[]).ended()?;
    let same = std::fs::read_to_string(outside.join("victim.rb")).is_ok_and(|text| text == LOGIN);
    if same { project.nothing_outside() } else { Err("a file outside is changed by another name".to_owned()) }
}
