//! The rows of the bar, by what they are about.

mod reach;
mod reach_depth;
mod reach_limits;
mod reach_size;
mod told;

use crate::Row;

/// Every row there is.
pub(crate) fn all() -> Vec<Row> {
    [reach::ROWS, reach_depth::ROWS, reach_limits::ROWS, reach_size::ROWS, &told::rows()].concat()
}
