//! The sessions among the vectors.

use super::*;

/// Everything a session begins with.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct Start {
    pub identity_secret: String,
    pub random: String,
    pub met_at: u64,
    pub monotonic_ms: u64,
    pub counter: u64,
    pub badge: String,
    pub event: String,
    pub attestation: String,
    pub reveal: String,
    pub compare: bool,
}

impl Start {
    fn of(name: &str, fields: &Fields) -> Self {
        let secret = |of: &str| hex(schedule::sha256(format!("vector {of} {name}").as_bytes()));
        Self {
            identity_secret: secret("identity"),
            random: secret("random"),
            met_at: WALL as u64,
            monotonic_ms: 0,
            counter: 0,
            badge: hex(fields.encode()),
            event: String::new(),
            attestation: String::new(),
            reveal: "first".into(),
            compare: false,
        }
    }

    /// The real thing, begun like this.
    pub fn phone(&self) -> Phone {
        let badge = Badge::from_bytes(&unhex(&self.badge)).expect("a valid badge");
        let attestation = unhex(&self.attestation);
        let attestation = (!attestation.is_empty())
            .then(|| Attestation::from_bytes(&attestation).expect("an attestation's shape"));
        let options = Options {
            event: Event::new(&self.event).expect("an event"),
            attestation,
            reveal: if self.reveal == "first" { Reveal::First } else { Reveal::AfterAccept },
            compare: self.compare,
            ..Options::default()
        };
        Phone::begin(Setup {
            secret: array(&self.identity_secret),
            fields: badge.fields().clone(),
            options,
            now: Duration::from_millis(self.monotonic_ms),
            wall: self.met_at as i64,
            counter: self.counter,
            random: array(&self.random),
        })
    }

    fn hedge(&self) -> [u8; 32] {
        h("lapel/1 hedge", &[&unhex(&self.identity_secret)])
    }

    fn prk0(&self) -> [u8; 32] {
        schedule::extract(&self.hedge(), &unhex(&self.random))
    }

    fn info(&self, label: &str) -> Vec<u8> {
        labelled(
            label,
            &[
                &self.person(),
                &(self.met_at as u32).to_be_bytes(),
                self.event.as_bytes(),
                &unhex(&self.badge),
                &unhex(&self.attestation),
                &self.monotonic_ms.to_be_bytes(),
                &self.counter.to_be_bytes(),
            ],
        )
    }

    fn person(&self) -> [u8; 32] {
        SigningKey::from_bytes(&array(&self.identity_secret)).verifying_key().to_bytes()
    }

    /// The same session with all its secrets in the open.
    pub fn party(&self) -> Party {
        let contents = Contents {
            seed: schedule::expand(&self.prk0(), &self.info("lapel/1 seed")),
            person: self.person(),
            met_at: self.met_at,
            event: self.event.clone(),
            badge: unhex(&self.badge),
            attestation: unhex(&self.attestation),
            ext: Vec::new(),
        };
        let needed = contents.plaintext(&[0; 64]).len();
        let class = [311, 357, 414].into_iter().find(|c| needed + 50 <= *c).expect("it fits");
        let ephemeral: [u8; 32] = schedule::expand(&self.prk0(), &self.info("lapel/1 ephemeral"));
        Party {
            key: SigningKey::from_bytes(&array(&self.identity_secret)),
            ephemeral: StaticSecret::from(ephemeral),
            contents,
            class,
        }
    }
}

pub(super) fn array<const N: usize>(digits: &str) -> [u8; N] {
    unhex(digits).try_into().expect("that many bytes")
}

/// A whole handshake with every intermediate value.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct Session {
    pub name: String,
    pub ada: SideOfSession,
    pub grace: SideOfSession,
    pub th: String,
    pub shared_secret: String,
    pub prk: String,
    pub check_code: String,
    /// The exporter for the purpose `ble`.
    pub exporter_ble: String,
    /// In the order offers of Ada and Grace, confirm messages of Ada and Grace.
    pub sealed: Vec<SealedCase>,
    /// What Ada keeps when both confirmed, with both badges.
    pub adas_receipt: String,
    /// What Grace may hand on: no badges.
    pub graces_bare_receipt: String,
}

/// One side's inputs and what follows from them.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct SideOfSession {
    pub start: Start,
    pub person: String,
    pub fingerprint: String,
    pub hedge: String,
    pub prk0: String,
    pub ephemeral_info: String,
    pub ephemeral_secret: String,
    pub ephemeral: String,
    pub seed: String,
    pub blind: String,
    pub salt: String,
    pub salt2: String,
    pub opening: String,
    pub commitment: String,
    pub hello: String,
    pub hello_text: String,
}

/// A sealed message and how it was made.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct SealedCase {
    pub kind: String,
    pub from: String,
    pub signed: String,
    pub signature: String,
    pub plaintext: String,
    pub key: String,
    pub message: String,
    pub text: String,
    pub part_texts: Vec<String>,
}

