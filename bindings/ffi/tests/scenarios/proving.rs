use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use lapel::code::Code;
use lapel::receipt::State;
use lapel_ffi::contact::ContactQuery;
use lapel_ffi::export::ExportSelection;
use lapel_ffi::proof::{Proof, ProofRequest};
use lapel_ffi::rehearsal::rehearse_meetings;

use crate::phones::{Phone, at, code, shake, turn};
use crate::unruly::Patience;

fn request(people: Vec<String>) -> ProofRequest {
    ProofRequest {
        selection: ExportSelection::People { people },
        to: "The grant office".to_owned(),
        purpose: "travel".to_owned(),
        with_own_badge: false,
        with_their_badges: true,
    }
}

#[test]
fn proves_many_meetings() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    rehearse_meetings(&ada.book, 2, "Rust Week".to_owned()).unwrap();
    let found = ada.book.list(ContactQuery::default(), None, 9).unwrap().people;
    let offered = &found.iter().find(|line| line.name == "Person 0").unwrap().person;
    shake(&ada, &grace, at("Rust Week"));
    ada.book.note(grace.book.person(), "plays the theremin".to_owned()).unwrap();
    let chosen = request(vec![offered.clone(), grace.book.person()]);

    let path = ada.dir.path().join("met.proof").display().to_string();
    let counted = ada.book.prove_count(chosen.clone()).unwrap();
    assert_eq!((counted.contacts, counted.confirmed, counted.encounters), (2, 1, 2));
    assert_eq!(ada.book.prove_to(chosen.clone(), path.clone()).unwrap(), counted);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(bytes.len() as u64, counted.bytes);
    let holds = |bytes: &[u8], text: &str| {
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    assert!(holds(&bytes, "Grace") && holds(&bytes, "Person 0") && !holds(&bytes, "Person 1"));
    assert!(!holds(&bytes, "theremin"));

    // From here on somebody else, who has the file and no book.
    let patience = Arc::new(Patience::default());
    let verified = Proof::from_file(path).verify(9, Some(patience.clone())).unwrap();
    assert_eq!((verified.to.as_str(), verified.purpose.as_str()), ("The grant office", "travel"));
    assert_eq!((verified.holder, verified.receipts), (ada.book.person(), 2));
    assert_eq!((verified.contacts, verified.confirmed, verified.bytes), (2, 1, counted.bytes));
    for shown in &verified.shown {
        let is_grace = shown.peer.person == grace.book.person();
        let (name, state) =
            if is_grace { ("Grace", State::Confirmed) } else { ("Person 0", State::Offered) };
        assert_eq!((&*shown.peer.badge.as_ref().unwrap().name, shown.peer.state), (name, state));
        assert_eq!((&shown.holder.badge, shown.event.as_deref()), (&None, Some("Rust Week")));
    }
    let seen = patience.seen.lock().unwrap().clone();
    assert_eq!((seen.len(), &*seen[1].work, seen[1].done, seen[1].total), (2, "verifying", 2, 2));
    patience.ends.store(true, Ordering::SeqCst);
    let proof = Proof::from_bytes(bytes.clone());
    assert_eq!(code(proof.verify(9, Some(patience))), Some(Code::Cancelled));
    let first = proof.verify(1, None).unwrap();
    assert_eq!((first.shown.len(), first.receipts), (1, 2));
    assert!(first.digest == verified.digest && proof.report(None).unwrap().contains(&first.digest));

    for tenth in 0..10 {
        let mut altered = bytes.clone();
        altered[tenth * bytes.len() / 10] ^= 1;
        let error = Proof::from_bytes(altered).verify(9, None).unwrap_err();
        let code = format!("{:?}", error.code());
        assert!(code.contains("Proof") || code.contains("Receipt"), "{code}");
    }
    let foreign = Proof::from_bytes(b"BEGIN:VCARD".to_vec());
    assert_eq!(code(foreign.verify(9, None)), Some(Code::NotAProof));
    assert_eq!(code(foreign.report(None)), Some(Code::NotAProof));

    // With both badges, with none, to nobody in particular.
    for with in [true, false] {
        let request = ProofRequest {
            to: String::new(),
            with_own_badge: with,
            with_their_badges: with,
            ..chosen.clone()
        };
        let proof = ada.book.prove(request).unwrap();
        let verified = Proof::from_bytes(proof).verify(9, None).unwrap();
        let badges =
            verified.shown.iter().flat_map(|shown| [&shown.holder.badge, &shown.peer.badge]);
        assert!(verified.to.is_empty() && badges.into_iter().all(|badge| badge.is_some() == with));
    }
    let long = ProofRequest { to: "o".repeat(97), ..chosen.clone() };
    assert_eq!(code(ada.book.prove(long)), Some(Code::TextTooLong));
    let nobody = ExportSelection::People { people: vec![ada.book.person()] };
    let nobody = ProofRequest { selection: nobody, ..chosen };
    assert_eq!(code(ada.book.prove_count(nobody)), Some(Code::NotMet));
}
