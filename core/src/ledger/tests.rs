//! A ledger under every cut and every flipped bit that its format has an answer for.

use std::fs;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::frame::{HEAD, Head, MIN_FRAME};
use super::*;
use crate::vault::{DataKey, KeyId};

const ID: KeyId = KeyId { store: [3; 16], epoch: 1 };

fn keys() -> Arc<Keys> {
    Arc::new(Keys::derive(ID, &DataKey::from_bytes([1; 32])).unwrap())
}

struct Bench {
    dir: tempfile::TempDir,
    rng: ChaCha20Rng,
}

/// What a whole scan saw, and where it said the ledger ends.
struct Seen {
    seqs: Vec<u64>,
    damage: Vec<Damage>,
    tail: Tail,
}

impl Bench {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap(), rng: ChaCha20Rng::seed_from_u64(1) }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("ledger")
    }

    /// A ledger with one entry per payload, closed, and the offsets of its frames and its end.
    fn with(payloads: &[&[u8]]) -> (Self, Vec<usize>) {
        let mut bench = Self::new();
        let header = Header::seal(&keys(), &[9; 32], &mut bench.rng).unwrap();
        let tail = Draft::create(&bench.path(), &header, keys()).unwrap().finish().unwrap();
        let mut ledger = Ledger::open(&bench.path(), &header, keys(), true).unwrap();
        ledger.settle(tail).unwrap();
        let mut offsets = vec![ledger.tail().offset as usize];
        for payload in payloads {
            ledger.append(1, &[], payload, &mut bench.rng).unwrap();
            offsets.push(ledger.tail().offset as usize);
        }
        (bench, offsets)
    }

    fn open(&self) -> (Ledger, Seen) {
        let (header, _) = Ledger::header(&self.path()).unwrap().unwrap();
        let mut ledger = Ledger::open(&self.path(), &header, keys(), true).unwrap();
        let seen = scan(&ledger);
        ledger.settle(seen.tail).unwrap();
        (ledger, seen)
    }
}

fn scan(ledger: &Ledger) -> Seen {
    let mut scan = ledger.scan(ledger.start()).unwrap();
    let (mut seqs, mut damage) = (vec![], vec![]);
    while let Some(found) = scan.step().unwrap() {
        match found {
            Found::Frame(frame) => seqs.push(frame.entry.seq),
            Found::Damage(found) => damage.push(found),
        }
    }
    Seen { seqs, damage, tail: scan.tail().unwrap() }
}

#[test]
fn entries_read_back_in_order_across_reopening() {
    let (mut bench, offsets) = Bench::with(&[b"one", b"two", &[7; 3000]]);
    let (mut ledger, seen) = bench.open();
    assert_eq!((seen.seqs, seen.damage), (vec![1, 2, 3], vec![]));
    assert_eq!(seen.tail.mark.offset as usize, offsets[3]);
    let frame = ledger.append(200, &[], b"four", &mut bench.rng).unwrap();
    assert_eq!(frame.entry.seq, 4);
    let read = ledger.frame_at(frame.offset).unwrap().unwrap();
    assert_eq!((read.entry.kind, read.entry.payload.as_slice()), (200, &b"four"[..]));
    assert_eq!(bench.open().1.seqs, [1, 2, 3, 4]);
}

#[test]
fn the_file_grows_in_steps_of_real_zeros() {
    let (mut bench, offsets) = Bench::with(&[b"one"]);
    let bytes = fs::read(bench.path()).unwrap();
    assert_eq!(bytes.len() as u64, GROWTH);
    assert!(bytes[offsets[1]..].iter().all(|b| *b == 0));
    let (mut ledger, _) = bench.open();
    while ledger.tail().offset <= GROWTH {
        ledger.append(1, &[], &[1; 4000], &mut bench.rng).unwrap();
    }
    assert_eq!(fs::metadata(bench.path()).unwrap().len(), 2 * GROWTH);
}

