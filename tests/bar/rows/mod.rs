//! The rows of the bar, by what they are about.

mod fuzz;
mod reach;
mod told;

use crate::Row;

/// Every row there is.
pub(crate) fn all() -> Vec<Row> {
    [fuzz::ROWS, reach::ROWS, &told::rows()].concat()
}
