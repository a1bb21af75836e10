//! The rows of the bar, by what they are about.

mod mend_death;
mod reach;

use crate::Row;

/// Every row there is.
pub(crate) fn all() -> Vec<Row> {
    [mend_death::ROWS, reach::ROWS].concat()
}
