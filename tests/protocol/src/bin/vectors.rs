//! Writes the test vectors: `cargo run -p lapel-protocol-tests --bin vectors`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors"));
    std::fs::create_dir_all(folder)?;
    for (name, text) in lapel_protocol_tests::vectors::all() {
        std::fs::write(folder.join(name), text)?;
    }
    Ok(())
}
