//! The life of one hello: who answered it, who was answered, who was accepted.

use core::time::Duration;
use std::sync::Arc;

use super::keys::{CheckCode, Secrets, Shared};
use super::scanned::{Scanned, Step, Verified};
use super::{AcceptError, Reveal, Terms};
use crate::digest::Hash;
use crate::encounter::{Confirmation, Encounter};
use crate::receipt::{Comparison, Receipt, Side, Signed};
use crate::signing::{self, Context};
use crate::time::UnixTime;
use crate::transcript::Transcript;
use crate::wire::{Flaw, Hello, Kind, Plaintext, Sealed};

/// A hello that nobody has answered is replaced after this long.
pub(super) const HELLO_LIFE: Duration = Duration::from_secs(60);
/// The first sealed message that opens for a peer must arrive within this of making the hello.
const FIRST_FRAME_WITHIN: Duration = Duration::from_secs(120);
/// The same, from a peer that was answered within [`FIRST_FRAME_WITHIN`].
const ANSWERED_FRAME_WITHIN: Duration = Duration::from_secs(300);
/// A hello that isn't the first is answered after this long without a message sealed to us.
const HELD_BACK: Duration = Duration::from_millis(1_500);
/// How long a phone that doesn't answer first waits before it says that nobody does.
const UNANSWERED: Duration = Duration::from_secs(5);
/// Hellos that get an offer. It bounds who learns the seed, and the work a flood can cause.
const MAX_OFFERS: usize = 4;
/// Hellos noted and not answered; the oldest gives way.
const MAX_NOTICED: usize = 4;
/// Verified candidates, and so chances in a million that one who ground nothing has of meeting
/// the check code.
const MAX_VERIFIED: usize = 4;

pub(super) struct Session {
    terms: Arc<Terms>,
    pub(super) secrets: Secrets,
    /// What this side seals, but for the signature.
    own: Plaintext,
    blind: Hash,
    pub(super) hello: Hello,
    made_at: Duration,
    peers: Vec<Peer>,
    /// Whom the first sealed message was for. Everyone else may have learnt the blind before they
    /// chose their hello.
    first_sealed_to: Option<Hello>,
    /// When a message sealed to us was last seen.
    last_opened: Option<Duration>,
    pub(super) acceptance: Option<Acceptance>,
}

/// A candidate: one hello of someone else's, and what is known about it.
struct Peer {
    hello: Hello,
    shared: Arc<Shared>,
    transcript: Transcript,
    noticed_at: Duration,
    offer: Option<(Duration, Sealed)>,
    proof: Option<Proof>,
    comparison: Comparison,
}

/// What a peer proved, by signatures over this session.
struct Proof {
    plaintext: Plaintext,
    offer: Option<[u8; 64]>,
    confirm: Option<[u8; 64]>,
    /// Digests of the messages that said so, to know them again cheaply.
    seen: Vec<Hash>,
}