pub(super) fn side(start: &Start) -> SideOfSession {
    let party = start.party();
    SideOfSession {
        start: start.clone(),
        person: hex(party.person()),
        fingerprint: fingerprint(&party.person()),
        hedge: hex(start.hedge()),
        prk0: hex(start.prk0()),
        ephemeral_info: hex(start.info("lapel/1 ephemeral")),
        ephemeral_secret: hex(party.ephemeral.as_bytes()),
        ephemeral: hex(party.public()),
        seed: hex(party.contents.seed),
        blind: hex(party.contents.blind()),
        salt: hex(party.contents.salt()),
        salt2: hex(party.contents.salt2()),
        opening: hex(party.contents.opening()),
        commitment: hex(party.contents.commitment()),
        hello: hex(party.hello()),
        hello_text: party.hello_text(),
    }
}

/// Eighty bits of `H("lapel/1 fingerprint", I)` in Crockford's base 32.
pub(super) fn fingerprint(person: &[u8; 32]) -> String {
    let bytes = h("lapel/1 fingerprint", &[person]);
    let bits: String = bytes[..10].iter().map(|b| format!("{b:08b}")).collect();
    let letter = |i: usize| {
        let value = usize::from_str_radix(&bits[5 * i..5 * i + 5], 2).expect("bits");
        char::from(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[value])
    };
    let groups = (0..4).map(|g| (0..4).map(|i| letter(4 * g + i)).collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

pub(super) fn sealed(kind: u8, from: (&str, &Party), to: &Party) -> SealedCase {
    let (name, from) = from;
    let th = from.transcript(&to.hello());
    let (signed, signature, message) = if kind == OFFER {
        (
            labelled("lapel/1 offer", &[&th, &from.public()]),
            from.offer_signature(&to.hello()),
            from.offer(&to.hello()),
        )
    } else {
        (
            labelled("lapel/1 confirm", &[&th, &from.public(), &to.person()]),
            from.confirm_signature(&to.hello(), &to.person()),
            from.confirm(&to.hello(), &to.person()),
        )
    };
    SealedCase {
        kind: if kind == OFFER { "offer" } else { "confirm" }.into(),
        from: name.into(),
        signed: hex(signed),
        signature: hex(signature),
        plaintext: hex(from.padded(&signature)),
        key: hex(schedule::key(&from.prk(&to.public()), kind, &from.public(), &to.hello())),
        text: digits::text(&message),
        part_texts: schedule::parts(&message).iter().map(digits::text).collect(),
        message: hex(message),
    }
}

pub(super) fn session(name: &str, ada: &Start, grace: &Start) -> Session {
    let (a, g) = (ada.party(), grace.party());
    let prk = a.prk(&g.public());
    let th = a.transcript(&g.hello());
    let info = labelled("lapel/1 exporter", &[&th, b"ble"]);
    let code =
        schedule::check_code([&a.hello(), &g.hello()], [&a.contents.blind(), &g.contents.blind()]);
    Session {
        name: name.into(),
        ada: side(ada),
        grace: side(grace),
        th: hex(th),
        shared_secret: hex(schedule::agree(&a.ephemeral, &g.public())),
        prk: hex(prk),
        check_code: format!("{:03} {:03}", code / 1_000, code % 1_000),
        exporter_ble: hex(schedule::expand::<32>(&prk, &info)),
        sealed: vec![
            sealed(OFFER, ("ada", &a), &g),
            sealed(OFFER, ("grace", &g), &a),
            sealed(CONFIRM, ("ada", &a), &g),
            sealed(CONFIRM, ("grace", &g), &a),
        ],
        adas_receipt: hex(kept(&a, &g)),
        graces_bare_receipt: hex(receipt::of_both(&g, &a)),
    }
}

/// The receipt that a phone keeps: both badges, and attestations where there are any.
pub(super) fn kept(holder: &Party, peer: &Party) -> Vec<u8> {
    let of = |one: &Party, other: &Party| {
        let signature = one.confirm_signature(&other.hello(), &other.person());
        let attested = !one.contents.attestation.is_empty();
        Side {
            attestation: attested.then(|| (one.contents.attestation.clone(), one.contents.salt2())),
            ..Side::of(one.public(), &one.contents, 2, &signature).with_badge(&one.contents)
        }
    };
    receipt::receipt(0, &of(holder, peer), &of(peer, holder))
}

pub(super) fn starts() -> (Start, Start) {
    (Start::of("ada", &ada_fields()), Start::of("grace", &grace_fields()))
}

pub(super) fn sessions() -> Vec<Session> {
    let (ada, grace) = starts();
    let mut named_ada = Start::of("ada 2", &Fields { name: "Ada".into(), ..Fields::default() });
    named_ada.event = "rustconf-2026".into();
    (named_ada.counter, named_ada.monotonic_ms) = (41, 86_400_007);
    let mut attested = Start::of("grace 2", &grace_fields());
    attested.event = "rustconf-2026".into();
    attested.attestation =
        hex([&[0x82, 0x58, 32], [7; 32].as_slice(), &[0x58, 64], &[8; 64]].concat());
    attested.met_at = 65_536;
    vec![
        session("two ordinary badges, no event", &ada, &grace),
        session("an event, an attestation, and a clock that was never set", &named_ada, &attested),
    ]
}
