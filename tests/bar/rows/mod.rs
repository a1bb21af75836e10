//! The rows of the bar, by what they are about.

mod reach;
mod told;

use crate::Row;

/// Every row there is.
pub(crate) fn all() -> Vec<Row> {
    [reach::ROWS, &told::rows()].concat()
}
