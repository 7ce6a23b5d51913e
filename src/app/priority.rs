//! Who goes first where processors are short: whoever is answered from memory, before work that
//! waits for the database or that nobody waits for.

use std::cell::Cell;

/// From now on this thread, and every thread that it starts, lets others go first, until its
/// share is a tenth of theirs. A search that comes while somebody writes is then not kept waiting
/// for the rest of a time slice.
///
/// Where the system ranks only whole processes, or does not allow it, nothing changes.
pub fn give_way() {
    thread_local!(static GIVEN: Cell<bool> = const { Cell::new(false) });
    if !GIVEN.replace(true) {
        #[cfg(target_os = "linux")]
        let _ = rustix::process::nice(STEPS);
    }
}

/// Of the twenty steps that the system knows; each takes a fifth of the share that is left.
#[cfg(target_os = "linux")]
const STEPS: i32 = 10;
