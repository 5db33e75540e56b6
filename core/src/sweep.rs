//! Overwriting what calls leave behind on the stack.
//!
//! Whatever holds a secret here wipes it when dropped. But a value that was moved, a temporary, and a
//! library's working space stay where they were until another call happens to need the room. And moving
//! a value moves the bytes it doesn't use as well, such as the place of an absent option: so what lies
//! about on the stack gets onto the heap. Hence secrets stand in boxes of their own, and work with
//! secrets is swept up at once, before anything else is built.

use core::hint::black_box;

/// How far below the caller's frame it reaches, in words: twice what work with secrets takes, which is more
/// where nothing is optimised.
const WORDS: usize = if cfg!(debug_assertions) { 2_048 } else { 768 };

/// Writes zeros over the stack below the caller's frame, where the calls stood that it made before.
#[inline(never)]
pub(crate) fn sweep() {
    black_box(&mut [0_u64; WORDS]);
}
