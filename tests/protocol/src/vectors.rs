//! The test vectors in `tests/vectors`: made here from the text alone, run against the core by
//! `tests/vectors.rs`, and meant for every other implementation.

use core::time::Duration;

use ed25519_dalek::SigningKey;
use lapel::attestation::Attestation;
use lapel::badge::Badge;
use lapel::event::Event;
use lapel::exchange::{Options, Reveal};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use x25519_dalek::StaticSecret;

use crate::party::{Contents, Party};
use crate::phone::{Phone, Setup, WALL};
use crate::points::{low_order_u, p_plus, plus_order, small, small_order_points};
use crate::receipt::{self, Side};
use crate::schedule::{self, h, labelled};
use crate::{CONFIRM, OFFER, cbor, digits, hex, unhex};

/// Every file by name, with its contents.
pub fn all() -> Vec<(&'static str, String)> {
    vec![
        ("digits.json", json(&digits_good())),
        ("fail_digits.json", json(&digits_bad())),
        ("badge.json", json(&badges_good())),
        ("fail_badge.json", json(&badges_bad())),
        ("session.json", json(&sessions())),
        ("scan.json", json(&scans_good())),
        ("fail_scan.json", json(&scans_bad())),
        ("receipt.json", json(&receipts_good())),
        ("fail_receipt.json", json(&receipts_bad())),
    ]
}

fn json<T: Serialize>(cases: &T) -> String {
    serde_json::to_string_pretty(cases).expect("plain data") + "\n"
}

// ---- digits ------------------------------------------------------------------------------------

/// Bytes and the text of the code that carries them.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct Digits {
    pub bytes: String,
    pub text: String,
}

/// A text, and what a scan of it comes to.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct NoDigits {
    pub text: String,
    pub expect: String,
}

fn digits_good() -> Vec<Digits> {
    // None begins with version 1, so that a receiver can be asked what it read.
    let counting: Vec<u8> = (0..66u8).map(|i| i.wrapping_mul(37).wrapping_add(200)).collect();
    let lengths = (1..=15).map(|len| counting[..len].to_vec());
    let edges = [vec![0; 7], vec![255; 7], vec![255; 8], vec![255], vec![2, 0], counting.clone()];
    lengths
        .chain(edges)
        .map(|bytes| Digits { text: digits::text(&bytes), bytes: hex(bytes) })
        .collect()
}

fn digits_bad() -> Vec<NoDigits> {
    let case = |text: &str, expect: &str| NoDigits { text: text.into(), expect: expect.into() };
    vec![
        case("LAPEL:/", "damaged"),
        case("LAPEL:/1", "damaged"),
        case("LAPEL:/1234", "damaged"),
        case("LAPEL:/256", "damaged"),
        case("LAPEL:/65536", "damaged"),
        case("LAPEL:/72057594037927936", "damaged"),
        case("LAPEL:/12a", "damaged"),
        case("LAPEL:/ 001", "damaged"),
        case("LAPEL:/१२३", "damaged"),
        case(&format!("LAPEL:/{}", "0".repeat(1_007)), "damaged"),
        case("", "not_ours"),
        case("LAPEL:001", "not_ours"),
        case("HTTPS://MEET.EXAMPLE/", "not_ours"),
        case("https://meet.example/b#", "not_ours"),
        case("https://meet.example/b#top", "not_ours"),
        case("https://user@meet.example/b#001", "not_ours"),
        case("http://meet.example/b#001", "not_ours"),
        case("https://meet.example/b#256", "damaged"),
    ]
}

// ---- badges ------------------------------------------------------------------------------------

/// A badge's fields and its one encoding.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct BadgeCase {
    pub fields: Fields,
    pub hex: String,
}

/// Bytes that are no badge.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct NoBadge {
    pub why: String,
    pub hex: String,
    /// `encoding`, `text`, `form` or `too_many`.
    pub error: String,
}

/// A badge's fields, as the core's own JSON has them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct Fields {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub handles: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pronouns: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
}

