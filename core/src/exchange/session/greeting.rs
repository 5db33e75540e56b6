//! What follows once a bare hello was scanned.

use core::time::Duration;
use std::sync::Arc;

use super::{FIRST_FRAME_WITHIN, MAX_OFFERS, Peer, Session};
use crate::exchange::Reveal;
use crate::exchange::scanned::{Scanned, Step};
use crate::sweep::sweep;
use crate::wire::{Flaw, Hello};

/// A hello that isn't answered at once is answered after this long without a message sealed to us…
const HELD_BACK: Duration = Duration::from_millis(1_500);
/// …and after this long in any case, or one code kept in view would silence us.
const HELD_BACK_AT_MOST: Duration = Duration::from_secs(6);
/// How long a phone that doesn't answer first waits before it says that nobody does.
const UNANSWERED: Duration = Duration::from_secs(5);
/// Hellos noted and not answered; the one unseen for longest gives way.
const MAX_NOTICED: usize = 4;

impl Session {
    /// A bare hello was scanned that isn't known in the session before this one, while nobody was
    /// accepted. `at_once` says whether the first one is answered without being held back.
    pub(in crate::exchange) fn greet(
        &mut self,
        hello: Hello,
        at_once: bool,
        now: Duration,
    ) -> Scanned {
        if self.knows(&hello) {
            return Scanned::NothingNew;
        }
        if self.age(now) > FIRST_FRAME_WITHIN {
            return Scanned::Expired;
        }
        let at_once = at_once && self.peers.is_empty() && !self.terms.compare;
        let Some(at) = self.peers.iter().position(|peer| peer.hello == hello) else {
            return self.notice(hello, at_once, now);
        };
        let Some(peer) = self.peers.get_mut(at) else { return Scanned::NothingNew };
        peer.seen_at = now;
        let noticed_for = now.saturating_sub(peer.noticed_at);
        let quiet_from = self.last_opened.unwrap_or_default().max(peer.noticed_at);
        let held_back =
            now.saturating_sub(quiet_from) < HELD_BACK && noticed_for < HELD_BACK_AT_MOST;
        match self.terms.reveal {
            Reveal::AfterAccept if noticed_for >= UNANSWERED => Scanned::NobodyAnswersFirst,
            Reveal::AfterAccept => Scanned::NothingNew,
            Reveal::First if held_back => Scanned::NothingNew,
            Reveal::First if self.offers() >= MAX_OFFERS => Scanned::StartAgain,
            Reveal::First => {
                self.answer(at, now);
                Scanned::Progressed(Step::Answered)
            }
        }
    }

    /// A hello that is new to the exchange.
    fn notice(&mut self, hello: Hello, at_once: bool, now: Duration) -> Scanned {
        if self.offers() >= MAX_OFFERS {
            return Scanned::StartAgain;
        }
        let at = match self.add(hello, now) {
            Ok(at) => at,
            Err(flaw) => return Scanned::Damaged(flaw),
        };
        if at_once && self.terms.reveal == Reveal::First {
            self.answer(at, now);
            Scanned::Progressed(Step::Answered)
        } else {
            Scanned::Progressed(Step::Noticed)
        }
    }

    fn add(&mut self, hello: Hello, now: Duration) -> Result<usize, Flaw> {
        let shared = Arc::new(self.agree(&hello.ephemeral)?);
        sweep();
        let idle = |peer: &Peer| peer.offer.is_none() && peer.proof.is_none();
        if self.peers.iter().filter(|peer| idle(peer)).count() >= MAX_NOTICED {
            let noticed = self.peers.iter().enumerate().filter(|(_, peer)| idle(peer));
            let longest = noticed.min_by_key(|(_, peer)| peer.seen_at).map(|(at, _)| at);
            longest.map(|at| self.peers.remove(at));
        }
        Ok(self.insert(hello, shared, now))
    }
}
