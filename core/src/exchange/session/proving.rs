//! What follows once a sealed message was scanned: it proves who sent it, or nothing.

use core::time::Duration;
use std::sync::Arc;

use super::{ANSWERED_FRAME_WITHIN, FIRST_FRAME_WITHIN, MAX_OFFERS, Peer, Proof, Session};
use crate::digest::Hash;
use crate::encounter::Confirmation;
use crate::exchange::keys::Shared;
use crate::exchange::scanned::{Scanned, Step};
use crate::identity::PersonId;
use crate::signing::{self, Context};
use crate::sweep::sweep;
use crate::transcript::Transcript;
use crate::wire::{Facts, Flaw, Hello, Kind, Plaintext, Sealed};

/// Verified candidates, and so chances in a million that one who ground nothing has of meeting
/// the check code.
const MAX_VERIFIED: usize = 4;
/// Verified candidates of one person: their hello may be renewed in the middle, and nobody fills
/// all places alone.
const MAX_OF_ONE_PERSON: usize = 2;

impl Session {
    /// A sealed message was scanned; `None` if it isn't sealed to this session. `digest` names it.
    pub(in crate::exchange) fn open(
        &mut self,
        sealed: &Sealed,
        digest: Hash,
        now: Duration,
    ) -> Option<Scanned> {
        let repeated = |peer: &Peer| peer.proof.as_ref().is_some_and(|p| p.seen.contains(&digest));
        if let Some(at) = self.peers.iter().position(repeated) {
            self.last_opened = Some(now);
            return Some(self.seen_again(at));
        }
        let shared = match self.peers.iter().find(|p| p.hello.ephemeral == sealed.ephemeral) {
            Some(peer) => Arc::clone(&peer.shared),
            None => match self.agree(&sealed.ephemeral) {
                Ok(shared) => Arc::new(shared),
                Err(flaw) => return Some(Scanned::Damaged(flaw)),
            },
        };
        let padded = shared.open(sealed, &self.hello);
        sweep();
        let padded = padded?;
        Some(match self.authenticate(sealed, &padded) {
            Ok((plaintext, facts)) => self.present(sealed, shared, plaintext, facts, digest, now),
            Err(Refusal::Flaw(flaw)) => Scanned::Damaged(flaw),
            Err(Refusal::Ourselves) => Scanned::OwnCode,
        })
    }

    /// Checks what was opened: its encoding, its commitment by recomputing the sender's hello, its
    /// signature over both hellos, and that it isn't the owner's own.
    fn authenticate(&self, sealed: &Sealed, padded: &[u8]) -> Result<(Plaintext, Facts), Refusal> {
        let plaintext = Plaintext::parse(padded).map_err(Refusal::Flaw)?;
        let facts = plaintext.facts();
        let hello = Hello { ephemeral: sealed.ephemeral, commitment: facts.commitment };
        let th = Transcript::of(&self.hello, &hello);
        let (ours, theirs) = (self.terms.person.as_bytes(), plaintext.person.as_bytes());
        let signature = &plaintext.signature;
        let holds = match sealed.kind {
            Kind::Offer => {
                let items: [&[u8]; 2] = [th.as_bytes(), &sealed.ephemeral];
                signing::verify(theirs, Context::Offer, &items, signature)
            }
            Kind::Confirm => {
                let items: [&[u8]; 3] = [th.as_bytes(), &sealed.ephemeral, ours];
                signing::verify(theirs, Context::Confirm, &items, signature)
            }
        };
        match holds {
            false => Err(Refusal::Flaw(Flaw::Signature)),
            true if theirs == ours => Err(Refusal::Ourselves),
            true => Ok((plaintext, facts)),
        }
    }

