//! What the examples and tests see with: pictures, a simulated hand-held camera, and a decoder that
//! others wrote.

pub mod camera;
pub mod decode;
pub mod picture;
