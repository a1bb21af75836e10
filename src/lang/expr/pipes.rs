//! Pipes: `value |> call(args)`.
//!
//! Owns how a value becomes the first argument of the call after it. The decision to know: the call was read before the
//! value reached it, so it is taken back and told anew, since it may stand for something else with the value.

use super::super::reader::Reader;
use super::positional;
use crate::facts::{Call, Value, ValueKind};
use crate::span::Span;

impl Reader<'_> {
    /// `value |> call(args)`: the call with the value as its first argument.
    pub(super) fn piped(&mut self, value: Value, at: usize, end: usize) -> Option<(Value, usize)> {
        let calls = self.facts.calls.len();
        let (target, next) = self.operand(at, end)?;
        let start = value.span;
        let (call, span) = match target.kind {
            // The call was the last thing read: it is what it stands for only now.
            ValueKind::Call(id) if id >= calls && id + 1 == self.facts.calls.len() => {
                let called = self.facts.calls.pop()?;
                let span = start.to(called.span);
                (called, span)
            }
            ValueKind::Call(id) if id >= calls => {
                self.facts.calls[id].args.insert(0, positional(value));
                return Some((target, next));
            }
            ValueKind::Ref(path) => {
                let args_span = Span::new(target.span.end, target.span.end);
                let call = Call { path, new: false, receiver: None, args: Vec::new(), args_span, span: target.span };
                (call, start.to(target.span))
            }
            _ => return Some((target, next)),
        };
        let mut call = Call { span, ..call };
        call.args.insert(0, positional(value));
        let id = self.facts.calls.len();
        let value = self.finish_call(call);
        if self.facts.calls.len() == id {
            // A block of a call that is none any more belongs to nothing.
            self.facts.defs.iter_mut().filter(|def| def.of == Some(id)).for_each(|def| def.of = None);
        }
        Some((value, next))
    }
}
