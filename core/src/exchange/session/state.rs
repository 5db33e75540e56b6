//! What tells two states of a session apart, for the search over all of them.

use core::hash::{Hash as _, Hasher};

use super::Session;
use crate::transcript::Transcript;
use crate::wire::{Hello, Kind};

impl Session {
    /// Everything that what follows depends on. Secrets and own contents follow from the hello.
    pub(in crate::exchange) fn state(&self, to: &mut impl Hasher) {
        self.hello.to_bytes().hash(to);
        self.made_at.hash(to);
        self.first_sealed_to.map(Hello::to_bytes).hash(to);
        self.last_opened.hash(to);
        self.taken_by.as_ref().map(|taken| taken.transcript).hash(to);
        self.peers.len().hash(to);
        for peer in &self.peers {
            peer.hello.to_bytes().hash(to);
            (peer.noticed_at, peer.seen_at, peer.comparison as u8).hash(to);
            peer.offer.as_ref().map(|(at, _)| *at).hash(to);
            let proof = peer.proof.as_ref();
            proof.map(|proof| (proof.offer, proof.confirm, &proof.seen)).hash(to);
        }
        for acceptance in &self.acceptances {
            (acceptance.transcript, acceptance.acknowledged).hash(to);
            (acceptance.encounter.state() as u8).hash(to);
        }
    }

    /// What this session has signed: of which transcript, an offer or a confirmation.
    pub(in crate::exchange) fn signed(&self) -> impl Iterator<Item = (Transcript, Kind)> + '_ {
        let offers = self.peers.iter().filter(|peer| peer.offer.is_some());
        let offers = offers.map(|peer| (peer.transcript, Kind::Offer));
        offers.chain(self.acceptances.iter().map(|a| (a.transcript, Kind::Confirm)))
    }

    /// The transcripts whose records the book has vouched for.
    pub(in crate::exchange) fn acknowledged(&self) -> impl Iterator<Item = Transcript> + '_ {
        self.acceptances.iter().filter(|a| a.acknowledged).map(|a| a.transcript)
    }
}
