//! The table's camera and decoder.

pub mod camera;
pub mod decode;
pub mod picture;
