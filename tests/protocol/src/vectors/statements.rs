//! The links and signed badges among the vectors.

use ed25519_dalek::Signer as _;

use super::*;

/// A statement, and what it says.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct StatementCase {
    /// `link` or `badge`.
    pub kind: String,
    pub text: String,
    pub hex: String,
    /// The old key and the new one, or the one whose badge it is.
    pub people: Vec<String>,
    pub made_at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub badge: Option<Fields>,
}

/// A text that is not the statement that was wanted.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct NoStatement {
    pub why: String,
    /// `link` or `badge`.
    pub wanted: String,
    pub text: String,
    /// `foreign`, `newer_version`, `another`, `bytes`, `badge`, `one_person` or `signature`.
    pub error: String,
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn person(seed: u8) -> [u8; 32] {
    key(seed).verifying_key().to_bytes()
}

fn link_message(old: u8, new: u8, made_at: u64) -> Vec<u8> {
    let time = made_at.to_be_bytes();
    labelled("lapel/1 link", &[&person(old), &person(new), &time])
}

fn badge_message(badge: &[u8], made_at: u64) -> Vec<u8> {
    labelled("lapel/1 badge update", &[badge, &made_at.to_be_bytes()])
}

fn sign(seed: u8, message: &[u8]) -> [u8; 64] {
    key(seed).sign(message).to_bytes()
}

fn link_of(old: [u8; 32], new: [u8; 32], made_at: u64, by: [[u8; 64]; 2]) -> Vec<u8> {
    let items = [
        cbor::bytes(old),
        cbor::bytes(new),
        cbor::uint(made_at),
        cbor::bytes(by[0]),
        cbor::bytes(by[1]),
    ];
    [vec![1, 4], cbor::array(&items)].concat()
}

/// A link that both keys signed.
pub fn link(old: u8, new: u8, made_at: u64) -> Vec<u8> {
    let message = link_message(old, new, made_at);
    link_of(person(old), person(new), made_at, [sign(old, &message), sign(new, &message)])
}

fn badge_of(person: [u8; 32], made_at: u64, signature: [u8; 64], badge: &[u8]) -> Vec<u8> {
    let items =
        [cbor::bytes(person), cbor::uint(made_at), cbor::bytes(signature), cbor::bytes(badge)];
    [vec![1, 5], cbor::array(&items)].concat()
}

/// A badge that its owner signed.
pub fn signed_badge(by: u8, made_at: u64, badge: &[u8]) -> Vec<u8> {
    badge_of(person(by), made_at, sign(by, &badge_message(badge, made_at)), badge)
}

const AT: u64 = 1_795_458_300;

pub(super) fn statements_good() -> Vec<StatementCase> {
    let mut cases = Vec::new();
    for made_at in [65_536, AT, 0xFFFF_FFFF] {
        let bytes = link(1, 2, made_at);
        cases.push(StatementCase {
            kind: "link".into(),
            text: digits::text(&bytes),
            hex: hex(&bytes),
            people: vec![hex(person(1)), hex(person(2))],
            made_at,
            badge: None,
        });
    }
    let short = Fields { name: "Ada".into(), ..Fields::default() };
    let long = Fields {
        title: Some("Analyst".into()),
        emails: vec!["ada@example.org".into()],
        line: Some("é".repeat(48)),
        ..short.clone()
    };
    for fields in [short, long] {
        let bytes = signed_badge(1, AT, &fields.encode());
        cases.push(StatementCase {
            kind: "badge".into(),
            text: digits::text(&bytes),
            hex: hex(&bytes),
            people: vec![hex(person(1))],
            made_at: AT,
            badge: Some(fields),
        });
    }
    cases
}

pub(super) fn statements_bad() -> Vec<NoStatement> {
    let case = |why: &str, wanted: &str, error: &str, text: String| NoStatement {
        why: why.into(),
        wanted: wanted.into(),
        text,
        error: error.into(),
    };
    let text = |bytes: &[u8]| digits::text(bytes);
    let (good, message) = (link(1, 2, AT), link_message(1, 2, AT));
    let [by_old, by_new, by_other] = [1, 2, 3].map(|seed| sign(seed, &message));
    let of = |old, new, by| text(&link_of(old, new, AT, by));
    let (old, new) = (person(1), person(2));
    let itself = sign(1, &link_message(1, 1, AT));
    let ada = Fields { name: "Ada".into(), ..Fields::default() }.encode();
    let badge = signed_badge(1, AT, &ada);
    let s_plus = plus_order(by_new);
    let mut overlong = good.clone();
    overlong.splice(2..3, [0x98, 5]);
    let untidy = [&ada[..ada.len() - 1], b" "].concat();
    vec![
        case("somebody else's code", "link", "foreign", "https://example.org/".into()),
        case("no digits", "badge", "bytes", "LAPEL:/12".into()),
        case("version 2", "link", "newer_version", text(&[&[2], &good[1..]].concat())),
        case("version 0", "link", "bytes", text(&[&[0], &good[1..]].concat())),
        case("a kind that isn't known", "link", "bytes", text(&[&[1, 6], &good[2..]].concat())),
        case("a hello", "badge", "another", text(&[&[1, 0], &good[2..]].concat())),
        case("a link", "badge", "another", text(&good)),
        case("a badge", "link", "another", text(&badge)),
        case("cut short", "link", "bytes", text(&good[..good.len() - 1])),
        case("a byte more", "badge", "bytes", text(&[&badge[..], &[0]].concat())),
        case("an overlong head", "link", "bytes", text(&overlong)),
        case("a time below the range", "link", "bytes", text(&link(1, 2, 65_535))),
        case("a badge with white space at its end", "badge", "badge", {
            text(&signed_badge(1, AT, &untidy))
        }),
        case("one key twice", "link", "one_person", of(old, old, [itself, itself])),
        case("only the old key signed", "link", "signature", of(old, new, [by_old, by_old])),
        case("only the new key signed", "link", "signature", of(old, new, [by_new, by_new])),
        case("somebody else signed", "link", "signature", of(old, new, [by_old, by_other])),
        case("the other way round", "link", "signature", of(new, old, [by_new, by_old])),
        case("S plus the group order", "link", "signature", of(old, new, [by_old, s_plus])),
        case("an old key of small order", "link", "signature", {
            of(small_order_points()[4], new, [by_old, by_new])
        }),
        case("another time", "badge", "signature", {
            text(&badge_of(old, AT + 1, sign(1, &badge_message(&ada, AT)), &ada))
        }),
        case("somebody else's badge", "badge", "signature", {
            text(&badge_of(new, AT, sign(1, &badge_message(&ada, AT)), &ada))
        }),
    ]
}
