//! The proofs among the vectors.

use ed25519_dalek::Signer as _;
use lapel::proof::ProofError;

use super::*;
use crate::schedule::sha256;

/// The name that vectors have for what is wrong with a proof.
pub fn proof_error(error: &ProofError) -> String {
    match error {
        ProofError::NotAProof => "not_a_proof".into(),
        ProofError::NewerVersion(_) => "newer_version".into(),
        ProofError::Header => "header".into(),
        ProofError::Truncated(_) => "truncated".into(),
        ProofError::Receipt { number, source } => {
            format!("receipt {number}: {}", receipt_error(source))
        }
        ProofError::AnotherHolder { number } => format!("another_holder {number}"),
        ProofError::Repeated { number } => format!("repeated {number}"),
        ProofError::Order { number } => format!("order {number}"),
        ProofError::Signature => "signature".into(),
        ProofError::Trailing => "trailing".into(),
        _ => panic!("no name for {error}"),
    }
}

/// A proof and exactly what it shows.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct ProofCase {
    pub name: String,
    pub hex: String,
    pub holder: String,
    pub to: String,
    pub purpose: String,
    pub made_at: u64,
    /// Keys beside the holder's, and how many of them confirmed.
    pub contacts: u32,
    pub confirmed: u32,
    pub sha256: String,
    pub receipts: Vec<ShownCase>,
}

/// Bytes that are no proof.
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "named by what they are")]
pub struct NoProof {
    pub why: String,
    pub hex: String,
    /// `not_a_proof`, `newer_version`, `header`, `truncated`, `signature`, `trailing`; or, with the receipt's
    /// number behind it, `another_holder`, `repeated`, `order`; or `receipt N: ` and the receipt's error.
    pub error: String,
}

/// A receipt that somebody keeps, as it may stand in a proof.
#[derive(Clone)]
pub struct Kept {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The other's person, and the transcript: its place in a proof.
    pub place: ([u8; 32], [u8; 32]),
    holder: Party,
    peer: Party,
    confirmed: bool,
}

impl Kept {
    /// What `holder` keeps of `peer`, whose badge it discloses.
    pub fn of(holder: &Party, peer: &Party, confirmed: bool) -> Self {
        let ours = holder.confirm_signature(&peer.hello(), &peer.person());
        let (kind, theirs) = match confirmed {
            true => (2, peer.confirm_signature(&holder.hello(), &holder.person())),
            false => (1, peer.offer_signature(&holder.hello())),
        };
        let ours = Side::of(holder.public(), &holder.contents, 2, &ours);
        let theirs = Side::of(peer.public(), &peer.contents, kind, &theirs);
        let bytes = receipt::receipt(1, &ours, &theirs.with_badge(&peer.contents));
        let place = (peer.person(), holder.transcript(&peer.hello()));
        Self { bytes, place, holder: holder.clone(), peer: peer.clone(), confirmed }
    }

    fn shown(&self) -> ShownCase {
        let name = &self.peer.contents.badge[3..];
        let name = String::from_utf8(name.to_vec()).expect("a name behind its head");
        let state = if self.confirmed { "confirmed" } else { "offered" };
        let event = self.peer.contents.event.clone();
        ShownCase {
            transcript: hex(self.place.1),
            holder: shown_side(&self.holder, "confirmed", None),
            peer: shown_side(&self.peer, state, Some(Fields { name, ..Fields::default() })),
            event: Some(event.clone())
                .filter(|_| event == self.holder.contents.event && !event.is_empty()),
            comparison: "agrees".into(),
        }
    }
}

/// Four receipts that `holder` keeps, of three people, in a proof's order.
pub fn kept_by(holder: &Party) -> Vec<Kept> {
    let with = |name: &str, salt, confirmed| {
        let (mut holder, mut peer) = (holder.again(salt), Party::named(name).again(salt));
        peer.contents.event = "Rust Week".into();
        if salt == 2 {
            holder.contents.event = peer.contents.event.clone();
        }
        Kept::of(&holder, &peer, confirmed)
    };
    let mut all = vec![
        with("Grace", 1, true),
        with("Grace", 2, false),
        with("山田 太郎", 3, false),
        with("Mary", 4, true),
    ];
    all.sort_by_key(|kept| kept.place);
    all
}

/// The header of a proof that `holder` makes at the usual time.
pub fn proof_header(holder: &Party, version: u64, to: &str, receipts: usize) -> Vec<u8> {
    header_of("lapel proof", version, holder.person(), [to, ""], PROOF_MADE_AT, receipts as u64)
}

/// The usual time.
pub const PROOF_MADE_AT: u64 = 1_795_458_360;