#[test]
fn a_write_torn_at_any_byte_is_cut_and_everything_before_it_is_there() {
    let (bench, offsets) = Bench::with(&[b"one", b"two", &[5; 600]]);
    let whole = fs::read(bench.path()).unwrap()[..offsets[3] + 600].to_vec();
    let (start, end) = (offsets[2], offsets[3]);
    for cut in start..end {
        // The file ends there, or the zeros that it was written over still stand there.
        let short = whole[..cut].to_vec();
        let mut zeroed = whole.clone();
        zeroed[cut..].fill(0);
        for bytes in [short, zeroed] {
            fs::write(bench.path(), &bytes).unwrap();
            let (mut ledger, seen) = bench.open();
            assert_eq!((seen.seqs, seen.damage), (vec![1, 2], vec![]), "cut at {cut}");
            assert_eq!(ledger.tail().offset as usize, start);
            if cut % 16 == 0 {
                let mut rng = ChaCha20Rng::seed_from_u64(cut as u64);
                assert_eq!(ledger.append(1, &[], b"again", &mut rng).unwrap().entry.seq, 3);
                assert_eq!(bench.open().1.seqs, [1, 2, 3]);
            }
        }
    }
}

/// Power loss keeps any subset of a write's sectors, not only the first ones.
#[test]
fn a_write_that_kept_only_some_sectors_is_torn_not_damage() {
    let (bench, offsets) = Bench::with(&[b"one", &[5; 1500]]);
    let whole = fs::read(bench.path()).unwrap();
    let (start, end) = (offsets[1], offsets[2]);
    let sectors: Vec<usize> = (start / 512..=end / 512).collect();
    for kept in 0..(1_u32 << sectors.len()) - 1 {
        let mut bytes = whole.clone();
        for (bit, sector) in sectors.iter().enumerate() {
            if kept & (1 << bit) == 0 {
                bytes[(sector * 512).max(start)..((sector + 1) * 512).min(end)].fill(0);
            }
        }
        fs::write(bench.path(), &bytes).unwrap();
        let (ledger, seen) = bench.open();
        assert_eq!((seen.seqs, seen.damage), (vec![1], vec![]), "kept {kept:b}");
        assert_eq!(ledger.tail().offset as usize, start);
        assert_eq!(
            fs::metadata(bench.path()).unwrap().len() as usize,
            bytes.len().min(if seen.tail.torn > 0 { start } else { bytes.len() })
        );
    }
}

#[test]
fn a_flipped_bit_anywhere_costs_its_own_entry_only_and_is_reported() {
    let (bench, offsets) = Bench::with(&[b"one", b"two", b"three", b"four"]);
    // Few of the zeros that follow, since every round reads them.
    let whole = fs::read(bench.path()).unwrap()[..offsets[4] + 600].to_vec();
    // Every byte, every position of a bit; every bit of one frame is tried beside `frame`.
    for bit in (offsets[0] * 8..offsets[4] * 8).step_by(7) {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(bench.path(), &bytes).unwrap();
        let (_, seen) = bench.open();
        let hit = offsets.iter().rposition(|at| bit / 8 >= *at).unwrap() as u64 + 1;
        let end_mark = offsets.contains(&(bit / 8 + 1));
        if end_mark {
            assert_eq!(seen.seqs, [1, 2, 3, 4]);
            // Only the frame that follows can tell that an end mark changed.
            let expected: &[u64] = if hit == 4 { &[] } else { &[0] };
            assert_eq!(seen.damage.iter().map(|d| d.lost).collect::<Vec<_>>(), expected);
        } else {
            let left: Vec<u64> = (1..=4).filter(|seq| *seq != hit).collect();
            assert_eq!(seen.seqs, left, "bit {bit}");
            let [damage] = seen.damage[..] else { panic!("bit {bit}: {:?}", seen.damage) };
            assert_eq!((damage.first, damage.lost), (hit, 1), "bit {bit}");
            let [from, to] = [offsets[hit as usize - 1], offsets[hit as usize]];
            assert_eq!((damage.offset, damage.bytes), (from as u64, (to - from) as u64));
        }
    }
}

#[test]
fn after_damage_at_the_end_new_entries_go_behind_it_and_the_count_stays_exact() {
    let (mut bench, offsets) = Bench::with(&[b"one", b"two"]);
    let mut bytes = fs::read(bench.path()).unwrap();
    bytes[offsets[1] + 100] ^= 1;
    fs::write(bench.path(), &bytes).unwrap();
    let (mut ledger, _) = bench.open();
    assert_eq!(ledger.append(1, &[], b"three", &mut bench.rng).unwrap().entry.seq, 3);
    let (_, seen) = bench.open();
    assert_eq!(seen.seqs, [1, 3]);
    assert_eq!(seen.damage.iter().map(|d| (d.first, d.lost)).collect::<Vec<_>>(), [(2, 1)]);
}

