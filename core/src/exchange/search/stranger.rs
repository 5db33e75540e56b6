//! A dishonest participant with an identity of her own, who films every screen and shows whatever
//! can be derived from what was shown.

use std::sync::Arc;

use std::collections::BTreeSet;

use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use super::phone::Person;
use super::texts::Texts;
use crate::badge::{Badge, BadgeFields};
use crate::digest::hash;
use crate::event::Event;
use crate::exchange::keys::Shared;
use crate::identity::{Identity, PersonId};
use crate::signing::Context;
use crate::time::UnixTime;
use crate::transcript::Transcript;
use crate::wire::{Hello, Kind, Message, Plaintext, Sealed, SizeClass};

pub(super) struct Stranger {
    identity: Identity,
    badge: Badge,
    ephemeral: StaticSecret,
}

impl Stranger {
    pub(super) fn new() -> Self {
        let badge = Badge::new(BadgeFields::named("Mallory")).unwrap();
        let ephemeral = StaticSecret::from([9; 32]);
        Self { identity: Identity::from_secret(&[8; 32]), badge, ephemeral }
    }

    pub(super) fn id(&self) -> PersonId {
        self.identity.person()
    }

    /// The hello she made before anything was shown.
    pub(super) fn first_hello(&self) -> Hello {
        self.hello(&self.contents(b"before anything"))
    }

    /// A hello made once she had learnt the blind of the session of `victim`: she may have ground
    /// it until the check codes agree.
    pub(super) fn ground_hello(&self, victim: &Hello) -> Hello {
        self.hello(&self.contents(&victim.to_bytes()))
    }

    /// Every code worth showing, to someone who has filmed these.
    pub(super) fn codes(&self, film: &[u32], people: &[Person], texts: &mut Texts) -> Vec<u32> {
        let messages: Vec<Message> = film.iter().map(|n| texts.message(*n).clone()).collect();
        let hellos: Vec<Hello> = messages.iter().filter_map(as_hello).collect();
        let sealed: Vec<&Sealed> = messages.iter().filter_map(as_sealed).collect();
        let first = self.contents(b"before anything");
        let own = self.hello(&first);
        let opened: Vec<(Hello, Plaintext)> =
            sealed.iter().filter_map(|sealed| self.opens(sealed, &own)).collect();

        let mut shown = vec![own];
        let mut made = Vec::new();
        for hello in &hellos {
            // Halves of different hellos.
            shown.push(Hello { commitment: own.commitment, ..*hello });
            shown.push(Hello { commitment: hello.commitment, ..own });
            shown.extend(
                hellos.iter().map(|other| Hello { commitment: other.commitment, ..*hello }),
            );
            // Herself, honestly; and naming whoever may be behind that hello.
            made.push(self.seals(&first, Kind::Offer, hello, None));
            for person in people {
                made.push(self.seals(&first, Kind::Confirm, hello, Some(person.id())));
                // In the name of someone else.
                let lie = Plaintext { person: person.id(), ..first.clone() };
                made.push(self.seals(&lie, Kind::Offer, hello, None));
            }
            for (victim, contents) in &opened {
                // What she was shown, as it was signed, passed on as her own message.
                for kind in [Kind::Offer, Kind::Confirm] {
                    made.push(self.passes_on(contents, kind, hello));
                }
                if victim == hello {
                    let ground = self.contents(&victim.to_bytes());
                    shown.push(self.hello(&ground));
                    made.push(self.seals(&ground, Kind::Offer, hello, None));
                    for person in people {
                        made.push(self.seals(&ground, Kind::Confirm, hello, Some(person.id())));
                    }
                }
            }
        }
        // Sealed messages under another key or of another kind.
        for message in sealed {
            made.push(Sealed { ephemeral: own.ephemeral, ..message.clone() });
            let kind = if message.kind == Kind::Offer { Kind::Confirm } else { Kind::Offer };
            made.push(Sealed { kind, ..message.clone() });
        }
        let mut codes: BTreeSet<u32> = shown.into_iter().map(|h| texts.of_hello(h)).collect();
        codes.extend(made.iter().map(|sealed| texts.of_sealed(sealed)));
        codes.into_iter().filter(|code| !film.contains(code)).collect()
    }

    fn contents(&self, purpose: &[u8]) -> Plaintext {
        let mut seed = Zeroizing::new([0; 16]);
        seed.copy_from_slice(&hash("seed", &[purpose])[..16]);
        Plaintext {
            seed: Arc::new(seed),
            person: self.id(),
            met_at: UnixTime::clamped(1_795_458_300),
            event: Event::none(),
            badge: self.badge.clone(),
            attestation: None,
            ext: Vec::new(),
            signature: [0; 64],
        }
    }

    fn hello(&self, contents: &Plaintext) -> Hello {
        let ephemeral = PublicKey::from(&self.ephemeral).to_bytes();
        Hello { ephemeral, commitment: contents.facts().commitment }
    }

    fn shared(&self, theirs: &[u8; 32]) -> Shared {
        let ours = PublicKey::from(&self.ephemeral).to_bytes();
        Shared::agree(&self.ephemeral, &ours, theirs).unwrap_or_else(|_| panic!("a good key"))
    }

    fn seals(
        &self,
        contents: &Plaintext,
        kind: Kind,
        to: &Hello,
        names: Option<PersonId>,
    ) -> Sealed {
        let own = self.hello(contents);
        let th = Transcript::of(&own, to);
        let mut items: Vec<&[u8]> = vec![th.as_bytes(), &own.ephemeral];
        let context = if kind == Kind::Offer { Context::Offer } else { Context::Confirm };
        items.extend(names.as_ref().map(|person| person.as_bytes().as_slice()));
        let signature = self.identity.sign(context, &items);
        self.passes_on(&Plaintext { signature, ..contents.clone() }, kind, to)
    }

    fn passes_on(&self, contents: &Plaintext, kind: Kind, to: &Hello) -> Sealed {
        let ours = PublicKey::from(&self.ephemeral).to_bytes();
        self.shared(&to.ephemeral).seal(kind, &ours, to, &contents.padded(SizeClass::Small))
    }

    /// What was sealed to her, and by which hello.
    fn opens(&self, sealed: &Sealed, own: &Hello) -> Option<(Hello, Plaintext)> {
        let padded = self.shared(&sealed.ephemeral).open(sealed, own)?;
        let contents = Plaintext::parse(&padded).ok()?;
        let commitment = contents.facts().commitment;
        Some((Hello { ephemeral: sealed.ephemeral, commitment }, contents))
    }
}

fn as_hello(message: &Message) -> Option<Hello> {
    if let Message::Hello(hello) = message { Some(*hello) } else { None }
}

fn as_sealed(message: &Message) -> Option<&Sealed> {
    if let Message::Sealed(sealed) = message { Some(sealed) } else { None }
}
