//! The life of one hello: who answered it, who was answered, who was accepted.

mod accepting;
#[cfg(test)]
mod state;
mod taken;

use core::time::Duration;
use std::sync::Arc;

pub(super) use self::taken::Taken;
use super::keys::{CheckCode, Secrets, Shared};
use super::scanned::{Scanned, Step, Verified};
use super::{Reveal, Terms};
use crate::digest::Hash;
use crate::encounter::{Confirmation, Encounter};
use crate::identity::PersonId;
use crate::receipt::Comparison;
use crate::signing::{self, Context};
use crate::sweep::sweep;
use crate::time::UnixTime;
use crate::transcript::Transcript;
use crate::wire::{Facts, Flaw, Hello, Kind, Plaintext, Sealed};

/// A hello that nobody has answered is replaced after this long.
pub(super) const HELLO_LIFE: Duration = Duration::from_secs(60);
/// The first sealed message that opens for a peer must arrive within this of making the hello.
const FIRST_FRAME_WITHIN: Duration = Duration::from_secs(120);
/// The same, from a peer that was answered within [`FIRST_FRAME_WITHIN`].
const ANSWERED_FRAME_WITHIN: Duration = Duration::from_secs(300);
/// An engaged session's hello is no longer shown from here on, so that nobody answers it in vain.
pub(super) const HELLO_SHOWN: Duration = Duration::from_secs(105);
/// A hello that isn't answered at once is answered after this long without a message sealed to us…
const HELD_BACK: Duration = Duration::from_millis(1_500);
/// …and after this long in any case, or one code kept in view would silence us.
const HELD_BACK_AT_MOST: Duration = Duration::from_secs(6);
/// How long a phone that doesn't answer first waits before it says that nobody does.
const UNANSWERED: Duration = Duration::from_secs(5);
/// Hellos that get an offer. It bounds who learns the seed, and the work a flood can cause.
const MAX_OFFERS: usize = 4;
/// Hellos noted and not answered; the one unseen for longest gives way.
const MAX_NOTICED: usize = 4;
/// Verified candidates, and so chances in a million that one who ground nothing has of meeting
/// the check code.
const MAX_VERIFIED: usize = 4;
/// Verified candidates of one person: their hello may be renewed in the middle, and nobody fills
/// all places alone.
const MAX_OF_ONE_PERSON: usize = 2;

#[cfg_attr(test, derive(Clone))]
pub(super) struct Session {
    terms: Arc<Terms>,
    pub(super) secrets: Secrets,
    /// What this side seals, but for the signature.
    own: Plaintext,
    facts: Facts,
    pub(super) hello: Hello,
    made_at: Duration,
    peers: Vec<Peer>,
    /// Whom the first sealed message was for. Everyone else may have learnt the blind before they
    /// chose their hello.
    first_sealed_to: Option<Hello>,
    /// When a message sealed to us was last seen.
    last_opened: Option<Duration>,
    acceptances: Vec<Acceptance>,
    /// Whom this exchange accepted, in this session or another. It is closed to everyone else.
    pub(super) taken_by: Option<Arc<Taken>>,
}

/// A candidate: one hello of someone else's, and what is known about it.
#[cfg_attr(test, derive(Clone))]
struct Peer {
    hello: Hello,
    shared: Arc<Shared>,
    transcript: Transcript,
    noticed_at: Duration,
    seen_at: Duration,
    offer: Option<(Duration, Sealed)>,
    proof: Option<Proof>,
    comparison: Comparison,
}

/// What a peer proved, by signatures over this session.
#[cfg_attr(test, derive(Clone))]
struct Proof {
    plaintext: Plaintext,
    facts: Facts,
    offer: Option<[u8; 64]>,
    confirm: Option<[u8; 64]>,
    /// Digests of the messages that said so, to know them again cheaply.
    seen: Vec<Hash>,
}

/// A peer accepted under one transcript.
#[cfg_attr(test, derive(Clone))]
struct Acceptance {
    transcript: Transcript,
    encounter: Encounter,
    confirm: Sealed,
    acknowledged: bool,
}

