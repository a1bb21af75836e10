//! The rows of the bar, by what they are about.

mod fuzz;
mod mend;
mod mend_death;
mod mend_disk;
mod mend_race;
mod mend_same;
mod mend_signals;
mod mend_special;
mod reach;
mod reach_depth;
mod reach_limits;
mod reach_size;
mod told;

use crate::Row;

/// Every row there is.
pub(crate) fn all() -> Vec<Row> {
    [
        fuzz::ROWS,
        mend::ROWS,
        mend_death::ROWS,
        mend_disk::ROWS,
        mend_race::ROWS,
        mend_same::ROWS,
        mend_signals::ROWS,
        mend_special::ROWS,
        reach::ROWS,
        reach_depth::ROWS,
        reach_limits::ROWS,
        reach_size::ROWS,
        &told::rows(),
    ]
    .concat()
}