pub(super) struct Acceptance {
    pub(super) encounter: Encounter,
    pub(super) confirm: Sealed,
    pub(super) acknowledged: bool,
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
        let own = Plaintext {
            seed: secrets.seed.clone(),
            person: terms.person,
            met_at,
            event: terms.event.clone(),
            badge: terms.badge.clone(),
            attestation: terms.attestation.clone(),
            ext: Vec::new(),
            signature: [0; 64],
        };
        let blind = own.blind();
        let commitment = own.opening().commitment(&blind);
        let hello = Hello { ephemeral: secrets.public(), commitment };
        Self {
            terms,
            secrets,
            own,
            blind,
            hello,
            made_at: now,
            peers: Vec::new(),
            first_sealed_to: None,
            last_opened: None,
            acceptance: None,
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

    /// Until when somebody may still complete an exchange with this hello, so that it must stay.
    pub(super) fn engaged_until(&self) -> Duration {
        if self.acceptance.is_some() || self.peers.iter().any(|peer| peer.proof.is_some()) {
            Duration::MAX
        } else if self.offers() > 0 {
            self.made_at.saturating_add(ANSWERED_FRAME_WITHIN)
        } else {
            self.made_at
        }
    }

    /// A bare hello was scanned.
    pub(super) fn greet(&mut self, hello: Hello, now: Duration) -> Scanned {
        if let Some(accepted) = self.accepted() {
            return if accepted.hello == hello {
                Scanned::NothingNew
            } else {
                Scanned::SessionTaken
            };
        }
        if self.age(now) > FIRST_FRAME_WITHIN {
            return Scanned::Expired;
        }
        let at_once = self.peers.is_empty();
        let Some(known) = self.peers.iter().position(|peer| peer.hello == hello) else {
            if self.offers() >= MAX_OFFERS {
                return Scanned::StartAgain;
            }
            let at = match self.add(hello, now) {
                Ok(at) => at,
                Err(flaw) => return Scanned::Damaged(flaw),
            };
            return if at_once && self.terms.reveal == Reveal::First {
                self.answer(at, now);
                Scanned::Progressed(Step::Answered)
            } else {
                Scanned::Progressed(Step::Noticed)
            };
        };
        let Some(peer) = self.peers.get(known) else { return Scanned::NothingNew };
        if peer.offer.is_some() || peer.proof.is_some() {
            return Scanned::NothingNew;
        }
        let since = |then: Duration| now.saturating_sub(then);
        match self.terms.reveal {
            Reveal::AfterAccept if since(peer.noticed_at) >= UNANSWERED => {
                Scanned::NobodyAnswersFirst
            }
            Reveal::AfterAccept => Scanned::NothingNew,
            Reveal::First => {
                let quiet_from = self.last_opened.unwrap_or_default().max(peer.noticed_at);
                if since(quiet_from) < HELD_BACK {
                    Scanned::NothingNew
                } else if self.offers() >= MAX_OFFERS {
                    Scanned::StartAgain
                } else {
                    self.answer(known, now);
                    Scanned::Progressed(Step::Answered)
                }
            }
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
            None => match Shared::agree(&self.secrets.ephemeral, &sealed.ephemeral) {
                Ok(shared) => Arc::new(shared),
                Err(flaw) => return Some(Scanned::Damaged(flaw)),
            },
        };
        let padded = shared.open(sealed, &self.hello)?;
        Some(match self.authenticate(sealed, &padded) {
            Ok((hello, plaintext)) => {
                self.present(hello, shared, sealed.kind, plaintext, digest, now)
            }
            Err(Refusal::Flaw(flaw)) => Scanned::Damaged(flaw),
            Err(Refusal::Ourselves) => Scanned::OwnCode,
        })
    }

    /// Checks what was opened: its encoding, its commitment by recomputing the sender's hello, and
    /// its signature over both hellos.
    fn authenticate(&self, sealed: &Sealed, padded: &[u8]) -> Result<(Hello, Plaintext), Refusal> {
        let plaintext = Plaintext::parse(padded).map_err(Refusal::Flaw)?;
        if plaintext.person == self.terms.person {
            return Err(Refusal::Ourselves);
        }
        let commitment = plaintext.opening().commitment(&plaintext.blind());
        let hello = Hello { ephemeral: sealed.ephemeral, commitment };
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
        if holds { Ok((hello, plaintext)) } else { Err(Refusal::Flaw(Flaw::Signature)) }
    }

    /// Takes in what a peer proved.
    fn present(
        &mut self,
        hello: Hello,
        shared: Arc<Shared>,
        kind: Kind,
        plaintext: Plaintext,
        digest: Hash,
        now: Duration,
    ) -> Scanned {
        self.last_opened = Some(now);
        if self.accepted().is_some_and(|accepted| accepted.hello != hello) {
            return Scanned::SessionTaken;
        }
        let known = self.peers.iter().position(|peer| peer.hello == hello);
        let proven = known.and_then(|at| self.peers.get(at)).is_some_and(|p| p.proof.is_some());
        if !proven {
            if !self.is_in_time(known, now) {
                return Scanned::Expired;
            }
            if self.peers.iter().filter(|peer| peer.proof.is_some()).count() >= MAX_VERIFIED {
                return Scanned::StartAgain;
            }
        }
        let at = known.unwrap_or_else(|| self.insert(hello, shared, now));
        let Some(peer) = self.peers.get_mut(at) else { return Scanned::NothingNew };
        let signature = plaintext.signature;
        let proof = peer.proof.get_or_insert(Proof {
            plaintext,
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
        if self.acceptance.is_some() || !said_more {
            return self.seen_again(at);
        }
        if self.terms.compare && self.offers() < MAX_OFFERS {
            self.answer(at, now);
        }
        match self.verified(at) {
            Some(v) if self.terms.compare && v.check_code.is_none() => {
                Scanned::StartAgainToCompare(v)
            }
            Some(v) => Scanned::Verified(v),
            None => Scanned::NothingNew,
        }
    }

    fn is_in_time(&self, known: Option<usize>, now: Duration) -> bool {
        let answered_at = known
            .and_then(|at| self.peers.get(at))
            .and_then(|peer| peer.offer.as_ref().map(|(at, _)| *at));
        let answered_in_time = answered_at.is_some_and(|at| self.age(at) <= FIRST_FRAME_WITHIN);
        let limit = if answered_in_time { ANSWERED_FRAME_WITHIN } else { FIRST_FRAME_WITHIN };
        self.age(now) <= limit
    }

    /// A message that this session took in before.
    fn seen_again(&self, at: usize) -> Scanned {
        let Some(peer) = self.peers.get(at) else { return Scanned::NothingNew };
        let Some(acceptance) = &self.acceptance else { return Scanned::NothingNew };
        if acceptance.encounter.transcript() != peer.transcript {
            return Scanned::SessionTaken;
        }
        match peer.proof.as_ref().and_then(|proof| Some((proof, proof.confirm?))) {
            None => Scanned::NothingNew,
            Some(_) if !acceptance.acknowledged => Scanned::Progressed(Step::ConfirmedEarly),
            Some((proof, signature)) => Scanned::Confirmed(Confirmation {
                transcript: peer.transcript,
                person: proof.plaintext.person,
                signature,
            }),
        }
    }

    /// Those waiting to be accepted, in the order they came.
    pub(super) fn waiting(&self) -> impl Iterator<Item = Verified> + '_ {
        let open = self.acceptance.is_none();
        (0..self.peers.len()).filter(move |_| open).filter_map(|at| self.verified(at))
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
            check_code: self.check_code(peer, proof),
        })
    }

