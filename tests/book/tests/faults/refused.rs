//! A disk that takes nothing more, and one whose sync fails once.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::disk::{Disk, Order};
use crate::each_call::{holds, nearly_full, start};
use crate::life::{Life, Temper, command};
use crate::power::Film;
use crate::share;
use crate::tracer::{Event, Fault, Op, Run, run};

/// How many of `cases` may hang: sled does now and then when a write or sync of its own fails (see
/// `STORAGE.md`, limits), and then at least nothing is lost by killing it. Nothing else does.
fn may_hang(cases: usize) -> usize {
    if cfg!(feature = "sled") { 1 + cases / 20 } else { 0 }
}

/// That it ended by itself, and had a name for whatever went wrong; or that it hangs.
fn ended_well(run: &Run, case: &str) -> bool {
    if run.hung {
        return false;
    }
    let ended = run.said("end") || run.said("end in the middle");
    assert!(run.ended_well() && ended, "{case}: {}", run.end());
    true
}

fn refusals(run: &Run) -> usize {
    run.lines().filter(|line| line.starts_with("refused")).count()
}

#[test]
fn a_disk_that_is_full_from_any_write_on_keeps_what_was_acknowledged_and_reads_on() {
    let base = nearly_full();
    let (mut disks, mut refused, mut full, mut read, mut hung) = (0, 0, 0, 0, 0);
    for life in [Life::Whole, Life::Later] {
        for n in (1..).step_by(share(1, 7)) {
            let (dir, mut owed) = start(life, &base);
            let child = command(dir.path(), life, Temper::Patient, 21);
            let run = run(child, dir.path(), Fault::NoRoomFrom(n));
            let case = format!("{life:?}, no room from write {n} on");
            hung += usize::from(!ended_well(&run, &case));
            // What it read on the full disk is compared on the way.
            run.lines().for_each(|line| owed.hear(line));
            assert_eq!(holds(dir.path(), &owed, &case).stray_keys, 0, "{case}");
            if !run.struck {
                break;
            }
            disks += 1;
            refused += refusals(&run);
            let of_room = |line: &&str| line.contains("Full") || line.contains("StorageFull");
            full += run.lines().filter(of_room).count();
            read += run.lines().filter(|line| *line == "reads").count();
        }
    }
    println!(
        "{disks} full disks, {refused} calls refused, {full} for want of room; read {read} times; \
         {hung} hung"
    );
    assert!(hung <= may_hang(disks), "{hung} of {disks} hung");
    assert!(disks > 15 && refused > disks && full > 0 && read > disks);
}

/// Whether a sync of the book's ledger failed and something was acknowledged after that, before the
/// book was opened again.
fn acknowledged_unsynced(events: &[Event]) -> bool {
    let mut failed = false;
    events.iter().any(|event| match event {
        Event::Did(Op::NotSynced { path }) => {
            let unfinished = path.iter().any(|part| part.to_string_lossy().ends_with(".new"));
            failed |= path.ends_with("ledger") && !unfinished;
            false
        }
        Event::Said(line) if line == "opened" => {
            failed = false;
            false
        }
        Event::Said(line) => failed && line == "done",
        Event::Did(_) => false,
    })
}

#[test]
fn after_a_failed_sync_nothing_is_acknowledged_before_the_book_was_opened_again() {
    let base = nearly_full();
    let (mut failed, mut refused, mut hung, mut losses) = (0, 0, 0, 0);
    let mut rng = ChaCha20Rng::seed_from_u64(23);
    for life in [Life::Whole, Life::Later] {
        for n in (1..).step_by(share(1, 5)) {
            let (dir, owed) = start(life, &base);
            let from = Disk::of(dir.path());
            let child = command(dir.path(), life, Temper::Stubborn, 22);
            let run = run(child, dir.path(), Fault::SyncFails(n));
            let case = format!("{life:?}, sync {n} fails");
            hung += usize::from(!ended_well(&run, &case));
            assert!(!acknowledged_unsynced(&run.events), "{case}");
            refused += refusals(&run);
            if !run.struck {
                break;
            }
            failed += 1;
            let mut known = owed.clone();
            run.lines().for_each(|line| known.hear(line));
            assert_eq!(holds(dir.path(), &known, &case).stray_keys, 0, "{case}");
            // What a failed sync gave up, no later one writes: power lost at the end tells.
            let film = Film { from, owed, events: run.events, within: "" };
            let failure = |event: &Event| matches!(event, Event::Did(Op::NotSynced { .. }));
            let after = film.events.iter().position(failure).unwrap_or_default();
            let left = film.events.len() - after;
            for order in [Order::Kept, Order::Any, Order::Kept, Order::Any] {
                // Soon after it, or when all was done.
                let moment = match losses % 4 {
                    3 => film.events.len(),
                    _ => after + rng.next_u32() as usize % left.min(30),
                };
                film.cut(moment, order, &mut rng, &format!("{case}, then the power at {moment}"));
                losses += 1;
            }
        }
    }
    println!(
        "{failed} failed syncs, {refused} calls refused; {losses} losses of power after; {hung} hung"
    );
    assert!(hung <= may_hang(failed), "{hung} of {failed} hung");
    assert!(failed > 5 && refused > 0);
}