/// A header of whatever one likes.
pub fn header_of(
    tag: &str,
    version: u64,
    holder: [u8; 32],
    [to, purpose]: [&str; 2],
    made_at: u64,
    receipts: u64,
) -> Vec<u8> {
    cbor::array(&[
        cbor::text(tag),
        cbor::uint(version),
        cbor::bytes(holder),
        cbor::text(to),
        cbor::text(purpose),
        cbor::uint(made_at),
        cbor::uint(receipts),
    ])
}

/// The proof of these strings as the text says, signed by whoever.
pub fn signed_proof(by: &Party, header: &[u8], receipts: &[&[u8]]) -> Vec<u8> {
    let strings = [header].into_iter().chain(receipts.iter().copied());
    let body: Vec<u8> = strings.flat_map(cbor::bytes).collect();
    let said = labelled("lapel/1 proof", &[&sha256(&body)]);
    [body, cbor::bytes(by.key.sign(&said).to_bytes())].concat()
}

const TO: &str = "Zürich grants";

pub(super) fn proofs_good() -> Vec<ProofCase> {
    let ada = Party::named("Ada");
    let all = kept_by(&ada);
    let case = |name: &str, [to, purpose]: [&str; 2], made_at, kept: &[Kept]| {
        let header =
            header_of("lapel proof", 1, ada.person(), [to, purpose], made_at, kept.len() as u64);
        let receipts: Vec<&[u8]> = kept.iter().map(|kept| kept.bytes.as_slice()).collect();
        let bytes = signed_proof(&ada, &header, &receipts);
        let people = |confirmed: bool| {
            let mut people: Vec<_> = kept.iter().filter(|k| k.confirmed || !confirmed).collect();
            people.dedup_by_key(|kept| kept.place.0);
            people.len() as u32
        };
        ProofCase {
            name: name.into(),
            hex: hex(&bytes),
            holder: hex(ada.person()),
            to: to.into(),
            purpose: purpose.into(),
            made_at,
            contacts: people(false),
            confirmed: people(true),
            sha256: hex(sha256(&bytes)),
            receipts: kept.iter().map(Kept::shown).collect(),
        }
    };
    vec![
        case("four receipts of three people", [TO, ""], PROOF_MADE_AT, &all),
        case("one receipt, for nobody in particular", ["", ""], 65_536, &all[..1]),
        case(
            "words as long as they may be, at the last time there is",
            [&"é".repeat(48), &"a".repeat(256)],
            0xFFFF_FFFF,
            &all[3..],
        ),
    ]
}

