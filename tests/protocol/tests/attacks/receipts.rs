//! Receipts: what they show, and what is no receipt.

use lapel::identity::PersonId;
use lapel::receipt::{Disclosure, Half, Receipt, ReceiptError, Shown, State};
use lapel_protocol_tests::points::{
    low_order_u, non_canonical_points, non_canonical_u, plus_order, small_order_points,
};
use lapel_protocol_tests::receipt::{Side, checked, encode, of_both, receipt};
use lapel_protocol_tests::{Party, cbor, schedule};

fn two() -> (Party, Party) {
    let (mut ada, mut grace) = (Party::named("Ada"), Party::named("Grace"));
    ada.contents.event = "rustconf".into();
    grace.contents.event = "rustconf".into();
    (ada, grace)
}

/// The halves of the receipt that Ada keeps, both confirmed, without badges.
fn halves(ada: &Party, grace: &Party) -> (Side, Side) {
    let ours = ada.confirm_signature(&grace.hello(), &grace.person());
    let theirs = grace.confirm_signature(&ada.hello(), &ada.person());
    (
        Side::of(ada.public(), &ada.contents, 2, &ours),
        Side::of(grace.public(), &grace.contents, 2, &theirs),
    )
}

#[test]
fn a_receipt_made_from_the_text_verifies_and_shows_no_more_than_it_carries() {
    let (ada, grace) = two();
    let shown = Receipt::verify(&of_both(&ada, &grace)).unwrap();
    assert_eq!(shown.transcript.as_bytes(), &ada.transcript(&grace.hello()));
    assert_eq!(shown.holder.person.as_bytes(), &ada.person());
    assert_eq!(shown.peer.person.as_bytes(), &grace.person());
    assert_eq!((shown.holder.state, shown.peer.state), (State::Confirmed, State::Confirmed));
    assert_eq!(shown.event.as_ref().unwrap().as_str(), "rustconf");
    assert_eq!((&shown.holder.badge, &shown.peer.badge), (&None, &None));
    // The peer's own copy of the same run.
    assert_eq!(Receipt::verify(&of_both(&grace, &ada)).unwrap().transcript, shown.transcript);
}

#[test]
fn any_single_byte_altered_removed_or_added_is_refused() {
    let (ada, grace) = two();
    let (holder, peer) = halves(&ada, &grace);
    let peer = peer.with_badge(&grace.contents);
    let good = receipt(1, &holder, &peer);
    assert!(Receipt::verify(&good).is_ok());
    for at in 0..good.len() {
        for flip in [0x01, 0x20, 0x80, 0xFF] {
            let mut bad = good.clone();
            bad[at] ^= flip;
            assert!(Receipt::verify(&bad).is_err(), "byte {at} ^ {flip:02x}");
        }
        let mut bad = good.clone();
        bad.remove(at);
        assert!(Receipt::verify(&bad).is_err(), "byte {at} removed");
        for added in [0, 0xFF, good[at]] {
            let mut bad = good.clone();
            bad.insert(at, added);
            assert!(Receipt::verify(&bad).is_err(), "{added:02x} added at {at}");
        }
        assert!(Receipt::verify(&good[..at]).is_err(), "truncated at {at}");
    }
    for added in 0..=255 {
        assert_eq!(
            Receipt::verify(&[good.clone(), vec![added]].concat()),
            Err(ReceiptError::Bytes)
        );
    }
}

