//! The receipts among the vectors.

use lapel::receipt::ReceiptError;

use super::*;

/// The name that vectors have for what is wrong with a receipt.
pub fn receipt_error(error: &ReceiptError) -> String {
    match error {
        ReceiptError::Bytes => "bytes".into(),
        ReceiptError::NewerVersion(_) => "newer_version".into(),
        ReceiptError::OneSided => "one_sided".into(),
        ReceiptError::EphemeralKey(half) => format!("ephemeral_key of {half}"),
        ReceiptError::Commitment(half) => format!("commitment of {half}"),
        ReceiptError::Signature(half) => format!("signature of {half}"),
        _ => panic!("no name for {error}"),
    }
}

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

pub(super) fn two_at(events: [&str; 2]) -> (Party, Party) {
    let (mut ada, mut grace) = starts();
    (ada.event, grace.event) = (events[0].into(), events[1].into());
    (ada.party(), grace.party())
}

/// The sides of Ada's receipt: confirmed by her, and of the given kind by Grace.
pub(super) fn halves(ada: &Party, grace: &Party, kind: u64) -> (Side, Side) {
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

pub(super) fn shown_side(party: &Party, state: &str, badge: Option<Fields>) -> ShownSideCase {
    ShownSideCase {
        person: hex(party.person()),
        state: state.into(),
        claimed_time: party.contents.met_at,
        claimed_event: party.contents.event.clone(),
        badge,
    }
}

/// Ada's receipt of someone who claims the point `person` and signs whatever `sign` makes of the person
/// and the message: the points that libraries disagree about.
fn at_the_edge(
    person: [u8; 32],
    sign: impl FnOnce(&Party, &[u8]) -> [u8; 64],
) -> (Party, Party, Vec<u8>) {
    let (ada, mut grace) = two_at(["", ""]);
    grace.contents.person = person;
    let (holder, mut peer) = halves(&ada, &grace, 2);
    let th = grace.transcript(&ada.hello());
    let message = labelled("lapel/1 confirm", &[&th, &grace.public(), &ada.person()]);
    peer.signature = sign(&grace, &message).to_vec();
    let bytes = receipt::receipt(0, &holder, &peer);
    (ada, grace, bytes)
}

/// Grace's key plus a point of order eight.
fn mixed() -> [u8; 32] {
    let (_, grace) = two_at(["", ""]);
    points::plus(&grace.person(), &small_order_points()[4])
}

/// What every verifier has to refuse, though some equation holds in most of them.
fn edges_bad() -> Vec<(String, Vec<u8>)> {
    let (_, grace) = two_at(["", ""]);
    let own = grace.person();
    let mut cases = Vec::new();
    let mut case = |why: &str, (_, _, bytes)| cases.push((why.to_owned(), bytes));
    let neutral = small(1);
    // R the neutral element and S zero: holds for every message if the person vanishes.
    let universal = [neutral, small(0)].concat().try_into().expect("64 bytes");
    for (order, point) in [1, 2, 4, 4, 8, 8, 8, 8].into_iter().zip(small_order_points()) {
        let why = format!("a person of order {order}, {}…", hex(&point[..2]));
        case(&why, at_the_edge(point, |_, _| universal));
    }
    let signed = |mut point: [u8; 32]| {
        point[31] |= 0x80;
        point
    };
    for (why, point) in [
        ("a person with y = p", p_plus(0)),
        ("a person with y = p + 1, the neutral element", p_plus(1)),
        ("the same with a sign", signed(p_plus(1))),
        ("the neutral element with a sign", signed(neutral)),
        ("the point of order two with a sign", signed(points::p_minus_1())),
        ("a person with y = 2\u{b2}\u{2075}\u{2075} \u{2212} 1", p_plus(18)),
    ] {
        case(why, at_the_edge(point, |_, _| universal));
    }
    case("a person who is no point", at_the_edge(small(2), |_, _| universal));
    let with_r =
        |r: [u8; 32]| at_the_edge(own, move |p, m| points::sign_as(&p.key, &own, &r, &small(0), m));
    case("R the neutral element, and the equation holds", with_r(neutral));
    case("R the neutral element as y = p + 1", with_r(p_plus(1)));
    case("R the neutral element with a sign", with_r(signed(neutral)));
    case("R of order two", with_r(points::p_minus_1()));
    case("R of order four", with_r(small(0)));
    case("R of order eight", with_r(small_order_points()[4]));
    case(
        "R of mixed order: only eight times the equation holds",
        at_the_edge(own, |p, m| {
            let nonce = SigningKey::from_bytes(&[7; 32]);
            let r = points::plus(&nonce.verifying_key().to_bytes(), &small_order_points()[4]);
            points::sign_as(&p.key, &own, &r, &points::scalar(&nonce), m)
        }),
    );
    case(
        "a person of mixed order: only eight times the equation holds",
        at_the_edge(mixed(), |p, m| points::sign_mixed(&p.key, &mixed(), m, false)),
    );
    let sign = |p: &Party, m: &[u8]| points::sign_again(&p.key, m, [7; 32]);
    for times in [1, 2, 7, 14] {
        let why = format!("S plus {times} times the group order");
        case(&why, at_the_edge(own, |p, m| points::plus_orders(sign(p, m), times)));
    }
    case("a signature of zeros", at_the_edge(own, |_, _| [0; 64]));
    case("a signature of ones", at_the_edge(own, |_, _| [0xFF; 64]));
    let s_alone = |s: [u8; 32]| {
        at_the_edge(own, move |p, m| [&sign(p, m)[..32], &s].concat().try_into().expect("64 bytes"))
    };
    case("S zero", s_alone(small(0)));
    case("S the group order", s_alone(points::order()));
    cases
}

pub(super) fn receipts_good() -> Vec<ReceiptCase> {
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
    // Neither point nor signature is refused: a key of mixed order is a key, and a nonce is its owner's.
    let edge = |name: &str, (ada, grace, bytes): (Party, Party, Vec<u8>)| ReceiptCase {
        name: name.into(),
        hex: hex(bytes),
        shown: ShownCase {
            transcript: hex(ada.transcript(&grace.hello())),
            holder: shown_side(&ada, "confirmed", None),
            peer: shown_side(&grace, "confirmed", None),
            event: None,
            comparison: "not_compared".into(),
        },
    };
    let own = two_at(["", ""]).1.person();
    vec![
        edge(
            "a person of mixed order, and the equation holds",
            at_the_edge(mixed(), |p, m| points::sign_mixed(&p.key, &mixed(), m, true)),
        ),
        edge(
            "another nonce than the deterministic one",
            at_the_edge(own, |p, m| points::sign_again(&p.key, m, [7; 32])),
        ),
        case("confirmed by both, no badges, no event", ["", ""], 2, 0, false),
        case("confirmed by both, with both badges", ["rustconf", "rustconf"], 2, 1, true),
        case("the peer only offered", ["rustconf", "rustconf"], 1, 0, false),
        case("two events are no event", ["rustconf", "strangeloop"], 2, 0, false),
        case("the check codes differed", ["", "rustconf"], 2, 2, false),
    ]
}

pub(super) fn receipts_bad() -> Vec<NoReceipt> {
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
    let mut cases = vec![
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
    ];
    let edges = edges_bad().into_iter();
    cases.extend(edges.map(|(why, bytes)| case(&why, "signature of peer", bytes)));
    cases
}
