use crate::Row;
pub(super) const ROWS: &[Row] = &[];