#[test]
fn a_receipt_altered_with_care_is_refused_by_name() {
    let (ada, grace) = two();
    let eve = Party::named("Eve");
    let (holder, peer) = halves(&ada, &grace);
    let verify = |holder: &Side, peer: &Side| Receipt::verify(&receipt(0, holder, peer));
    assert!(verify(&holder, &peer).is_ok());
    let signature = |half| Err(ReceiptError::Signature(half));
    let resigned = |peer: &Side| {
        let com = schedule::h("lapel/1 commitment", &[&peer.blind, &peer.opening]);
        let hello = schedule::hello(&peer.ephemeral, &com);
        let ours = ada.confirm_signature(&hello, &grace.person());
        Side { signature: ours.to_vec(), ..holder.clone() }
    };
    let contents = |change: fn(&mut Party)| {
        let mut changed = grace.clone();
        change(&mut changed);
        Side { opening: changed.contents.opening(), ..peer.clone() }
    };
    // Time, event, badge and ext are covered; a change moves th, and the first half checked fails.
    for changed in [
        contents(|p| p.contents.met_at += 1),
        contents(|p| p.contents.event = "elsewhere".into()),
        contents(|p| p.contents.event.clear()),
        contents(|p| p.contents.badge = b"\xa1\x00\x63Eve".to_vec()),
        contents(|p| p.contents.ext = vec![1]),
    ] {
        assert_eq!(verify(&holder, &changed), signature(Half::Holder));
        // A holder can sign their own half at any time; only the peer's is evidence.
        assert_eq!(verify(&resigned(&changed), &changed), signature(Half::Peer));
    }
    let unsigned = Side { kind: 0, signature: vec![], ..holder.clone() };
    assert_eq!(verify(&unsigned, &peer), Err(ReceiptError::Bytes));
    // The other half of another meeting.
    let (_, of_eve) = halves(&ada, &eve);
    assert_eq!(verify(&holder, &of_eve), signature(Half::Holder));
    for changed in
        [Side { ephemeral: eve.public(), ..peer.clone() }, Side { blind: [0; 32], ..peer.clone() }]
    {
        assert_eq!(verify(&resigned(&changed), &changed), signature(Half::Peer));
    }
    // Kinds and their signatures.
    assert_eq!(verify(&holder, &Side { kind: 1, ..peer.clone() }), signature(Half::Peer));
    let nothing = Side { kind: 0, signature: vec![], ..peer.clone() };
    assert_eq!(verify(&holder, &nothing), Err(ReceiptError::Bytes));
    let long = Side {
        signature: plus_order(peer.signature.clone().try_into().unwrap()).to_vec(),
        ..peer.clone()
    };
    assert_eq!(verify(&holder, &long), signature(Half::Peer));
    // Someone with oneself.
    assert_eq!(verify(&holder, &holder), Err(ReceiptError::OneSided));
    let (mut again, _) = halves(&ada.again(1), &grace);
    assert_eq!(verify(&holder, &again), Err(ReceiptError::OneSided));
    again = Side { ephemeral: holder.ephemeral, ..peer.clone() };
    assert_eq!(verify(&holder, &again), Err(ReceiptError::OneSided));
}

#[test]
fn a_disclosed_badge_must_be_the_one_committed_to() {
    let (ada, grace) = two();
    let (holder, peer) = halves(&ada, &grace);
    let verify = |peer: &Side| Receipt::verify(&receipt(0, &holder, peer));
    let shown = verify(&peer.clone().with_badge(&grace.contents)).unwrap();
    assert_eq!(shown.peer.badge.unwrap().name(), "Grace");
    let refused = Err(ReceiptError::Commitment(Half::Peer));
    for badge in [
        (b"\xa1\x00\x63Eve".to_vec(), grace.contents.salt()),
        (grace.contents.badge.clone(), [0; 32]),
        (grace.contents.badge.clone(), grace.contents.salt2()),
        (vec![], grace.contents.salt()),
    ] {
        assert_eq!(verify(&Side { badge: Some(badge), ..peer.clone() }), refused);
    }
    let attestation = Some((vec![1; 101], grace.contents.salt2()));
    assert_eq!(verify(&Side { attestation, ..peer.clone() }), refused);
    // A badge that breaks the rules isn't shown even where it was committed to.
    let mut odd = grace.clone();
    odd.contents.badge = b"\xa1\x00\x63E\ne".to_vec();
    let (holder, peer) = halves(&ada, &odd);
    let peer = peer.with_badge(&odd.contents);
    assert_eq!(Receipt::verify(&receipt(0, &holder, &peer)), refused);
}

#[test]
fn an_absent_attestation_has_one_form() {
    let (ada, grace) = two();
    let (holder, peer) = halves(&ada, &grace);
    let empty = Some((vec![], grace.contents.salt2()));
    let refused = Receipt::verify(&receipt(0, &holder, &Side { attestation: empty, ..peer }));
    assert_eq!(refused, Err(ReceiptError::Commitment(Half::Peer)));
    // And what is disclosed as one has an attestation's shape.
    let mut odd = grace.clone();
    odd.contents.attestation = vec![7; 20];
    let (holder, peer) = halves(&ada, &odd);
    let peer = Side { attestation: Some((vec![7; 20], odd.contents.salt2())), ..peer };
    assert_eq!(
        Receipt::verify(&receipt(0, &holder, &peer)),
        Err(ReceiptError::Commitment(Half::Peer))
    );
}

#[test]
fn keys_that_are_nobodys_are_refused_in_receipts_as_in_frames() {
    let (ada, grace) = two();
    for u in non_canonical_u() {
        assert_eq!(signed_with(&ada, &grace, u), EPHEMERAL_KEY, "{u:02x?}");
    }
    for point in small_order_points().into_iter().chain(non_canonical_points()) {
        let mut nobody = grace.clone();
        nobody.contents.person = point;
        let (holder, peer) = halves(&ada, &nobody);
        let refused = Receipt::verify(&receipt(0, &holder, &peer));
        assert_eq!(refused, Err(ReceiptError::Signature(Half::Peer)), "{point:02x?}");
    }
}