impl Fields {
    /// The encoding, as the text draws it.
    pub fn encode(&self) -> Vec<u8> {
        let list = |texts: &[String]| -> Option<Vec<u8>> {
            let items: Vec<_> = texts.iter().map(|t| cbor::text(t)).collect();
            (!items.is_empty()).then(|| cbor::array(&items))
        };
        let one = |text: &Option<String>| text.as_ref().map(|t| cbor::text(t));
        let values = [
            Some(cbor::text(&self.name)),
            one(&self.title),
            one(&self.organisation),
            list(&self.emails),
            list(&self.phones),
            list(&self.urls),
            list(&self.handles),
            one(&self.pronouns),
            one(&self.line),
        ];
        let present: Vec<_> = (0u8..).zip(values).filter_map(|(k, v)| Some((k, v?))).collect();
        let body = present.iter().flat_map(|(k, v)| [&[*k], v.as_slice()].concat());
        [cbor::head(5, present.len() as u64), body.collect()].concat()
    }
}

fn ada_fields() -> Fields {
    Fields {
        name: "Ada Lovelace".into(),
        title: Some("Analyst".into()),
        organisation: Some("Analytical Engines".into()),
        emails: vec!["ada@example.org".into()],
        handles: vec!["@ada".into()],
        pronouns: Some("she/her".into()),
        ..Fields::default()
    }
}

fn grace_fields() -> Fields {
    Fields {
        name: "Grace Hopper".into(),
        organisation: Some("Navy".into()),
        phones: vec!["+1 555 0100".into()],
        urls: vec!["https://example.org/grace".into()],
        line: Some("A ship in port is safe".into()),
        ..Fields::default()
    }
}

fn badges_good() -> Vec<BadgeCase> {
    let named = |name: &str| Fields { name: name.into(), ..Fields::default() };
    let many = Fields {
        emails: ["a@b", "c@d", "e@f", "g@h"].map(Into::into).to_vec(),
        phones: vec!["1".into(), "(0) 2-3.4*#/,+".into()],
        urls: vec!["HTTP://example.org/é?a=%20#b".into()],
        ..named("n")
    };
    let cases = [
        named("Ada"),
        named("José"),
        named("山田太郎"),
        named("می\u{200C}خواهم"),
        named("👩\u{200D}💻"),
        named(&"n".repeat(23)),
        named(&"n".repeat(24)),
        named(&"n".repeat(64)),
        ada_fields(),
        grace_fields(),
        many,
    ];
    cases.into_iter().map(|fields| BadgeCase { hex: hex(fields.encode()), fields }).collect()
}

