//! The table's camera and decoder.