#[test]
fn a_low_order_ephemeral_key_is_refused_in_a_receipt() {
    let (ada, grace) = two();
    for u in low_order_u() {
        assert_eq!(signed_with(&ada, &grace, u), EPHEMERAL_KEY, "{u:02x?}");
    }
}

const EPHEMERAL_KEY: Result<Shown, ReceiptError> = Err(ReceiptError::EphemeralKey(Half::Peer));

/// A receipt in which everything else holds: two colluders signed a run that no exchange can have
/// made.
fn signed_with(ada: &Party, grace: &Party, u: [u8; 32]) -> Result<Shown, ReceiptError> {
    let hello = schedule::hello(&u, &grace.contents.commitment());
    let ours = ada.confirm_signature(&hello, &grace.person());
    let th = schedule::transcript(&hello, &ada.hello());
    let theirs = grace.sign("lapel/1 confirm", &[&th, &u, &ada.person()]);
    let holder = Side::of(ada.public(), &ada.contents, 2, &ours);
    let peer = Side::of(u, &grace.contents, 2, &theirs);
    Receipt::verify(&receipt(0, &holder, &peer))
}

#[test]
fn other_encodings_and_other_things_are_no_receipts() {
    let (ada, grace) = two();
    let (holder, peer) = halves(&ada, &grace);
    let (h, p) = (holder.encode(), peer.encode());
    let good = receipt(0, &holder, &peer);
    let body = &good[1..good.len() - 9];
    let bytes = |b: Vec<u8>| assert_eq!(Receipt::verify(&b), Err(ReceiptError::Bytes), "{b:02x?}");
    bytes(vec![]);
    bytes(vec![0xF6]);
    bytes(checked([&[0x98, 6], body].concat()));
    bytes(checked([&[0x85], body].concat()));
    bytes([&[0x9F], &good[1..], &[0xFF]].concat());
    bytes(encode("lapel reciept", 1, 0, h.clone(), p.clone()));
    bytes(encode("lapel receipt", 1, 3, h.clone(), p.clone()));
    bytes(encode("lapel receipt", 1, 0, h.clone(), cbor::null()));
    bytes(encode("lapel receipt", 1, 0, h.clone(), cbor::array(core::slice::from_ref(&p))));
    for kind in [3, 255, 256] {
        bytes(receipt(0, &holder, &Side { kind, ..peer.clone() }));
    }
    bytes(receipt(0, &holder, &Side { signature: vec![0; 63], ..peer.clone() }));
    bytes(receipt(0, &holder, &Side { kind: 0, ..peer.clone() }));
    let mut ext = grace.clone();
    ext.contents.ext = vec![0; 257];
    let (_, large) = halves(&ada, &ext);
    bytes(receipt(0, &holder, &large));
    let mut wrong_sum = good.clone();
    *wrong_sum.last_mut().unwrap() ^= 1;
    bytes(wrong_sum);
    bytes(vec![0; Receipt::MAX_BYTES + 1]);
    let newer = encode("lapel receipt", 2, 0, h, p);
    assert_eq!(Receipt::verify(&newer), Err(ReceiptError::NewerVersion(2)));
}

#[test]
fn the_largest_receipt_there_can_be_is_within_its_bound() {
    let (mut ada, mut grace) = two();
    for (party, fill) in [(&mut ada, b'a'), (&mut grace, b'g')] {
        let line = String::from_utf8(vec![fill; 96]).unwrap();
        let long = String::from_utf8(vec![fill; 64]).unwrap();
        party.contents.badge = [
            vec![0xA4, 0],
            cbor::text("n"),
            vec![1],
            cbor::text(&long),
            vec![2],
            cbor::text(&long[..63]),
            vec![8],
            cbor::text(&line),
        ]
        .concat();
        party.contents.event = "e".repeat(23);
        party.contents.ext = vec![fill; 256];
        party.contents.attestation =
            [&[0x82, 0x58, 32], [7; 32].as_slice(), &[0x58, 64], &[8; 64]].concat();
    }
    assert_eq!(ada.contents.badge.len(), 236);
    let (holder, peer) = halves(&ada, &grace);
    let full = |side: Side, party: &Party| Side {
        attestation: Some((party.contents.attestation.clone(), party.contents.salt2())),
        ..side.with_badge(&party.contents)
    };
    let bytes = receipt(2, &full(holder, &ada), &full(peer, &grace));
    assert!(bytes.len() <= Receipt::MAX_BYTES, "{}", bytes.len());
    let shown = Receipt::verify(&bytes).unwrap();
    assert!(shown.holder.badge.is_some() && shown.peer.badge.is_some());
}