impl Session {
    pub(super) fn new(
        terms: Arc<Terms>,
        random: &Hash,
        met_at: UnixTime,
        now: Duration,
        counter: u64,
    ) -> Self {
        let secrets = Secrets::derive(random, &terms, met_at, now, counter);
        sweep();
        let own = Plaintext {
            seed: Arc::clone(&secrets.seed),
            person: terms.person,
            met_at,
            event: terms.event.clone(),
            badge: terms.badge.clone(),
            attestation: terms.attestation.clone(),
            ext: Vec::new(),
            signature: [0; 64],
        };
        let facts = own.facts();
        let hello = Hello { ephemeral: secrets.public(), commitment: facts.commitment };
        Self {
            terms,
            secrets,
            own,
            facts,
            hello,
            made_at: now,
            peers: Vec::new(),
            first_sealed_to: None,
            last_opened: None,
            acceptances: Vec::new(),
            taken_by: None,
        }
    }

    pub(super) fn met_at(&self) -> UnixTime {
        self.own.met_at
    }

    pub(super) fn made_at(&self) -> Duration {
        self.made_at
    }

    fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.made_at)
    }

    pub(super) fn is_engaged(&self) -> bool {
        self.engaged_until() > self.made_at
    }

    /// Until when somebody may still complete an exchange with this hello, so that it must stay.
    pub(super) fn engaged_until(&self) -> Duration {
        if self.peers.iter().any(|peer| peer.proof.is_some()) {
            Duration::MAX
        } else if self.offers() > 0 {
            self.made_at.saturating_add(ANSWERED_FRAME_WITHIN + Duration::from_millis(1))
        } else {
            self.made_at
        }
    }

    /// Whether this hello was offered or verified here.
    pub(super) fn knows(&self, hello: &Hello) -> bool {
        let found = self.peers.iter().find(|peer| peer.hello == *hello);
        found.is_some_and(|peer| peer.offer.is_some() || peer.proof.is_some())
    }

    /// Whether this hello is one under which the accepted person was verified here.
    pub(super) fn is_of_the_accepted(&self, hello: &Hello) -> bool {
        self.peers.iter().any(|peer| peer.hello == *hello && self.is_taken_by(peer))
    }

    /// A bare hello was scanned that isn't known in the session before this one, while nobody was
    /// accepted. `at_once` says whether the first one is answered without being held back.
    pub(super) fn greet(&mut self, hello: Hello, at_once: bool, now: Duration) -> Scanned {
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

    /// A sealed message was scanned; `None` if it isn't sealed to this session. `digest` names it.
    pub(super) fn open(&mut self, sealed: &Sealed, digest: Hash, now: Duration) -> Option<Scanned> {
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
        let refused = match proven {
            true => None,
            false if !self.is_in_time(known, now) => Some(Scanned::Expired),
            false if !self.has_room_for(&plaintext.person) => Some(Scanned::StartAgain),
            false => None,
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

    fn is_accepted(&self, at: usize) -> bool {
        let transcript = self.peers.get(at).map(|peer| peer.transcript);
        self.acceptances.iter().any(|acceptance| Some(acceptance.transcript) == transcript)
    }

    fn is_taken_by(&self, peer: &Peer) -> bool {
        let taken = self.taken_by.as_ref().zip(peer.proof.as_ref());
        taken.is_some_and(|(taken, proof)| taken.is(&proof.plaintext))
    }

    /// Those waiting to be accepted, in the order they came.
    pub(super) fn waiting(&self) -> impl Iterator<Item = Verified> + '_ {
        (0..self.peers.len())
            .filter(|at| !self.is_accepted(*at))
            .filter_map(|at| self.verified(at))
            .filter(|v| self.taken_by.is_none() || v.accepted_before)
    }

    fn verified(&self, at: usize) -> Option<Verified> {
        let peer = self.peers.get(at)?;
        let proof = peer.proof.as_ref()?;
        Some(Verified {
            transcript: peer.transcript,
            person: proof.plaintext.person,
            badge: proof.plaintext.badge.clone(),
            event: proof.plaintext.event.clone(),
            claimed_time: proof.plaintext.met_at,
            confirmed: proof.confirm.is_some(),
            accepted_before: self.is_taken_by(peer),
            check_code: self.check_code(peer, proof),
        })
    }

    /// The check code, unless someone who learnt this session's blind before choosing a hello
    /// could have ground it.
    fn check_code(&self, peer: &Peer, proof: &Proof) -> Option<CheckCode> {
        if self.first_sealed_to.is_some_and(|first| first != peer.hello) {
            return None;
        }
        let blinds = if self.hello.to_bytes() < peer.hello.to_bytes() {
            [&self.facts.blind, &proof.facts.blind]
        } else {
            [&proof.facts.blind, &self.facts.blind]
        };
        Some(CheckCode::of(&peer.transcript, blinds))
    }

    /// Offers on display, newest first.
    pub(super) fn offered(&self) -> Vec<&Sealed> {
        let mut offers: Vec<_> = self.peers.iter().filter_map(|peer| peer.offer.as_ref()).collect();
        offers.sort_by_key(|(at, _)| core::cmp::Reverse(*at));
        offers.into_iter().map(|(_, sealed)| sealed).collect()
    }

    /// When offers were made that no peer has answered with a message that opens.
    pub(super) fn unanswered(&self) -> impl Iterator<Item = Duration> + '_ {
        self.peers.iter().filter(|p| p.proof.is_none()).filter_map(|p| Some(p.offer.as_ref()?.0))
    }

    pub(super) fn export(&self, transcript: &Transcript, purpose: &str) -> Option<Hash> {
        let peer = self.peers.iter().find(|p| p.transcript == *transcript && p.proof.is_some())?;
        Some(*peer.shared.export(transcript, purpose))
    }

    fn offers(&self) -> usize {
        self.peers.iter().filter(|peer| peer.offer.is_some()).count()
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

    fn agree(&self, theirs: &[u8; 32]) -> Result<Shared, Flaw> {
        Shared::agree(&self.secrets.ephemeral, &self.hello.ephemeral, theirs)
    }

    fn insert(&mut self, hello: Hello, shared: Arc<Shared>, now: Duration) -> usize {
        self.peers.push(Peer {
            transcript: Transcript::of(&self.hello, &hello),
            hello,
            shared,
            noticed_at: now,
            seen_at: now,
            offer: None,
            proof: None,
            comparison: Comparison::NotCompared,
        });
        self.peers.len() - 1
    }

    /// Seals this side's offer to a peer, once.
    fn answer(&mut self, at: usize, now: Duration) {
        let Some(peer) = self.peers.get(at).filter(|peer| peer.offer.is_none()) else { return };
        let (sealed, _) = self.seal(Kind::Offer, peer, None);
        self.first_sealed_to.get_or_insert(peer.hello);
        if let Some(peer) = self.peers.get_mut(at) {
            peer.offer = Some((now, sealed));
        }
    }

    /// The sealed message of `kind` for `peer`, and the signature in it: the same every time.
    fn seal(&self, kind: Kind, peer: &Peer, person: Option<&[u8; 32]>) -> (Sealed, [u8; 64]) {
        let ours = &self.hello.ephemeral;
        let context = match kind {
            Kind::Offer => Context::Offer,
            Kind::Confirm => Context::Confirm,
        };
        let mut items: Vec<&[u8]> = vec![peer.transcript.as_bytes(), ours];
        items.extend(person.map(|p| p.as_slice()));
        let signature = self.terms.identity.sign(context, &items);
        let padded = Plaintext { signature, ..self.own.clone() }.padded(self.terms.class);
        let sealed = peer.shared.seal(kind, ours, &peer.hello, &padded);
        sweep();
        (sealed, signature)
    }
}

enum Refusal {
    Flaw(Flaw),
    Ourselves,
}
