//! Every value of a layer once, with what holds it.
//!
//! Owns the walk over values. It gives no value a meaning.

use crate::facts::{CallId, Facts, Path, Value};

/// What holds a value.
#[derive(Clone, Copy)]
pub(crate) enum Owner<'a> {
    /// A call has it among its arguments, or is made on it.
    Call(CallId),
    /// It is assigned to this.
    Stored(&'a Path),
    /// Nothing does.
    Nothing,
}

/// Calls `see` for every value and every value inside it. Nesting is bounded by the reader.
pub(crate) fn values<'a>(facts: &'a Facts, mut see: impl FnMut(Owner<'a>, &'a Value)) {
    for (id, call) in facts.calls.iter().enumerate() {
        for value in call.receiver.as_deref().into_iter().chain(call.args.iter().map(|arg| &arg.value)) {
            inside(Owner::Call(id), value, &mut see);
        }
    }
    for assign in &facts.assigns {
        inside(Owner::Stored(&assign.target), &assign.value, &mut see);
    }
    let defaults = facts.defs.iter().flat_map(|def| &def.params).filter_map(|param| param.default.as_ref());
    let loose = facts.returns.iter().chain(&facts.results);
    for value in facts.entries.iter().map(|entry| &entry.value).chain(loose).chain(defaults) {
        inside(Owner::Nothing, value, &mut see);
    }
}

fn inside<'a>(owner: Owner<'a>, value: &'a Value, see: &mut impl FnMut(Owner<'a>, &'a Value)) {
    see(owner, value);
    value.children().for_each(|child| inside(owner, child, see));
}