    /// The check code, unless someone who learnt this session's blind before choosing a hello
    /// could have ground it.
    fn check_code(&self, peer: &Peer, proof: &Proof) -> Option<CheckCode> {
        if self.first_sealed_to.is_some_and(|first| first != peer.hello) {
            return None;
        }
        let theirs = proof.plaintext.blind();
        let blinds = if self.hello.to_bytes() < peer.hello.to_bytes() {
            [&self.blind, &theirs]
        } else {
            [&theirs, &self.blind]
        };
        Some(CheckCode::of(&peer.transcript, blinds))
    }

    /// Notes what the two people said about their check codes; `None` if there is no such peer.
    pub(super) fn compared(
        &mut self,
        transcript: &Transcript,
        comparison: Comparison,
    ) -> Option<Result<(), AcceptError>> {
        let at = self.peers.iter().position(|peer| peer.transcript == *transcript)?;
        let offered = self.verified(at)?.check_code.is_some();
        if comparison == Comparison::Agrees && !offered {
            return Some(Err(AcceptError::NoCheckCode));
        }
        self.peers.get_mut(at)?.comparison = comparison;
        Some(Ok(()))
    }

    /// Accepts the peer of `transcript`; `None` if no such peer is verified here.
    pub(super) fn accept(&mut self, transcript: &Transcript) -> Option<Encounter> {
        let at = self.peers.iter().position(|peer| peer.transcript == *transcript)?;
        let peer = self.peers.get(at)?;
        let proof = peer.proof.as_ref()?;
        let (confirm, ours) =
            self.seal(Kind::Confirm, peer, Some(proof.plaintext.person.as_bytes()));
        let theirs = match (proof.confirm, proof.offer) {
            (Some(signature), _) => Signed::Confirm(signature),
            (None, Some(signature)) => Signed::Offer(signature),
            (None, None) => return None,
        };
        let side = |plaintext: &Plaintext, ephemeral, signed| Side {
            ephemeral,
            blind: plaintext.blind(),
            opening: plaintext.opening(),
            signed,
            badge: Some(plaintext.committed_badge()),
            attestation: plaintext.attestation.is_some().then(|| plaintext.committed_attestation()),
        };
        let encounter = Encounter {
            receipt: Receipt {
                holder: side(&self.own, self.hello.ephemeral, Signed::Confirm(ours)),
                peer: side(&proof.plaintext, peer.hello.ephemeral, theirs),
                comparison: peer.comparison,
            },
            badge: proof.plaintext.badge.clone(),
            confirm_message: confirm.to_bytes(),
        };
        self.acceptance =
            Some(Acceptance { encounter: encounter.clone(), confirm, acknowledged: false });
        Some(encounter)
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

    fn accepted(&self) -> Option<&Peer> {
        let transcript = self.acceptance.as_ref()?.encounter.transcript();
        self.peers.iter().find(|peer| peer.transcript == transcript)
    }

    fn offers(&self) -> usize {
        self.peers.iter().filter(|peer| peer.offer.is_some()).count()
    }

    fn add(&mut self, hello: Hello, now: Duration) -> Result<usize, Flaw> {
        let shared = Arc::new(Shared::agree(&self.secrets.ephemeral, &hello.ephemeral)?);
        let idle = |peer: &Peer| peer.offer.is_none() && peer.proof.is_none();
        if self.peers.iter().filter(|peer| idle(peer)).count() >= MAX_NOTICED
            && let Some(oldest) = self.peers.iter().position(idle)
        {
            self.peers.remove(oldest);
        }
        Ok(self.insert(hello, shared, now))
    }

    fn insert(&mut self, hello: Hello, shared: Arc<Shared>, now: Duration) -> usize {
        self.peers.push(Peer {
            transcript: Transcript::of(&self.hello, &hello),
            hello,
            shared,
            noticed_at: now,
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
        (peer.shared.seal(kind, ours, &peer.hello, &padded), signature)
    }
}

enum Refusal {
    Flaw(Flaw),
    Ourselves,
}
