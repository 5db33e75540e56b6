//! Two people meet at a table.
fn main() {}