fn badges_bad() -> Vec<NoBadge> {
    let case = |why: &str, error: &str, bytes: &[u8]| NoBadge {
        why: why.into(),
        hex: hex(bytes),
        error: error.into(),
    };
    let named = |name: &str| Fields { name: name.into(), ..Fields::default() }.encode();
    let with = |change: fn(&mut Fields)| {
        let mut fields = Fields { name: "Eve".into(), ..Fields::default() };
        change(&mut fields);
        fields.encode()
    };
    vec![
        case("nothing", "encoding", b""),
        case("cut short", "encoding", b"\xa1\x00\x63Ev"),
        case("a byte more", "encoding", b"\xa1\x00\x63Eve\x00"),
        case("an overlong length", "encoding", b"\xa1\x00\x78\x03Eve"),
        case("an overlong key", "encoding", b"\xa1\x18\x00\x63Eve"),
        case("an overlong map", "encoding", b"\xb8\x01\x00\x63Eve"),
        case("an indefinite map", "encoding", b"\xbf\x00\x63Eve\xff"),
        case("an indefinite text", "encoding", b"\xa1\x00\x7f\x63Eve\xff"),
        case("an indefinite list", "encoding", b"\xa2\x00\x63Eve\x03\x9f\x63a@b\xff"),
        case("a key twice", "encoding", b"\xa2\x00\x63Eve\x00\x63Eve"),
        case("keys out of order", "encoding", b"\xa2\x01\x61t\x00\x63Eve"),
        case("an unknown key", "encoding", b"\xa2\x00\x63Eve\x09\x61x"),
        case("an empty list", "encoding", b"\xa2\x00\x63Eve\x03\x80"),
        case("bytes for text", "encoding", b"\xa1\x00\x43Eve"),
        case("no UTF-8", "encoding", b"\xa1\x00\x62\xc3\x28"),
        case(
            "more than 236 bytes",
            "encoding",
            &with(|f| f.urls = vec!["http://".to_owned() + &"u".repeat(80); 3]),
        ),
        case("no name", "encoding", b"\xa0"),
        case("an empty name", "text", &named("")),
        case("white space alone", "text", &named("\u{3000}")),
        case("white space in front", "text", &named(" Eve")),
        case("a line break", "text", &named("E\nve")),
        case("a control character", "text", &named("E\u{85}ve")),
        case("an override", "text", &named("E\u{202E}ve")),
        case("an isolate", "text", &named("E\u{2066}ve")),
        case("an invisible space", "text", &named("E\u{200B}ve")),
        case("a noncharacter", "text", &named("E\u{1FFFE}ve")),
        case("not in NFC", "text", &named("Jose\u{301}")),
        case("65 bytes of name", "text", &named(&"n".repeat(65))),
        case("25 bytes of pronouns", "text", &with(|f| f.pronouns = Some("p".repeat(25)))),
        case("five emails", "encoding", &with(|f| f.emails = vec!["a@b".into(); 5])),
        case("no @", "form", &with(|f| f.emails = vec!["eve".into()])),
        case("nothing before @", "form", &with(|f| f.emails = vec!["@b".into()])),
        case("letters in a number", "form", &with(|f| f.phones = vec!["call me".into()])),
        case("no digit", "form", &with(|f| f.phones = vec!["+-()".into()])),
        case("a script", "form", &with(|f| f.urls = vec!["javascript:alert(1)".into()])),
        case("a scheme alone", "form", &with(|f| f.urls = vec!["https://".into()])),
        case("a quote in a link", "form", &with(|f| f.urls = vec!["https://a\"b".into()])),
    ]
}

// ---- sessions ----------------------------------------------------------------------------------

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