#[test]
fn a_receipt_speaks_in_these_sentences_and_no_others() {
    let (ada, grace) = two();
    let (a, g) = (PersonId::from_bytes(ada.person()), PersonId::from_bytes(grace.person()));
    let (a, g) = (a.unwrap().fingerprint(), g.unwrap().fingerprint());
    let said = |comparison, holder: &Side, peer: &Side| {
        Receipt::verify(&receipt(comparison, holder, peer)).unwrap().to_string()
    };
    let (holder, peer) = halves(&ada, &grace);
    let clocks = |grace: &str, ada: &str| {
        let time = "2026-11-23T18:25:00Z";
        format!("Their clocks claimed {time} ({grace}) and {time} ({ada}).\n")
    };
    let proves = "This proves neither presence nor place nor date.";
    assert_eq!(
        said(0, &holder, &peer),
        format!(
            "[{g}] confirmed having accepted [{a}].\n\
             [{a}], who kept this receipt, says the same; a holder can sign that at any time.\n\
             {}Both named the event \"rustconf\".\n{proves}",
            clocks(&format!("[{g}]"), &format!("[{a}]")),
        )
    );
    // Two offers, with the names, and codes that agreed or not.
    let offers = Side::of(ada.public(), &ada.contents, 1, &ada.offer_signature(&grace.hello()));
    let offered =
        Side::of(grace.public(), &grace.contents, 1, &grace.offer_signature(&ada.hello()));
    let (offers, offered) = (offers.with_badge(&ada.contents), offered.with_badge(&grace.contents));
    for (comparison, codes) in [
        (1, "The holder says that the check codes agreed."),
        (2, "The holder says that the check codes differed: someone may have stood between them."),
    ] {
        assert_eq!(
            said(comparison, &offers, &offered),
            format!(
                "[{g}] \"Grace\" offered a badge in an exchange with [{a}] \"Ada\", and did not confirm. \
                 This alone is not a meeting.\n\
                 {}Both named the event \"rustconf\".\n{codes}\n{proves}",
                clocks(&format!("[{g}] \"Grace\""), &format!("[{a}] \"Ada\"")),
            )
        );
    }
    // Whatever a badge says stays in quotation marks, behind whose badge it is.
    let eve = Party::named("Grace\" confirmed \\ all");
    let e = PersonId::from_bytes(eve.person()).unwrap().fingerprint();
    let (holder, _) = halves(&ada, &eve);
    let offered = Side::of(eve.public(), &eve.contents, 1, &eve.offer_signature(&ada.hello()));
    let told = said(0, &holder, &offered.with_badge(&eve.contents));
    let whose = format!("[{e}] \"Grace\\\" confirmed \\\\ all\" offered a badge");
    assert!(told.starts_with(&whose), "{told}");
    let mut elsewhere = grace.clone();
    elsewhere.contents.event = "elsewhere".into();
    let (holder, peer) = halves(&ada, &elsewhere);
    assert!(said(0, &holder, &peer).contains("The two did not name one event.\n"));
}

#[test]
fn a_copy_hides_badge_and_attestation_of_a_side_that_is_not_disclosed() {
    let (mut ada, mut grace) = two();
    for (party, fill) in [(&mut ada, 7), (&mut grace, 8)] {
        let (issuer, signature) = ([fill; 32], [fill; 64]);
        party.contents.attestation =
            [&[0x82, 0x58, 32], issuer.as_slice(), &[0x58, 64], &signature].concat();
    }
    let (holder, peer) = halves(&ada, &grace);
    let full = |side: &Side, party: &Party| Side {
        attestation: Some((party.contents.attestation.clone(), party.contents.salt2())),
        ..side.clone().with_badge(&party.contents)
    };
    let (all_of_holder, all_of_peer) = (full(&holder, &ada), full(&peer, &grace));
    let kept = Receipt::from_bytes(&receipt(1, &all_of_holder, &all_of_peer)).unwrap();
    for (what, expected) in [
        (Disclosure::default(), receipt(1, &holder, &peer)),
        (Disclosure { holder: true, peer: false }, receipt(1, &all_of_holder, &peer)),
        (Disclosure { holder: false, peer: true }, receipt(1, &holder, &all_of_peer)),
        (Disclosure { holder: true, peer: true }, receipt(1, &all_of_holder, &all_of_peer)),
    ] {
        assert_eq!(kept.disclosing(what).to_bytes(), expected, "{what:?}");
    }
}
