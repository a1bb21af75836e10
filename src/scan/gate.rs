//! How many files may be in flight.
//!
//! Owns the bound, so that reading waits for lowering and memory does not grow with the tree.

use std::sync::{Condvar, Mutex, PoisonError};

use super::locked;

/// Files in flight between reading and lowering.
const MAX_IN_FLIGHT: usize = 64;

/// Lets a bounded number of files in.
#[derive(Default)]
pub(super) struct Gate {
    inside: Mutex<usize>,
    left: Condvar,
}

impl Gate {
    pub(super) fn enter(&self) {
        let inside = locked(&self.inside);
        let mut inside =
            self.left.wait_while(inside, |inside| *inside >= MAX_IN_FLIGHT).unwrap_or_else(PoisonError::into_inner);
        *inside += 1;
    }

    pub(super) fn leave(&self) {
        *locked(&self.inside) -= 1;
        self.left.notify_one();
    }
}