    /// Takes in what a peer proved.
    fn present(
        &mut self,
        sealed: &Sealed,
        shared: Arc<Shared>,
        plaintext: Plaintext,
        facts: Facts,
        digest: Hash,
        now: Duration,
    ) -> Scanned {
        let kind = sealed.kind;
        let hello = Hello { ephemeral: sealed.ephemeral, commitment: facts.commitment };
        self.last_opened = Some(now);
        if self.taken_by.as_ref().is_some_and(|taken| !taken.is(&plaintext)) {
            return Scanned::SessionTaken;
        }
        let known = self.peers.iter().position(|peer| peer.hello == hello);
        let proven = known.and_then(|at| self.peers.get(at)).is_some_and(|p| p.proof.is_some());
        let refused = if proven {
            None
        } else if !self.is_in_time(known, now) {
            Some(Scanned::Expired)
        } else if !self.has_room_for(&plaintext.person) {
            Some(Scanned::StartAgain)
        } else {
            None
        };
        if let Some(refused) = refused {
            // Whoever was accepted is here under another hello, and starting again would lose that.
            return if self.taken_by.is_some() { Scanned::NothingNew } else { refused };
        }
        let at = known.unwrap_or_else(|| self.insert(hello, shared, now));
        let Some(peer) = self.peers.get_mut(at) else { return Scanned::NothingNew };
        let signature = plaintext.signature;
        let proof = peer.proof.get_or_insert(Proof {
            plaintext,
            facts,
            offer: None,
            confirm: None,
            seen: Vec::new(),
        });
        let said_more = !proven || kind == Kind::Confirm && proof.confirm.is_none();
        let place = match kind {
            Kind::Offer => &mut proof.offer,
            Kind::Confirm => &mut proof.confirm,
        };
        // One signature of each kind: someone who signs the same thing over and over adds nothing.
        if place.is_none() {
            *place = Some(signature);
            proof.seen.push(digest);
        }
        if !said_more || self.is_accepted(at) {
            return self.seen_again(at);
        }
        if self.terms.compare && self.taken_by.is_none() && self.offers() < MAX_OFFERS {
            self.answer(at, now);
        }
        match self.verified(at) {
            Some(v) if self.terms.compare && v.check_code.is_none() && !v.accepted_before => {
                Scanned::StartAgainToCompare(v)
            }
            Some(v) => Scanned::Verified(v),
            None => Scanned::NothingNew,
        }
    }

    /// Whether one more candidate, of `person`, can be taken in.
    fn has_room_for(&self, person: &PersonId) -> bool {
        let proofs = self.peers.iter().filter_map(|peer| peer.proof.as_ref());
        let people: Vec<_> = proofs.map(|proof| proof.plaintext.person).collect();
        let of_theirs = people.iter().filter(|other| *other == person).count();
        people.len() < MAX_VERIFIED && of_theirs < MAX_OF_ONE_PERSON
    }

    fn is_in_time(&self, known: Option<usize>, now: Duration) -> bool {
        let answered_at = known
            .and_then(|at| self.peers.get(at))
            .and_then(|peer| peer.offer.as_ref().map(|(at, _)| *at));
        let answered_in_time = answered_at.is_some_and(|at| self.age(at) <= FIRST_FRAME_WITHIN);
        let limit = if answered_in_time { ANSWERED_FRAME_WITHIN } else { FIRST_FRAME_WITHIN };
        self.age(now) <= limit
    }

    /// A message that says nothing more than this session knew.
    fn seen_again(&self, at: usize) -> Scanned {
        let Some(peer) = self.peers.get(at) else { return Scanned::NothingNew };
        if self.taken_by.is_some() && !self.is_taken_by(peer) {
            return Scanned::SessionTaken;
        }
        let accepted = self.acceptances.iter().find(|a| a.transcript == peer.transcript);
        let confirmed = peer.proof.as_ref().and_then(|proof| Some((proof, proof.confirm?)));
        match (accepted, confirmed) {
            (Some(acceptance), Some(_)) if !acceptance.acknowledged => {
                Scanned::Progressed(Step::ConfirmedEarly)
            }
            (Some(_), Some((proof, signature))) => Scanned::Confirmed(Confirmation {
                transcript: peer.transcript,
                person: proof.plaintext.person,
                signature,
            }),
            _ => Scanned::NothingNew,
        }
    }
}

enum Refusal {
    Flaw(Flaw),
    Ourselves,
}