/// Found by fuzzing: the lost entries were counted as none, and their sequences given away again.
#[test]
fn damage_before_a_torn_write_is_counted_by_the_head_of_that_write() {
    let (mut bench, offsets) = Bench::with(&[b"one", b"two", b"three", b"four"]);
    let mut bytes = fs::read(bench.path()).unwrap()[..offsets[3] + 200].to_vec();
    bytes[offsets[1]..offsets[1] + 16].fill(0);
    bytes[offsets[2]..offsets[2] + 16].fill(0);
    fs::write(bench.path(), &bytes).unwrap();
    let (mut ledger, seen) = bench.open();
    let counted = |seen: &Seen| seen.damage.iter().map(|d| (d.first, d.lost)).collect::<Vec<_>>();
    assert_eq!((seen.seqs.as_slice(), counted(&seen)), (&[1][..], vec![(2, 2)]));
    // Kept with the damage: were it cut, nothing would tell the count any more.
    assert_eq!((seen.tail.torn, seen.tail.mark.offset), (0, offsets[3] as u64 + 201));
    assert_eq!(ledger.append(1, &[], b"four again", &mut bench.rng).unwrap().entry.seq, 4);
    let (_, seen) = bench.open();
    assert_eq!((seen.seqs.as_slice(), counted(&seen)), (&[1, 4][..], vec![(2, 2)]));
}

/// Found by fuzzing: the first byte of the next frame served as the end that a torn one lacked, and
/// there were two of the same number.
#[test]
fn a_torn_write_kept_with_damage_is_not_completed_by_the_next_entry() {
    let (mut bench, offsets) = Bench::with(&[b"one", b"two", b"three"]);
    let mut bytes = fs::read(bench.path()).unwrap()[..offsets[3] - 1].to_vec();
    bytes[offsets[1]..offsets[1] + 16].fill(0);
    fs::write(bench.path(), &bytes).unwrap();
    let (mut ledger, seen) = bench.open();
    assert_eq!(seen.seqs, [1]);
    let kept = ledger.append(1, &[], b"three again", &mut bench.rng).unwrap();
    let (ledger, seen) = bench.open();
    assert_eq!((seen.seqs.as_slice(), seen.damage[0].lost), (&[1, 3][..], 1));
    assert!(ledger.frame_at(offsets[2] as u64).unwrap().is_none());
    assert_eq!(ledger.frame_at(kept.offset).unwrap().unwrap().bytes, kept.bytes);
}

/// Found by fuzzing: what stood within the length that such a head claims was passed over, or even cut.
#[test]
fn a_sound_head_in_a_wrong_place_hides_nothing_behind_it() {
    let (bench, offsets) = Bench::with(&[&[7; 3000], b"two", b"three", b"four"]);
    let whole = fs::read(bench.path()).unwrap();
    for end in [offsets[4], whole.len()] {
        let mut bytes = whole[..end].to_vec();
        let head = whole[offsets[0]..offsets[0] + 56].to_vec();
        bytes[offsets[1]..offsets[1] + 56].copy_from_slice(&head);
        fs::write(bench.path(), &bytes).unwrap();
        for _ in 0..2 {
            let (_, seen) = bench.open();
            assert_eq!((seen.seqs, seen.tail.torn), (vec![1, 3, 4], 0));
            let [damage] = seen.damage[..] else { panic!("{:?}", seen.damage) };
            assert_eq!((damage.first, damage.lost, damage.bytes), (2, 1, 353));
        }
    }
}

/// Found by fuzzing: the frame before took the first byte of the next one for its own end, and so hid it.
#[test]
fn a_frame_that_lost_its_last_byte_hides_nothing_behind_it() {
    let (bench, offsets) = Bench::with(&[b"one", b"two", b"three"]);
    let mut bytes = fs::read(bench.path()).unwrap();
    bytes.remove(offsets[1] - 1);
    fs::write(bench.path(), &bytes).unwrap();
    let (_, seen) = bench.open();
    assert_eq!(seen.seqs, [2, 3]);
    let [damage] = seen.damage[..] else { panic!("{:?}", seen.damage) };
    assert_eq!((damage.first, damage.lost, damage.bytes), (1, 1, 352));
}

