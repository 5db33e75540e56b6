//! The life of one hello: who answered it, who was answered, who was accepted.

mod accepting;
mod greeting;
mod proving;
#[cfg(test)]
mod state;
mod taken;

use core::time::Duration;
use std::sync::Arc;

pub(super) use self::taken::Taken;
use super::Terms;
use super::keys::{CheckCode, Secrets, Shared};
use super::scanned::Verified;
use crate::digest::Hash;
use crate::encounter::Encounter;
use crate::receipt::Comparison;
use crate::signing::Context;
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
/// Hellos that get an offer. It bounds who learns the seed, and the work a flood can cause.
const MAX_OFFERS: usize = 4;

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

    fn is_accepted(&self, at: usize) -> bool {
        let transcript = self.peers.get(at).map(|peer| peer.transcript);
        self.acceptances.iter().any(|acceptance| Some(acceptance.transcript) == transcript)
    }

    fn is_acknowledged(&self, at: usize) -> bool {
        let transcript = self.peers.get(at).map(|peer| peer.transcript);
        let mut acknowledged = self.acceptances.iter().filter(|a| a.acknowledged);
        acknowledged.any(|acceptance| Some(acceptance.transcript) == transcript)
    }

    fn is_taken_by(&self, peer: &Peer) -> bool {
        let taken = self.taken_by.as_ref().zip(peer.proof.as_ref());
        taken.is_some_and(|(taken, proof)| taken.is(&proof.plaintext))
    }

    /// Those waiting to be accepted or, accepted, for the record of that, in the order they came.
    pub(super) fn waiting(&self) -> impl Iterator<Item = Verified> + '_ {
        (0..self.peers.len())
            .filter(|at| !self.is_acknowledged(*at))
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
