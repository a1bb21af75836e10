//! The project around what was examined.
//!
//! Owns the way from a path of a report to the path that a forge knows the file by. The decision to know: it is a matter
//! of names alone, so that nothing is looked up and the same names give the same report.

/// Where a scan was started, and the project it was started in. By default paths stay what they are.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// The project's directory, absolute; empty where nobody said.
    pub root: Vec<u8>,
    /// The directory that relative paths are relative to, absolute.
    pub here: Vec<u8>,
}

impl Project {
    /// `path` relative to the project; one that is outside, or of no known project, as it is.
    #[must_use]
    pub fn path(&self, path: &[u8]) -> Vec<u8> {
        let slashes = |bytes: &[u8]| -> Vec<u8> {
            bytes.iter().map(|byte| if cfg!(windows) && *byte == b'\\' { b'/' } else { *byte }).collect()
        };
        let (root, here) = (slashes(&self.root), slashes(&self.here));
        if root.is_empty() {
            return path.to_vec();
        }
        let whole = if path.starts_with(b"/") { path.to_vec() } else { [here.as_slice(), b"/", path].concat() };
        let mut parts: Vec<&[u8]> = Vec::new();
        for part in whole.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => _ = parts.pop(),
                part => parts.push(part),
            }
        }
        let root: Vec<&[u8]> = root.split(|byte| *byte == b'/').filter(|part| !part.is_empty()).collect();
        match parts.strip_prefix(root.as_slice()) {
            Some(inside) if !inside.is_empty() => inside.join(&b'/'),
            _ => path.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_those_of_the_project() {
        let of = |root: &str, here: &str, path: &str| {
            let project = Project { root: root.into(), here: here.into() };
            String::from_utf8(project.path(path.as_bytes())).unwrap()
        };
        for (root, here, path, shown) in [
            ("", "/srv/app", "a.rb", "a.rb"),
            ("/srv/app", "/srv/app", "a.rb", "a.rb"),
            ("/srv/app/", "/srv/app/web", "a.rb", "web/a.rb"),
            ("/srv/app", "/srv/app/web", "../a.rb", "a.rb"),
            ("/srv/app", "/srv/app/web", "/srv/app/lib/a.rb", "lib/a.rb"),
            ("/srv/app", "/srv/app", "../other/a.rb", "../other/a.rb"),
            ("/srv/app", "/tmp", "/etc/a.rb", "/etc/a.rb"),
        ] {
            assert_eq!(of(root, here, path), shown, "{path} from {here} in {root}");
        }
    }
}