fn array<const N: usize>(digits: &str) -> [u8; N] {
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

fn side(start: &Start) -> SideOfSession {
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
fn fingerprint(person: &[u8; 32]) -> String {
    let bytes = h("lapel/1 fingerprint", &[person]);
    let bits: String = bytes[..10].iter().map(|b| format!("{b:08b}")).collect();
    let letter = |i: usize| {
        let value = usize::from_str_radix(&bits[5 * i..5 * i + 5], 2).expect("bits");
        char::from(b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"[value])
    };
    let groups = (0..4).map(|g| (0..4).map(|i| letter(4 * g + i)).collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

fn sealed(kind: u8, from: (&str, &Party), to: &Party) -> SealedCase {
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

fn session(name: &str, ada: &Start, grace: &Start) -> Session {
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
fn kept(holder: &Party, peer: &Party) -> Vec<u8> {
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

fn starts() -> (Start, Start) {
    (Start::of("ada", &ada_fields()), Start::of("grace", &grace_fields()))
}

fn sessions() -> Vec<Session> {
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

// ---- scans -------------------------------------------------------------------------------------

/// A session on a phone, and what it is shown.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct ScanCase {
    pub name: String,
    pub start: Start,
    pub steps: Vec<ScanStep>,
}

/// One thing that happens.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct ScanStep {
    pub at_ms: u64,
    /// What is shown to the camera…
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scan: Option<String>,
    /// …and the name of what it comes to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<String>,
    /// For `damaged`: `digits`, `shape`, `ephemeral_key`, `contents`, `badge` or `signature`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flaw: Option<String>,
    /// For whoever is verified: their transcript.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub th: Option<String>,
    /// The person accepts this transcript.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept: Option<String>,
    /// `start_again` or `end`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub then: Option<String>,
}

struct Script(ScanCase);

impl Script {
    fn new(name: &str, start: &Start) -> Self {
        Self(ScanCase { name: name.into(), start: start.clone(), steps: Vec::new() })
    }

    fn text(mut self, at_ms: u64, text: String, expect: &str) -> Self {
        let expect = Some(expect.to_owned());
        self.0.steps.push(ScanStep { at_ms, scan: Some(text), expect, ..ScanStep::default() });
        self
    }

    fn shows(self, at_ms: u64, message: impl AsRef<[u8]>, expect: &str) -> Self {
        self.text(at_ms, digits::text(message), expect)
    }

    fn verifies(self, at_ms: u64, message: Vec<u8>, th: [u8; 32]) -> Self {
        let mut script = self.shows(at_ms, message, "verified");
        script.0.steps.last_mut().expect("a step").th = Some(hex(th));
        script
    }

    fn damaged(self, message: impl AsRef<[u8]>, flaw: &str) -> Self {
        let mut script = self.shows(1_000, message, "damaged");
        script.0.steps.last_mut().expect("a step").flaw = Some(flaw.into());
        script
    }

    fn accepts(mut self, at_ms: u64, th: [u8; 32]) -> Self {
        self.0.steps.push(ScanStep { at_ms, accept: Some(hex(th)), ..ScanStep::default() });
        self
    }

    fn then(mut self, at_ms: u64, what: &str) -> Self {
        self.0.steps.push(ScanStep { at_ms, then: Some(what.into()), ..ScanStep::default() });
        self
    }
}

fn scans_good() -> Vec<ScanCase> {
    let (start, _) = starts();
    let ada = start.party();
    let hello = ada.hello();
    let me = ada.person();
    let (grace, edsger) = (Party::named("Grace"), Party::named("Edsger"));
    let th = grace.transcript(&hello);
    let mut shy = start.clone();
    shy.reveal = "after_accept".into();
    let mut extended = Party::named("extended");
    extended.contents.ext = b"later".to_vec();
    let mut large = grace.clone();
    large.class = 414;
    let mut parts = schedule::parts(&grace.offer(&hello));
    parts.reverse();
    [
        Script::new("by turns: hello, then a confirm message", &start)
            .shows(1_000, grace.hello(), "progressed")
            .verifies(9_000, grace.confirm(&hello, &me), th)
            .shows(9_500, grace.confirm(&hello, &me), "nothing_new")
            .accepts(20_000, th)
            .shows(21_000, grace.confirm(&hello, &me), "progressed")
            .shows(21_000, grace.hello(), "nothing_new")
            .shows(21_000, edsger.hello(), "session_taken")
            .shows(21_000, edsger.offer(&hello), "session_taken"),
        Script::new("an offer first, and a confirm message says more", &start)
            .verifies(1_000, grace.offer(&hello), th)
            .shows(1_000, grace.offer(&hello), "nothing_new")
            .shows(1_000, grace.hello(), "nothing_new")
            .shows(1_000, large.offer(&hello), "nothing_new")
            .verifies(2_000, grace.confirm(&hello, &me), th),
        Script::new("in two parts, the last first", &start)
            .shows(1_000, &parts[0], "part_received")
            .shows(1_000, &parts[0], "nothing_new")
            .verifies(1_000, grace.offer(&hello), th)
            .shows(1_500, &parts[1], "nothing_new"),
        Script::new("other carriers and cases", &start)
            .text(0, digits::text(grace.hello()).to_lowercase(), "progressed")
            .text(0, format!(" {}\n", digits::text(grace.hello())), "nothing_new")
            .text(
                0,
                digits::text(grace.hello()).replace("LAPEL:/", "https://a.example:8443/b#"),
                "nothing_new",
            )
            .text(
                0,
                digits::text(grace.hello()).replace("LAPEL:/", "HTTPS://A.EXAMPLE/b#"),
                "nothing_new",
            ),
        Script::new("an ext of a later version is kept and covered", &start).verifies(
            0,
            extended.offer(&hello),
            extended.transcript(&hello),
        ),
        Script::new("further hellos are held back", &start)
            .shows(0, grace.hello(), "progressed")
            .shows(100, edsger.hello(), "progressed")
            .shows(1_599, edsger.hello(), "nothing_new")
            .shows(1_600, edsger.hello(), "progressed")
            .shows(1_700, edsger.hello(), "nothing_new"),
        Script::new("reveal after_accept", &shy)
            .shows(1_000, grace.hello(), "progressed")
            .shows(5_999, grace.hello(), "nothing_new")
            .shows(6_000, grace.hello(), "nobody_answers_first"),
        Script::new("verified within two minutes, accepted a day later", &start)
            .verifies(30_000, grace.offer(&hello), th)
            .accepts(86_400_000, th),
    ]
    .into_iter()
    .map(|script| script.0)
    .collect()
}

fn scans_bad() -> Vec<ScanCase> {
    let (start, _) = starts();
    let ada = start.party();
    let (hello, me) = (ada.hello(), ada.person());
    let (grace, edsger) = (Party::named("Grace"), Party::named("Edsger"));
    let th = grace.transcript(&hello);
    let offer = grace.offer(&hello);
    let signed = grace.offer_signature(&hello);
    let under = |signature: [u8; 64]| grace.seal(OFFER, &hello, &grace.padded(&signature));
    let plain = |plaintext: Vec<u8>| {
        let mut padded = plaintext;
        padded.resize(261, 0);
        grace.seal(OFFER, &hello, &padded)
    };
    let items = grace.contents.items(&signed);
    let with = |at: usize, item: Vec<u8>| {
        let mut changed = items.clone();
        changed[at] = item;
        plain(cbor::array(&changed))
    };
    let changed = |bytes: &[u8], at: usize, to: u8| {
        let mut bytes = bytes.to_vec();
        bytes[at] = to;
        bytes
    };
    let mut padded = grace.padded(&signed);
    *padded.last_mut().expect("not empty") = 1;
    let mut odd_badge = grace.clone();
    odd_badge.contents.badge = b"\xa1\x00\x63G\nH".to_vec();
    let mut late_event = grace.clone();
    late_event.contents.event = "elsewhere".into();
    let mut nobody = grace.clone();
    nobody.contents.person = small_order_points()[0];
    let mut impostor = edsger.clone();
    impostor.contents.person = grace.person();
    let mut self_named = grace.clone();
    self_named.contents.person = me;
    let sealed_of = |e: [u8; 32]| [&[1, 1], e.as_slice(), &[0; 277]].concat();
    let high = |mut u: [u8; 32]| {
        u[31] |= 0x80;
        u
    };
    let mut compare = start.clone();
    compare.compare = true;
    let crowd: Vec<Party> = (0..5).map(|i| Party::named(&format!("number {i}"))).collect();
    let mut four = Script::new("four were answered", &start);
    for (i, one) in (0..).zip(&crowd[..4]) {
        four = four.shows(10_000 * i, one.hello(), "progressed");
        let again = if i == 0 { "nothing_new" } else { "progressed" };
        four = four.shows(10_000 * i + 1_500, one.hello(), again);
    }
    let mut verified = Script::new("four were verified", &start);
    for one in &crowd[..4] {
        verified = verified.verifies(1_000, one.offer(&hello), one.transcript(&hello));
    }
    let keys =
        low_order_u().into_iter().chain([p_plus(0), p_plus(18), high(small(9)), high(small(0))]);
    let mut bad_keys = Script::new("ephemeral keys that are nobody's", &start);
    for u in keys {
        bad_keys = bad_keys
            .damaged(schedule::hello(&u, &[3; 32]), "ephemeral_key")
            .damaged(sealed_of(u), "ephemeral_key");
    }
    [
        Script::new("not Lapel's, or of another version", &start)
            .text(0, "WIFI:S:x;;".into(), "not_ours")
            .text(0, "https://example.org/".into(), "not_ours")
            .shows(0, [2], "other_version")
            .shows(0, [0], "other_version")
            .shows(0, changed(&offer, 0, 2), "other_version"),
        Script::new("shapes", &start)
            .damaged([1], "shape")
            .damaged([1, 4], "shape")
            .damaged([1, 255, 0, 0], "shape")
            .damaged(&grace.hello()[..65], "shape")
            .damaged([grace.hello(), vec![0]].concat(), "shape")
            .damaged(&offer[..310], "shape")
            .damaged([offer.clone(), vec![0]].concat(), "shape")
            .damaged([1, 3, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0], "shape")
            .damaged([1, 3, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 9], "shape")
            .damaged([1, 3, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 9], "shape")
            .damaged([&[1, 3, 0, 2], [0; 180].as_slice()].concat(), "shape"),
        bad_keys,
        Script::new("not for us", &start)
            .shows(0, grace.offer(&edsger.hello()), "not_for_us")
            .shows(0, changed(&offer, 310, offer[310] ^ 1), "not_for_us")
            .shows(0, changed(&offer, 1, CONFIRM), "not_for_us")
            .shows(0, [&offer[..2], &edsger.public(), &offer[34..]].concat(), "not_for_us")
            .shows(0, grace.offer(&schedule::hello(&ada.public(), &[9; 32])), "not_for_us")
            .verifies(0, offer.clone(), th),
        Script::new("own code", &start)
            .shows(0, &hello, "own_code")
            .shows(0, schedule::hello(&ada.public(), &[1; 32]), "own_code")
            .shows(0, sealed_of(ada.public()), "own_code")
            .shows(0, self_named.offer(&hello), "own_code"),
        Script::new("signatures that don't hold", &start)
            .damaged(
                under({
                    let mut s = signed;
                    s[0] ^= 1;
                    s
                }),
                "signature",
            )
            .damaged(under(plus_order(signed)), "signature")
            .damaged(under([0; 64]), "signature")
            .damaged(under(grace.confirm_signature(&hello, &me)), "signature")
            .damaged(grace.confirm(&hello, &edsger.person()), "signature")
            .damaged(impostor.offer(&hello), "signature")
            .verifies(1_000, offer.clone(), th),
        Script::new("a commitment to something else", &start)
            .damaged(late_event.seal(OFFER, &hello, &late_event.padded(&signed)), "signature")
            .shows(1_000, schedule::hello(&grace.public(), &[9; 32]), "progressed")
            .verifies(1_000, offer.clone(), th),
        Script::new("contents", &start)
            .damaged(grace.seal(OFFER, &hello, &padded), "contents")
            .damaged(nobody.offer(&hello), "signature")
            .damaged(plain([&[0x98, 8], items.concat().as_slice()].concat()), "contents")
            .damaged(plain([&[0x9F], items.concat().as_slice(), &[0xFF]].concat()), "contents")
            .damaged(plain(cbor::array(&items[..7])), "contents")
            .damaged(with(0, cbor::bytes([0; 15])), "contents")
            .damaged(with(2, cbor::uint(65_535)), "contents")
            .damaged(
                with(2, [&[0x1B, 0, 0, 0, 0], &(WALL as u32).to_be_bytes()[..]].concat()),
                "contents",
            )
            .damaged(with(3, cbor::text("Jose\u{301}")), "contents")
            .damaged(with(3, cbor::text(&"e".repeat(24))), "contents")
            .damaged(with(5, cbor::bytes([0; 20])), "contents")
            .damaged(with(6, vec![0x58, 0]), "contents")
            .damaged(odd_badge.offer(&hello), "badge"),
        Script::new("too late for someone never answered", &start)
            .shows(0, edsger.hello(), "progressed")
            .shows(120_001, offer.clone(), "expired"),
        Script::new("too late for a hello, while an older one may still be answered", &start)
            .shows(0, edsger.hello(), "progressed")
            .text(105_000, "anything".into(), "not_ours")
            .shows(225_001, grace.hello(), "expired")
            .text(300_000, "anything".into(), "not_ours")
            .shows(300_001, grace.hello(), "progressed"),
        Script::new("too late for someone answered", &start)
            .shows(0, grace.hello(), "progressed")
            .shows(300_001, offer.clone(), "expired"),
        Script::new("after the hello was replaced twice", &start)
            .text(60_000, "anything".into(), "not_ours")
            .text(120_000, "anything".into(), "not_ours")
            .shows(120_000, offer.clone(), "not_for_us"),
        four.shows(35_000, crowd[4].hello(), "start_again").then(36_000, "start_again").shows(
            36_000,
            crowd[4].hello(),
            "progressed",
        ),
        verified.shows(1_000, crowd[4].offer(&hello), "start_again"),
        Script::new("a check code that could have been ground", &compare)
            .shows(0, edsger.hello(), "progressed")
            .shows(1_499, edsger.hello(), "nothing_new")
            .shows(1_500, edsger.hello(), "progressed")
            .shows(2_000, offer.clone(), "start_again_to_compare"),
        Script::new("after the end", &start)
            .verifies(0, offer.clone(), th)
            .then(0, "end")
            .shows(0, offer, "ended")
            .text(0, "anything".into(), "ended"),
    ]
    .into_iter()
    .map(|script| script.0)
    .collect()
}

// ---- receipts ----------------------------------------------------------------------------------

/// A receipt and exactly what it shows.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct ReceiptCase {
    pub name: String,
    pub hex: String,
    pub shown: ShownCase,
}

/// What a receipt shows.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct ShownCase {
    pub transcript: String,
    pub holder: ShownSideCase,
    pub peer: ShownSideCase,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    pub comparison: String,
}

/// What a receipt shows of one side.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct ShownSideCase {
    pub person: String,
    pub state: String,
    pub claimed_time: u64,
    pub claimed_event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub badge: Option<Fields>,
}

/// Bytes that are no receipt.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct NoReceipt {
    pub why: String,
    pub hex: String,
    /// `bytes`, `newer_version`, `one_sided`, `ephemeral_key`, `commitment` or `signature`, and
    /// where it is of one half, ` of holder` or ` of peer` behind it.
    pub error: String,
}

fn two_at(events: [&str; 2]) -> (Party, Party) {
    let (mut ada, mut grace) = starts();
    (ada.event, grace.event) = (events[0].into(), events[1].into());
    (ada.party(), grace.party())
}

/// The sides of Ada's receipt: confirmed by her, and of the given kind by Grace.
fn halves(ada: &Party, grace: &Party, kind: u64) -> (Side, Side) {
    let ours = ada.confirm_signature(&grace.hello(), &grace.person());
    let theirs = if kind == 2 {
        grace.confirm_signature(&ada.hello(), &ada.person())
    } else {
        grace.offer_signature(&ada.hello())
    };
    (
        Side::of(ada.public(), &ada.contents, 2, &ours),
        Side::of(grace.public(), &grace.contents, kind, &theirs),
    )
}

fn shown_side(party: &Party, state: &str, badge: Option<Fields>) -> ShownSideCase {
    ShownSideCase {
        person: hex(party.person()),
        state: state.into(),
        claimed_time: party.contents.met_at,
        claimed_event: party.contents.event.clone(),
        badge,
    }
}

fn receipts_good() -> Vec<ReceiptCase> {
    let case = |name: &str, events, kind, comparison: u64, badges: bool| {
        let (ada, grace) = two_at(events);
        let (mut holder, mut peer) = halves(&ada, &grace, kind);
        if badges {
            holder = holder.with_badge(&ada.contents);
            peer = peer.with_badge(&grace.contents);
        }
        let agreed = events[0] == events[1] && !events[0].is_empty();
        ReceiptCase {
            name: name.into(),
            hex: hex(receipt::receipt(comparison, &holder, &peer)),
            shown: ShownCase {
                transcript: hex(ada.transcript(&grace.hello())),
                holder: shown_side(&ada, "confirmed", badges.then(ada_fields)),
                peer: shown_side(
                    &grace,
                    if kind == 2 { "confirmed" } else { "offered" },
                    badges.then(grace_fields),
                ),
                event: agreed.then(|| events[0].into()),
                comparison: ["not_compared", "agrees", "differs"][comparison as usize].into(),
            },
        }
    };
    vec![
        case("confirmed by both, no badges, no event", ["", ""], 2, 0, false),
        case("confirmed by both, with both badges", ["rustconf", "rustconf"], 2, 1, true),
        case("the peer only offered", ["rustconf", "rustconf"], 1, 0, false),
        case("two events are no event", ["rustconf", "strangeloop"], 2, 0, false),
        case("the check codes differed", ["", "rustconf"], 2, 2, false),
    ]
}

fn receipts_bad() -> Vec<NoReceipt> {
    let case = |why: &str, error: &str, bytes: Vec<u8>| NoReceipt {
        why: why.into(),
        hex: hex(bytes),
        error: error.into(),
    };
    let (ada, grace) = two_at(["", ""]);
    let (holder, peer) = halves(&ada, &grace, 2);
    let (_, offered) = halves(&ada, &grace, 1);
    let good = receipt::receipt(0, &holder, &peer);
    let of = |peer: &Side| receipt::receipt(0, &holder, peer);
    let other = |change: fn(&mut Contents)| {
        let mut contents = grace.contents.clone();
        change(&mut contents);
        Side { opening: contents.opening(), ..peer.clone() }
    };
    let later = other(|c| c.met_at += 1);
    let com = h("lapel/1 commitment", &[&later.blind, &later.opening]);
    let signature =
        ada.confirm_signature(&schedule::hello(&later.ephemeral, &com), &grace.person());
    let anew = Side { signature: signature.to_vec(), ..holder.clone() };
    let long_s = plus_order(peer.signature.clone().try_into().expect("64 bytes"));
    let mut flipped = good.clone();
    *flipped.last_mut().expect("not empty") ^= 1;
    vec![
        case("nothing", "bytes", vec![]),
        case("cut short", "bytes", good[..good.len() - 1].to_vec()),
        case("a byte more", "bytes", [good.clone(), vec![0]].concat()),
        case("a wrong checksum", "bytes", flipped),
        case(
            "an overlong head",
            "bytes",
            receipt::checked([&[0x98, 6], &good[1..good.len() - 9]].concat()),
        ),
        case(
            "another tag",
            "bytes",
            receipt::encode("lapel reciept", 1, 0, holder.encode(), peer.encode()),
        ),
        case(
            "an unknown comparison",
            "bytes",
            receipt::encode("lapel receipt", 1, 3, holder.encode(), peer.encode()),
        ),
        case("an unknown kind", "bytes", of(&Side { kind: 3, ..peer.clone() })),
        case("a short signature", "bytes", of(&Side { signature: vec![0; 63], ..peer.clone() })),
        case(
            "a person of small order",
            "signature of holder",
            of(&other(|c| c.person = small_order_points()[4])),
        ),
        case(
            "version 2",
            "newer_version",
            receipt::encode("lapel receipt", 2, 0, holder.encode(), peer.encode()),
        ),
        case("both halves the same", "one_sided", of(&holder)),
        case("one person twice", "one_sided", of(&halves(&ada, &ada.again(1), 2).1)),
        case(
            "an ephemeral key beyond p",
            "ephemeral_key of holder",
            receipt::receipt(0, &Side { ephemeral: p_plus(9), ..holder.clone() }, &peer),
        ),
        case(
            "another badge",
            "commitment of peer",
            of(&Side {
                badge: Some((b"\xa1\x00\x63Eve".to_vec(), grace.contents.salt())),
                ..peer.clone()
            }),
        ),
        case(
            "another salt",
            "commitment of peer",
            of(&Side { badge: Some((grace.contents.badge.clone(), [0; 32])), ..peer.clone() }),
        ),
        case("another time", "signature of holder", of(&other(|c| c.met_at += 1))),
        case("another event", "signature of holder", of(&other(|c| c.event = "elsewhere".into()))),
        case(
            "another time, the holder signing anew",
            "signature of peer",
            receipt::receipt(0, &anew, &later),
        ),
        case(
            "an offer shown as a confirmation",
            "signature of peer",
            of(&Side { kind: 2, ..offered.clone() }),
        ),
        case(
            "a confirmation shown as an offer",
            "signature of peer",
            of(&Side { kind: 1, ..peer.clone() }),
        ),
        case(
            "S plus the group order",
            "signature of peer",
            of(&Side { signature: long_s.to_vec(), ..peer.clone() }),
        ),
        case(
            "the peer signed nothing",
            "bytes",
            of(&Side { kind: 0, signature: vec![], ..peer.clone() }),
        ),
    ]
}

/// Reads a family from the text of its file.
pub fn read<T: for<'a> Deserialize<'a>>(text: &str) -> Vec<T> {
    serde_json::from_str(text).expect("a list of cases")
}

/// What a receipt vector shows, as any JSON value.
pub fn shown_value(case: &ReceiptCase) -> Value {
    serde_json::to_value(&case.shown).expect("plain data")
}