/// Found by fuzzing: with the entries before it cut out, a high sequence looked made up for good.
#[test]
fn entries_that_follow_a_frame_moved_to_the_front_are_found_again() {
    let payloads = [b"entry".as_slice(); 12];
    let (mut bench, offsets) = Bench::with(&payloads);
    let whole = fs::read(bench.path()).unwrap();
    let (last, first) = (&whole[offsets[11]..offsets[12]], &whole[offsets[0]..offsets[1] - 9]);
    fs::write(bench.path(), [&whole[..offsets[0]], last, first, &[1; 300]].concat()).unwrap();
    let (mut ledger, seen) = bench.open();
    assert_eq!(seen.seqs, [12]);
    let seq = ledger.append(1, &[], b"new", &mut bench.rng).unwrap().entry.seq;
    let (_, seen) = bench.open();
    assert_eq!(seen.seqs, [12, seq]);
    assert_eq!(seen.damage.iter().map(|d| d.lost).sum::<u64>() + 2, seq);
}

#[test]
fn a_wiped_stretch_is_counted_by_the_sequences_around_it() {
    let payloads: Vec<Vec<u8>> = (0..20_u8).map(|i| vec![i; 300]).collect();
    let slices: Vec<&[u8]> = payloads.iter().map(Vec::as_slice).collect();
    let (bench, offsets) = Bench::with(&slices);
    for fill in [0, 0xFF, 0xD7] {
        let mut bytes = fs::read(bench.path()).unwrap();
        bytes[offsets[4] + 10..offsets[9] - 10].fill(fill);
        fs::write(bench.path(), &bytes).unwrap();
        let (_, seen) = bench.open();
        assert_eq!(seen.seqs, [1, 2, 3, 4, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
        assert_eq!(seen.damage.iter().map(|d| (d.first, d.lost)).collect::<Vec<_>>(), [(5, 5)]);
    }
}

#[test]
fn a_frame_that_stands_twice_is_handed_out_once() {
    let (bench, offsets) = Bench::with(&[b"one", b"two"]);
    let mut bytes = fs::read(bench.path()).unwrap();
    let copy = bytes[offsets[0]..offsets[1]].to_vec();
    bytes[offsets[2]..offsets[2] + copy.len()].copy_from_slice(&copy);
    fs::write(bench.path(), &bytes).unwrap();
    let (_, seen) = bench.open();
    assert_eq!(seen.seqs, [1, 2]);
    assert_eq!(seen.damage.iter().map(|d| (d.first, d.lost)).collect::<Vec<_>>(), [(3, 0)]);
    assert_eq!(seen.tail.mark.next, 3);
}

/// A head's checksum keeps no secret, so anyone can make one; it must not hide what follows.
#[test]
fn a_head_made_up_with_a_huge_sequence_hides_nothing() {
    let (bench, offsets) = Bench::with(&[b"one", b"two", b"three"]);
    let mut bytes = fs::read(bench.path()).unwrap();
    let head = frame::Head { sealed: 272, seq: u64::MAX - 1, prev: [0; 32] }.encode(&keys());
    bytes[offsets[1]..offsets[1] + head.len()].copy_from_slice(&head);
    fs::write(bench.path(), &bytes).unwrap();
    let (_, seen) = bench.open();
    assert_eq!(seen.seqs, [1, 3]);
    assert_eq!(seen.damage.iter().map(|d| (d.first, d.lost)).collect::<Vec<_>>(), [(2, 1)]);
}

#[test]
fn a_damaged_frame_can_be_written_back() {
    let (bench, offsets) = Bench::with(&[b"one", b"two"]);
    let whole = fs::read(bench.path()).unwrap();
    let frame = Frame::open(&keys(), 1024, &whole[offsets[0]..offsets[1]]).unwrap();
    let mut bytes = whole.clone();
    bytes[offsets[0]..offsets[1]].fill(0xAA);
    fs::write(bench.path(), &bytes).unwrap();
    bench.open().0.restore(&frame).unwrap();
    assert_eq!(fs::read(bench.path()).unwrap(), whole);
}

#[test]
fn after_a_failed_write_the_ledger_waits_to_be_opened_again() {
    let (mut bench, _) = Bench::with(&[b"one"]);
    let (mut ledger, _) = bench.open();
    ledger.file = File::open(bench.path()).unwrap();
    let failed = ledger.append(1, &[], b"two", &mut bench.rng);
    assert!(matches!(failed, Err(WriteError::Io { .. })));
    ledger.file = OpenOptions::new().write(true).open(bench.path()).unwrap();
    let after = ledger.append(1, &[], b"two", &mut bench.rng);
    assert!(matches!(after, Err(WriteError::Poisoned)));
    assert_eq!(scan(&ledger).seqs, [1]);
    let (mut ledger, _) = bench.open();
    assert_eq!(ledger.append(1, &[], b"two", &mut bench.rng).unwrap().entry.seq, 2);
}

/// The device takes every byte and can't sync, as a disk that fails at the last moment.
#[cfg(target_os = "linux")]
#[test]
fn an_entry_that_was_written_and_not_synced_is_not_acknowledged() {
    let (mut bench, _) = Bench::with(&[b"one"]);
    let (mut ledger, _) = bench.open();
    ledger.file = OpenOptions::new().write(true).open("/dev/null").unwrap();
    let unsynced = ledger.append(1, &[], b"two", &mut bench.rng);
    assert!(matches!(unsynced, Err(WriteError::Io { .. })));
    assert!(matches!(ledger.takes(), Err(WriteError::Poisoned)));
    assert_eq!(ledger.tail().next, 2, "nothing follows an entry that may not be there");
}

#[test]
fn an_entry_that_is_too_large_is_refused_and_nothing_is_written() {
    let (mut bench, _) = Bench::with(&[b"one"]);
    let (mut ledger, _) = bench.open();
    let refused = ledger.append(1, &[], &[1; 5000], &mut bench.rng);
    assert!(matches!(refused, Err(WriteError::TooLarge { size: 5120, limit: 4096 })));
    assert_eq!(ledger.append(1, &[], b"two", &mut bench.rng).unwrap().entry.seq, 2);
}

#[test]
fn every_write_error_says_what_happened() {
    let path = PathBuf::from("book/ledger");
    let told = [
        (
            WriteError::TooLarge { size: 5120, limit: 4096 },
            "an entry of 5120 bytes is larger than the limit of 4096",
        ),
        (WriteError::Full { path: path.clone() }, "there is no room left to write book/ledger"),
        (
            WriteError::Io { path, source: io::Error::other("broken") },
            "writing book/ledger failed: broken",
        ),
        (WriteError::Poisoned, "an earlier write failed, so the book has to be opened again"),
    ];
    for (error, text) in told {
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn forged_heads_however_many_are_read_over_once() {
    let (bench, offsets) = Bench::with(&[b"one"]);
    let whole = fs::read(bench.path()).unwrap()[..offsets[1]].to_vec();
    // Of frames that end before the next one, over one another, and too short for any entry.
    for (length, apart) in [(MIN_FRAME, MIN_FRAME + 8), (MAX_FRAME, 60), (HEAD + 41, HEAD + 50)] {
        let mut bytes = whole.clone();
        let sealed =
            u32::try_from(length - Head { sealed: 0, seq: 0, prev: [0; 32] }.frame_length());
        let head = Head { sealed: sealed.unwrap(), seq: 2, prev: [1; 32] }.encode(&keys());
        while bytes.len() < 1 << 20 {
            bytes.extend_from_slice(&head);
            bytes.resize(bytes.len() + apart - HEAD, 7);
        }
        fs::write(bench.path(), &bytes).unwrap();
        let (header, _) = Ledger::header(&bench.path()).unwrap().unwrap();
        let ledger = Ledger::open(&bench.path(), &header, keys(), false).unwrap();
        let mut scan = ledger.scan(ledger.start()).unwrap();
        let mut seqs = vec![];
        while let Some(found) = scan.step().unwrap() {
            if let Found::Frame(frame) = found {
                seqs.push(frame.entry.seq);
            }
        }
        assert_eq!(seqs, [1], "{apart} apart");
        let times = scan.taken() / bytes.len() as u64;
        assert!(times < 3, "{apart} apart: read {times} times over");
    }
}
