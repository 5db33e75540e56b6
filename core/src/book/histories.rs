//! What two books wrote that know of each other's writing now and then, for tests of what becomes of
//! it in whatever order it comes together.

use std::collections::BTreeMap;

use rand_chacha::ChaCha20Rng;
use rand_core::Rng;

use super::amount::Amount;
use super::annotation::{FollowUp, Introduction, Rating};
use super::entry::{Happening, Target};
use super::note::{NoteId, Version};
use super::outcome::{Link, OutcomeId};
use super::register::Stamp;
use super::write::Write;
use super::written::Written;
use crate::badge::{Badge, BadgeFields};
use crate::date::Date;
use crate::identity::PersonId;

/// Some sixty entries about two people, an outcome and the owner.
pub(super) fn history(rng: &mut ChaCha20Rng) -> Vec<Happening> {
    let mut all: Vec<Happening> = Vec::new();
    let mut below = |n: u32| u8::try_from(rng.next_u32() % n).unwrap();
    for round in 2..64 {
        let replica = [u8::try_from(round % 2).unwrap(); 8];
        let stamp = Stamp { clock: round / 2, replica };
        let target = match below(4) {
            0 => Target::Owner,
            1 => Target::Outcome(OutcomeId::from_bytes([1; 16])),
            n => Target::Person(PersonId::unchecked([n; 32])),
        };
        if below(3) > 0 {
            let writes = (0..=below(2)).map(|_| write(round, &mut below)).collect();
            all.push(Happening::Set { target, stamp, writes });
            continue;
        }
        let there: Vec<(NoteId, Version)> = all
            .iter()
            .filter_map(|h| match h {
                Happening::Noted { target: of, note, version } if *of == target => {
                    Some((*note, version.clone()))
                }
                _ => None,
            })
            .collect();
        let (note, seen) = match u32::try_from(there.len()).unwrap() {
            n if n > 0 && below(4) > 0 => {
                let (note, _) = there[usize::from(below(n))];
                let of = there.iter().filter(|(n, _)| *n == note).map(|(_, version)| version);
                // Of the other book's, perhaps none.
                let known: Vec<_> =
                    of.filter(|v| v.stamp.replica == replica || below(2) == 0).collect();
                let seen = known.iter().flat_map(|v| v.seen.iter().copied().chain([v.stamp]));
                (note, seen.collect())
            }
            _ => (NoteId(stamp), Vec::new()),
        };
        let text = if below(5) > 0 { format!("text {round}") } else { String::new() };
        all.push(Happening::Noted { target, note, version: Version { stamp, seen, text } });
    }
    all
}

fn write(round: u64, below: &mut impl FnMut(u32) -> u8) -> Write {
    let label = format!("{}", below(3));
    let person = |n| PersonId::unchecked([n; 32]);
    let date = || Date::from_days(i32::try_from(round).unwrap()).unwrap();
    match below(15) {
        0 => Write::Blocked(below(2) == 0),
        1 => Write::Shown(label),
        2 => {
            let badge = Badge::new(BadgeFields::named(format!("Ada {round}"))).unwrap();
            Write::Badge(label, (below(3) > 0).then(|| badge.into()), round)
        }
        3 => Write::Unknown(vec![0x81, 0x18, 100 + below(9)]),
        4 => Write::Rating(Rating::new(below(6)).ok()),
        5 => Write::FollowUp((below(3) > 0).then(|| FollowUp { on: date(), done: below(2) == 0 })),
        6 => Write::Place(if below(3) > 0 { format!("place {round}") } else { String::new() }),
        7 => {
            let forgotten = u32::from(below(2));
            let by = (below(3) > 0).then(|| person(below(9)));
            Write::Introduced((below(4) > 0).then_some(Introduction { forgotten, by }))
        }
        8 => Write::SameAs((below(3) > 0).then(|| person(below(9)))),
        9 => Write::Title(format!("title {round}")),
        10 => Write::Kind(label),
        11 => Write::Happened(date()),
        12 => {
            Write::Amount((below(3) > 0).then(|| Amount::new(i64::from(below(9)), "EUR").unwrap()))
        }
        13 => Write::Link(Link::Contact(person(below(3))), below(2) == 0),
        _ => Write::Tag(label, below(2) == 0),
    }
}

pub(super) fn copy(happening: &Happening) -> Happening {
    Happening::read(happening.kind(), &happening.payload()).unwrap().unwrap()
}

pub(super) fn shuffle(all: &mut [Happening], rng: &mut ChaCha20Rng) {
    for i in (1..all.len()).rev() {
        all.swap(i, rng.next_u32() as usize % (i + 1));
    }
}

/// All that is written about each target.
pub(super) fn folded<'a>(all: impl IntoIterator<Item = &'a Happening>) -> BTreeMap<Target, String> {
    let mut folded = BTreeMap::<Target, Written>::new();
    for happening in all {
        let (Happening::Set { target, .. } | Happening::Noted { target, .. }) = happening else {
            unreachable!("nobody is met here")
        };
        folded.entry(*target).or_default().take(copy(happening));
    }
    folded.iter().map(|(target, written)| (*target, written.in_words())).collect()
}