pub(super) fn proofs_bad() -> Vec<NoProof> {
    let (ada, eve) = (Party::named("Ada"), Party::named("Eve"));
    let all = kept_by(&ada);
    let [a, b, c, d] = [0, 1, 2, 3].map(|number| all[number].bytes.as_slice());
    let eves = Kept::of(&eve, &Party::named("Mary"), true).bytes;
    let header = |count| proof_header(&ada, 1, TO, count);
    let by = |who: &Party, receipts: &[&[u8]], count| signed_proof(who, &header(count), receipts);
    // With a header of whatever is in it.
    let of = |header: Vec<u8>| signed_proof(&ada, &header, &[a]);
    let with = |words, made_at, count| {
        of(header_of("lapel proof", 1, ada.person(), words, made_at, count))
    };
    let held_by = |person| of(header_of("lapel proof", 1, person, ["", ""], PROOF_MADE_AT, 1));
    let whole = by(&ada, &[a, b], 2);
    let (first, end) = (cbor::bytes(header(2)).len(), whole.len());
    let (body, signature) = whole.split_at(end - 66);
    let flipped = |at: usize| {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        altered
    };
    let forged = {
        let mut body = b[..b.len() - 9].to_vec();
        let at = body.len() - 50;
        body[at] ^= 1;
        receipt::checked(body)
    };
    let rebound = {
        let at = whole.windows(6).position(|six| six == b"grants").expect("the recipient");
        let mut altered = whole.clone();
        altered[at..at + 6].copy_from_slice(b"police");
        altered
    };
    // Another head in front of the header's items.
    let altered_head =
        |version, head: &[u8]| [head, &proof_header(&ada, version, TO, 1)[1..]].concat();
    let padded = |version: u64, size: usize| {
        let mut header = proof_header(&ada, version, TO, 1);
        header.resize(size, 0);
        of(header)
    };
    let s_plus = {
        let s: [u8; 64] = signature[2..].try_into().expect("64 bytes");
        [body, &cbor::bytes(plus_order(s))].concat()
    };
    let long_header = "a".repeat(257);
    let cases: Vec<(&str, &str, Vec<u8>)> = vec![
        ("nothing", "not_a_proof", vec![]),
        ("cut in the tag", "not_a_proof", whole[..8].to_vec()),
        ("a receipt alone", "not_a_proof", a.to_vec()),
        ("another tag", "not_a_proof", {
            of(header_of("lapel prove", 1, ada.person(), ["", ""], PROOF_MADE_AT, 1))
        }),
        ("a text string in front", "not_a_proof", [&[0x61], &b"a"[..], &whole].concat()),
        ("a header of 1,025 bytes", "not_a_proof", padded(1, 1_025)),
        ("a header with bytes behind its item", "header", padded(1, 1_024)),
        ("a header of version 2 with bytes behind its item", "newer_version", padded(2, 1_024)),
        ("an overlong head in the header", "header", of(altered_head(1, &[0x98, 7]))),
        ("an array without a length", "header", of(altered_head(1, &[0x9F]))),
        ("an overlong head in version 2", "newer_version", of(altered_head(2, &[0x98, 7]))),
        ("a map in place of the array", "not_a_proof", of(altered_head(1, &[0xA7]))),
        (
            "an array of nothing but the tag",
            "header",
            of([&[0x81], &cbor::text("lapel proof")[..]].concat()),
        ),
        ("version 0", "header", of(proof_header(&ada, 0, TO, 1))),
        ("version 2", "newer_version", of(proof_header(&ada, 2, TO, 1))),
        ("a holder of small order", "header", held_by(small_order_points()[4])),
        ("a holder beyond p", "header", held_by(p_plus(3))),
        (
            "a recipient with white space in front",
            "header",
            with([" Zürich", ""], PROOF_MADE_AT, 1),
        ),
        ("a purpose of two lines", "header", with(["", "one\ntwo"], PROOF_MADE_AT, 1)),
        ("a recipient of 97 bytes", "header", with([&"a".repeat(97), ""], PROOF_MADE_AT, 1)),
        ("a purpose of 257 bytes", "header", with(["", &long_header], PROOF_MADE_AT, 1)),
        ("a time below the range", "header", with(["", ""], 65_535, 1)),
        ("a time beyond the range", "header", with(["", ""], 1 << 32, 1)),
        ("no receipts", "header", with(["", ""], PROOF_MADE_AT, 0)),
        ("a million and one receipts", "header", with(["", ""], PROOF_MADE_AT, 1_000_001)),
        ("a million receipts and none there", "truncated", cbor::bytes(header(1_000_000))),
        ("cut in the header", "truncated", whole[..first - 5].to_vec()),
        ("cut in a receipt", "truncated", whole[..first + 50].to_vec()),
        ("no signature", "truncated", body.to_vec()),
        ("cut in the signature", "truncated", whole[..end - 1].to_vec()),
        ("a byte of a receipt flipped", "receipt 1: bytes", flipped(first + 100)),
        ("a length beyond all receipts", "receipt 1: bytes", {
            [&whole[..first], b"\x59\xff\xff", &whole[first..]].concat()
        }),
        ("a receipt dropped, signed anew", "receipt 2: bytes", by(&ada, &[a], 2)),
        ("a receipt altered, its checksum made anew", "receipt 2: signature of peer", {
            by(&ada, &[a, &forged], 2)
        }),
        ("a receipt that somebody else holds", "another_holder 2", by(&ada, &[a, &eves], 2)),
        ("another holder in the header", "another_holder 1", {
            signed_proof(&eve, &proof_header(&eve, 1, TO, 1), &[a])
        }),
        ("a receipt twice", "repeated 2", by(&ada, &[c, c], 2)),
        ("two receipts swapped", "order 2", by(&ada, &[d, c], 2)),
        ("a receipt more than counted", "signature", by(&ada, &[a, b], 1)),
        ("another recipient", "signature", rebound),
        ("somebody else signed", "signature", by(&eve, &[a, b], 2)),
        ("a byte of the signature flipped", "signature", flipped(end - 10)),
        ("S plus the group order", "signature", s_plus),
        ("a signature of 63 bytes", "signature", [body, &cbor::bytes(&signature[2..65])].concat()),
        ("a byte behind it", "trailing", [&whole[..], b"\n"].concat()),
        ("itself once more behind it", "trailing", [&whole[..], &whole].concat()),
    ];
    let case = |(why, error, bytes): (&str, &str, Vec<u8>)| NoProof {
        why: why.into(),
        hex: hex(bytes),
        error: error.into(),
    };
    cases.into_iter().map(case).collect()
}
