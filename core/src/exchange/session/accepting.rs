//! What follows once a person looked at a verified candidate.

use std::sync::Arc;

use super::{Acceptance, Session, Taken};
use crate::encounter::{Encounter, Recorded};
use crate::exchange::AcceptError;
use crate::identity::PersonId;
use crate::receipt::{Comparison, Receipt, Side, Signed};
use crate::transcript::Transcript;
use crate::wire::{Facts, Kind, Sealed};

impl Session {
    /// Notes what the two people said about their check codes; `None` if there is no such peer.
    pub(in crate::exchange) fn compared(
        &mut self,
        transcript: &Transcript,
        comparison: Comparison,
    ) -> Option<Result<(), AcceptError>> {
        let at = self.peers.iter().position(|peer| peer.transcript == *transcript)?;
        let offered = self.verified(at)?.check_code.is_some();
        if self.is_accepted(at) {
            return Some(Err(AcceptError::Taken));
        }
        if comparison == Comparison::Agrees && !offered {
            return Some(Err(AcceptError::NoCheckCode));
        }
        self.peers.get_mut(at)?.comparison = comparison;
        Some(Ok(()))
    }

    /// Who was verified under `transcript`.
    pub(in crate::exchange) fn person(&self, transcript: &Transcript) -> Option<PersonId> {
        let peer = self.peers.iter().find(|peer| peer.transcript == *transcript)?;
        peer.proof.as_ref().map(|proof| proof.plaintext.person)
    }

    /// Whether codes were said to differ with `person`, under any of their hellos.
    pub(in crate::exchange) fn codes_differ(&self, person: &PersonId) -> bool {
        self.peers.iter().any(|peer| {
            peer.comparison == Comparison::Differs
                && peer.proof.as_ref().is_some_and(|proof| proof.plaintext.person == *person)
        })
    }

    /// Accepts the peer of `transcript`; `None` if no such peer is verified here. The same again
    /// gives the same encounter. `differ` says that codes were said to differ with that person
    /// under another hello, which stays said where nothing is said about this one.
    pub(in crate::exchange) fn accept(
        &mut self,
        transcript: &Transcript,
        differ: bool,
    ) -> Option<Result<Encounter, AcceptError>> {
        let peer = self.peers.iter().find(|peer| peer.transcript == *transcript)?;
        let proof = peer.proof.as_ref()?;
        if self.taken_by.is_some() && !self.is_taken_by(peer) {
            return Some(Err(AcceptError::Taken));
        }
        if let Some(before) = self.acceptances.iter().find(|a| a.transcript == *transcript) {
            return Some(Ok(before.encounter.clone()));
        }
        let (confirm, ours) =
            self.seal(Kind::Confirm, peer, Some(proof.plaintext.person.as_bytes()));
        let theirs = match (proof.confirm, proof.offer) {
            (Some(signature), _) => Signed::Confirm(signature),
            (None, Some(signature)) => Signed::Offer(signature),
            (None, None) => return None,
        };
        let side = |facts: &Facts, ephemeral, signed| Side {
            ephemeral,
            blind: facts.blind,
            opening: facts.opening.clone(),
            signed,
            badge: Some(facts.badge.clone()),
            attestation: Some(facts.attestation.clone()).filter(|a| !a.bytes.is_empty()),
        };
        let encounter = Encounter {
            receipt: Receipt {
                holder: side(&self.facts, self.hello.ephemeral, Signed::Confirm(ours)),
                peer: side(&proof.facts, peer.hello.ephemeral, theirs),
                comparison: match peer.comparison {
                    Comparison::NotCompared if differ => Comparison::Differs,
                    said => said,
                },
            },
            badge: proof.plaintext.badge.clone(),
            confirm_message: confirm.to_bytes(),
            transcript: *transcript,
            continues: self.taken_by.as_ref().map(|taken| taken.transcript),
        };
        self.first_sealed_to.get_or_insert(peer.hello);
        let taken = || Arc::new(Taken::by(*transcript, &proof.plaintext));
        self.taken_by.get_or_insert_with(taken);
        self.acceptances.push(Acceptance {
            transcript: *transcript,
            encounter: encounter.clone(),
            confirm,
            acknowledged: false,
        });
        Some(Ok(encounter))
    }

    /// The book has the encounter; `false` if nobody was accepted here under that record.
    pub(in crate::exchange) fn acknowledge(&mut self, recorded: &Recorded) -> bool {
        let accepted = self.acceptances.iter_mut().find(|acceptance| {
            acceptance.transcript == recorded.transcript
                && acceptance.encounter.person() == recorded.person
        });
        accepted.map(|acceptance| acceptance.acknowledged = true).is_some()
    }

    /// Confirm messages that are true by now.
    pub(in crate::exchange) fn confirms(&self) -> impl Iterator<Item = &Sealed> {
        self.acceptances.iter().filter(|a| a.acknowledged).map(|a| &a.confirm)
    }
}
