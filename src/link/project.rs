//! What the files of one scan say together.
//!
//! stub
