//! The full names a path may stand for.
//!
//! Owns imports, aliases, subclasses and the parameters of blocks. The decision to know: a name may stand for several
//! full names; which of them means something is the matcher's to say.

use super::Index;
use crate::facts::{Assign, Call, DefKind, Name, Path, ValueKind};

impl<'a> Index<'a> {
    /// The full names a path may stand for: imports, aliases, block parameters resolved. Best first, never empty.
    #[must_use]
    pub fn absolute(&self, path: &Path) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        self.absolute_into(path, 0, &mut found);
        found.push(path.0.iter().map(|name| name.text.clone()).collect());
        found
    }

    /// Whether the file says that the path's first name is brought in from a module.
    #[must_use]
    pub fn is_imported(&self, path: &Path) -> bool {
        self.locals.contains_key(path.root()) || self.class_at(path).is_some_and(|(_, base)| self.is_imported(base))
    }

    /// The class that `super` speaks for, and what it extends.
    fn class_at(&self, path: &Path) -> Option<(&'a Name, &'a Path)> {
        let root = path.0.first().filter(|root| matches!(root.text.as_str(), "super" | "parent"))?;
        let class = self.scopes_at(root.span.start).find(|def| def.kind == DefKind::Container)?;
        let name = class.name.as_ref()?;
        let assigns = self.assigns.get(name.text.as_str())?;
        let base = assigns.iter().find_map(|(assign, _)| match &assign.value.kind {
            ValueKind::Ref(base) if assign.target.0.first() == Some(name) && base.root() != root.text => Some(base),
            _ => None,
        })?;
        Some((name, base))
    }

    /// The modules that the path's first name is brought in from.
    pub fn modules(&self, path: &Path) -> impl Iterator<Item = &'a str> {
        self.locals.get(path.root()).into_iter().flatten().map(|import| import.module.text.as_str())
    }

    /// Whether the path's first name may stand for another one: it is brought in, or given one.
    #[must_use]
    pub fn may_rename(&self, path: &Path) -> bool {
        let named = |(assign, _): &(&Assign, Option<usize>)| matches!(&assign.value.kind, ValueKind::Ref(other) if other.root() != path.root());
        self.is_imported(path) || self.assigns.get(path.root()).is_some_and(|assigns| assigns.iter().any(named))
    }

    fn absolute_into(&self, path: &Path, depth: usize, found: &mut Vec<Vec<String>>) {
        let Some(root) = path.0.first() else { return };
        let rest = || path.0[1..].iter().map(|name| name.text.clone());
        for import in self.locals.get(root.text.as_str()).into_iter().flatten() {
            let member = import.member.as_ref().map(|name| name.text.clone());
            found.push(
                module_path(&import.module.text)
                    .into_iter()
                    .chain(member)
                    .chain(rest())
                    .filter(|part| part != "default")
                    .collect(),
            );
        }
        if depth >= 4 {
            return;
        }
        if let Some((_, base)) = self.class_at(path) {
            // What a class hands to its base makes one.
            let mut bases = vec![base.0.iter().map(|name| name.text.clone()).collect::<Vec<_>>()];
            self.absolute_into(base, depth + 1, &mut bases);
            found.extend(bases.iter().map(|base| base.iter().cloned().chain(["new".to_owned()]).collect()));
            found.extend(bases);
        }
        if let Some(call) = self.block_parameter(root) {
            let mut owners = Vec::new();
            self.absolute_into(&call.path, depth + 1, &mut owners);
            owners.push(call.path.0.iter().map(|name| name.text.clone()).collect());
            found.extend(
                owners.into_iter().map(|owner| owner.into_iter().chain(["#".to_owned()]).chain(rest()).collect()),
            );
        }
        // Classes and modules are given other names, and those start with a capital like their own.
        let aliased = root.text.starts_with(char::is_uppercase) && self.may_rename(path);
        let given = if aliased { self.lookup(&Path::single(root.clone()), root.span.start) } else { Vec::new() };
        for assign in given {
            match &assign.kind {
                ValueKind::Ref(alias) if alias.0.len() < 8 && alias.root() != root.text => {
                    let full = Path(alias.0.iter().chain(&path.0[1..]).cloned().collect());
                    self.absolute_into(&full, depth + 1, found);
                    found.push(full.0.iter().map(|name| name.text.clone()).collect());
                }
                _ => (),
            }
        }
        if !self.locals.contains_key(root.text.as_str()) {
            for import in &self.wildcards {
                let full =
                    module_path(&import.module.text).into_iter().chain(path.0.iter().map(|name| name.text.clone()));
                found.push(full.collect());
            }
        }
    }

    /// The call whose block has this name as a parameter.
    fn block_parameter(&self, name: &Name) -> Option<&'a Call> {
        let owner =
            self.scopes_at(name.span.start).find(|def| def.params.iter().any(|param| param.name.text == name.text))?;
        owner.of.map(|id| &self.facts.calls[id])
    }
}

/// A module name as path segments: `a.b`, `A\B` and `A::B` are split.
pub(crate) fn module_path(module: &str) -> Vec<String> {
    module.split(['.', '\\', ':']).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
