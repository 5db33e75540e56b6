//! What the screen shows when: sealed messages and the bare hello in turn.
//!
//! Sealed messages get at least two thirds of the time. Slots are jittered and their order is
//! drawn anew each round, because a fixed rotation phase-locks with a camera's own rhythm. After
//! every change the newest sealed message comes first.

use core::time::Duration;

use super::{Frame, Shows};
use crate::digest::{Hash, hash};
use crate::wire::{Carrier, Sealed, split};

/// The middle length of a slot. On real phones 100 ms was too short for one camera; 300 ms worked.
const SLOT: Duration = Duration::from_millis(320);
/// A slot is longer or shorter by up to this much: a fifth.
const JITTER: Duration = Duration::from_millis(64);

#[cfg_attr(test, derive(Clone))]
pub(super) struct Display {
    /// What is shown in one round, in order.
    pub(super) round: Vec<(Shows, String)>,
    at: usize,
    /// When the slot ends; `None` before it was first shown.
    ends: Option<Duration>,
    jitter: Hash,
    pub(super) draws: u64,
}

impl Display {
    /// Shows `sealed`, newest first, and `hello`, if there is still anyone to greet. `draws` goes on
    /// from the display before, so that no two draw the same jitter.
    pub(super) fn new(
        carrier: &Carrier,
        small: bool,
        jitter: Hash,
        draws: u64,
        sealed: &[(Shows, &Sealed)],
        hello: Option<&[u8]>,
    ) -> Self {
        let texts: Vec<(Shows, String)> = sealed
            .iter()
            .flat_map(|(shows, sealed)| {
                let whole = sealed.to_bytes();
                let messages = if small {
                    split(&whole).iter().map(|part| part.to_bytes()).collect()
                } else {
                    vec![whole]
                };
                messages.into_iter().map(|message| (*shows, carrier.wrap(&message)))
            })
            .collect();
        let mut round = texts.clone();
        if let Some(hello) = hello {
            if texts.len() == 1 {
                round.extend(texts);
            }
            round.push((Shows::Hello, carrier.wrap(hello)));
        }
        Self { round, at: 0, ends: None, jitter, draws }
    }

    /// The frame for `now`. Asking later than a slot's end skips nothing: the next slot begins at
    /// the moment it is asked for.
    pub(super) fn frame(&mut self, now: Duration) -> Option<Frame> {
        match self.ends {
            None => self.ends = Some(self.slot_from(now)),
            Some(ends) if now >= ends => {
                self.at += 1;
                if self.at >= self.round.len() {
                    self.at = 0;
                    self.shuffle();
                }
                self.ends = Some(self.slot_from(now));
            }
            Some(_) => {}
        }
        let (shows, text) = self.round.get(self.at)?;
        let until = if self.round.len() > 1 { self.ends } else { None };
        Some(Frame { shows: *shows, text: text.clone(), until })
    }

    fn slot_from(&mut self, now: Duration) -> Duration {
        let spread = 2 * JITTER.as_millis() as u64 + 1;
        now.saturating_add(SLOT - JITTER + Duration::from_millis(self.draw() % spread))
    }

    /// Fisher and Yates.
    fn shuffle(&mut self) {
        for i in (1..self.round.len()).rev() {
            let j = self.draw() % (i as u64 + 1);
            self.round.swap(i, j as usize);
        }
    }

    fn draw(&mut self) -> u64 {
        self.draws += 1;
        let digest = hash("lapel/1 draw", &[&self.jitter, &self.draws.to_be_bytes()]);
        digest.iter().take(8).fold(0, |n, byte| n << 8 | u64::from(*byte))
    }
}
