//! What takes a scan by one thread many seconds, and how to see that the scan is in the middle of it.

use std::path::Path;

/// What is examined beside a file before and one after: a folder, by one thread, with what git ignores.
pub(crate) const FOLDER: &str = "long";

/// Fills a folder below `root` with so many names of one file, which is of the largest size that is held whole.
pub(crate) fn fill(root: &Path) {
    let long = root.join(FOLDER);
    std::fs::create_dir(&long).unwrap();
    let text = long.join("text");
    std::fs::write(&text, "nothing of any interest here\n".repeat(72_000)).unwrap();
    for folder in 0..20 {
        let folder = long.join(folder.to_string());
        std::fs::create_dir(&folder).unwrap();
        (0..1000).for_each(|name| std::fs::hard_link(&text, folder.join(name.to_string())).unwrap());
    }
}

/// Whether a process catches signals, and has read what comes first and a part of what is between.
#[cfg(target_os = "linux")]
pub(crate) fn is_amid(process: u32) -> bool {
    let told = |name: &str, key: &str| {
        let text = std::fs::read_to_string(format!("/proc/{process}/{name}")).unwrap_or_default();
        text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or("0").trim().to_owned()
    };
    let caught = u64::from_str_radix(&told("status", "SigCgt:"), 16).unwrap();
    let read: u64 = told("io", "rchar:").parse().unwrap();
    caught >> (rustix::process::Signal::INT.as_raw() - 1) & 1 == 1 && read > 20_000_000
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn is_amid(_: u32) -> bool {
    std::thread::sleep(std::time::Duration::from_millis(1500));
    true
}
