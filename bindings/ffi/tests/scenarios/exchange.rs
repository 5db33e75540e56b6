use lapel::code::Code;
use lapel::exchange::Shows;
use lapel::receipt::{Comparison, State};
use lapel_ffi::contact::{ContactQuery, Standing};
use lapel_ffi::receipt::verify_receipt;
use lapel_ffi::rehearsal::rehearse_time_passes;
use lapel_ffi::session::{Scanned, SessionOptions};
use lapel_ffi::symbol::Symbol;

use crate::phones::{Phone, at, code, confirmed, scan, shake, text, turn, verified};

#[test]
fn version() {
    let _turn = turn();
    assert_eq!(lapel_ffi::version(), "0.1.0");
}

#[test]
fn shakes_hands_by_turns() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    shake(&ada, &grace, at("Rust Week"));
    for (phone, other, name) in [(&ada, &grace, "Grace"), (&grace, &ada, "Ada")] {
        let contact = phone.contact(other).unwrap();
        assert_eq!((contact.badge.name.as_str(), contact.state), (name, State::Confirmed));
        let [meeting] = contact.meetings.as_slice() else { panic!("one meeting") };
        assert_eq!([&meeting.event, &meeting.claimed_event], ["Rust Week"; 2]);
        assert_eq!(phone.book.count(ContactQuery::default()), Ok(1));
    }
}

#[test]
fn shakes_hands_face_to_face() {
    let _turn = turn();
    let phones = [Phone::of("Ada"), Phone::of("Grace")];
    let sessions = phones.each_ref().map(|phone| phone.begin(at("")));
    let mut shown = [vec![Shows::Hello], vec![Shows::Hello]];
    let mut done = [false; 2];
    for _ in 0..8 {
        // Both cameras at once: what each sees is from before either moved.
        let texts = sessions.each_ref().map(|session| text(session));
        for side in [0, 1] {
            match sessions[side].scan(texts[1 - side].clone()).unwrap().result {
                Scanned::Verified { who } => drop(phones[side].accept(&sessions[side], who)),
                Scanned::Confirmed { confirmation } => {
                    phones[side].book.confirm(&confirmation).unwrap();
                    done[side] = true;
                }
                _ => {}
            }
            let shows = sessions[side].frame().unwrap().unwrap().shows;
            if shown[side].last() != Some(&shows) {
                shown[side].push(shows);
            }
        }
    }
    assert_eq!(done, [true; 2]);
    assert_eq!(shown, [(); 2].map(|()| vec![Shows::Hello, Shows::Offer, Shows::Confirm]));
    assert_eq!(phones[0].contact(&phones[1]).unwrap().state, State::Confirmed);
    assert_eq!(phones[1].contact(&phones[0]).unwrap().state, State::Confirmed);
}

#[test]
fn meets_again() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let [first, _] = shake(&ada, &grace, at("one"));
    assert!(!first.met_again());
    let met = Standing::Met { encounters: 1, state: State::Confirmed };
    assert_eq!(ada.book.standing(grace.book.person()), Ok(met));
    let [again, _] = shake(&ada, &grace, at("two"));
    assert_eq!((again.met_again(), again.encounters()), (true, 2));
    assert_eq!(ada.contact(&grace).unwrap().meetings.len(), 2);
}

#[test]
fn compares_check_codes() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let options = SessionOptions { compare: true, ..SessionOptions::default() };
    let (ours, theirs) = (ada.begin(options.clone()), grace.begin(options));
    scan(&ours, &theirs);
    scan(&theirs, &ours);
    // Nobody is answered before their code was in view for a while.
    rehearse_time_passes(3);
    scan(&ours, &theirs);
    let seen_by_grace = verified(scan(&theirs, &ours));
    let seen_by_ada = verified(scan(&ours, &theirs));
    let digits = seen_by_ada.check_code.clone().unwrap();
    assert_eq!((seen_by_grace.check_code.as_ref(), digits.len()), (Some(&digits), 7));
    ours.compared(seen_by_ada.transcript.clone(), Comparison::Agrees).unwrap();
    let recorded = ada.accept(&ours, seen_by_ada);
    assert_eq!(ada.contact(&grace).unwrap().meetings[0].comparison, Comparison::Agrees);
    let receipt = ada.book.receipt(recorded.transcript(), false, false).unwrap();
    assert_eq!(verify_receipt(receipt).unwrap().comparison, Comparison::Agrees);
    // Bob answered Ada, who had shown her badge to somebody else: his code could have been ground.
    let (bob, cleo) = (Phone::of("Bob"), Phone::of("Cleo"));
    let (unsure, bobs) = (ada.begin(at("")), bob.begin(at("")));
    scan(&bobs, &unsure);
    scan(&unsure, &cleo.begin(at("")));
    let who = verified(scan(&unsure, &bobs));
    assert_eq!(who.check_code, None);
    let compared = unsure.compared(who.transcript, Comparison::Agrees);
    assert_eq!(code(compared), Some(Code::NoCheckCode));
}

#[test]
fn names_wrong_scans() {
    let _turn = turn();
    let (ada, grace, bob) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Bob"));
    let (ours, theirs, others) = (ada.begin(at("")), grace.begin(at("")), bob.begin(at("")));
    scan(&others, &theirs);
    let for_grace = text(&others);
    let named = [
        ("WIFI:S:x;;".to_owned(), "That isn't a Lapel code."),
        ("LAPEL:/002".to_owned(), "That code speaks version 2 of Lapel"),
        (text(&ours), "That is your own code."),
        ("LAPEL:/0".to_owned(), "That code is damaged: its digits don't stand for whole bytes"),
        (for_grace, "That code is for someone else."),
    ];
    let scans: Vec<_> = named.iter().map(|(text, _)| ours.scan(text.clone()).unwrap()).collect();
    for (scan, (_, says)) in scans.iter().zip(&named) {
        assert!(scan.says.starts_with(says), "{}", scan.says);
    }
    assert!(matches!(scans[0].result, Scanned::NotOurs));
    assert!(matches!(scans[1].result, Scanned::OtherVersion { version: 2 }));
    assert!(matches!(scans[2].result, Scanned::OwnCode));
    assert!(matches!(scans[3].result, Scanned::Damaged { flaw: lapel::Flaw::Digits }));
    assert!(matches!(scans[4].result, Scanned::NotForUs));
    let theirs = grace.begin(at(""));
    assert!(matches!(scan(&theirs, &ours), Scanned::Answered));
    assert!(matches!(scan(&theirs, &ours), Scanned::NothingNew));
    ada.accept(&ours, verified(scan(&ours, &theirs)));
    assert!(ada.contact(&grace).is_some());
}

#[test]
fn comes_too_late() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let (ours, theirs) = (ada.begin(at("")), grace.begin(at("")));
    scan(&theirs, &ours);
    let answer = text(&theirs);
    rehearse_time_passes(121);
    assert!(matches!(ours.scan(answer).unwrap().result, Scanned::Expired));
}

#[test]
fn renews_its_code() {
    let _turn = turn();
    let session = Phone::of("Ada").begin(at(""));
    let frame = session.frame().unwrap().unwrap();
    rehearse_time_passes(frame.for_millis.unwrap().div_ceil(1_000));
    assert_ne!(text(&session), frame.text);
}

#[test]
fn shows_small_symbols() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let (ours, theirs) = (ada.begin(at("")), grace.begin(at("")));
    theirs.use_small_symbols(true).unwrap();
    scan(&theirs, &ours);
    let mut counted = Vec::new();
    let who = loop {
        match scan(&ours, &theirs) {
            Scanned::PartReceived { have, total } => counted.push((have, total)),
            scanned => break verified(scanned),
        }
        rehearse_time_passes(1);
    };
    assert_eq!(counted.first().map(|(have, _)| *have), Some(1));
    assert!(counted.iter().all(|(have, total)| have < total));
    assert_eq!(who.badge.name, "Grace");
}

#[test]
fn refuses_somebody() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let (ours, theirs) = (ada.begin(at("")), grace.begin(at("")));
    scan(&theirs, &ours);
    let who = verified(scan(&ours, &theirs));
    assert_eq!(ours.waiting().unwrap(), [who]);
    ours.start_again().unwrap();
    assert_eq!(ours.waiting().unwrap(), []);
    assert_eq!((ada.contact(&grace), ada.book.count(ContactQuery::default())), (None, Ok(0)));
}

#[test]
fn takes_one_person() {
    let _turn = turn();
    let (ada, grace, bob) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Bob"));
    let (ours, theirs, others) = (ada.begin(at("")), grace.begin(at("")), bob.begin(at("")));
    scan(&theirs, &ours);
    scan(&others, &ours);
    let recorded = ada.accept(&ours, verified(scan(&ours, &theirs)));
    assert!(matches!(scan(&ours, &others), Scanned::SessionTaken));
    assert_eq!(code(ours.accept("00".repeat(32))), Some(Code::NotVerified));
    let another = ada.begin(at(""));
    assert_eq!(code(another.acknowledge(&recorded)), Some(Code::AnotherSession));
}

#[test]
fn is_confirmed_early() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let (ours, theirs) = (ada.begin(at("")), grace.begin(at("")));
    scan(&theirs, &ours);
    let who = verified(scan(&ours, &theirs));
    ada.accept(&ours, who);
    let seen = verified(scan(&theirs, &ours));
    theirs.accept(seen.transcript).unwrap();
    assert!(matches!(scan(&theirs, &ours), Scanned::ConfirmedEarly));
    // An app that lost the encounter asks who is waiting, and accepts again.
    let waiting = theirs.waiting().unwrap();
    let [lost] = &waiting[..] else { panic!("{waiting:?}") };
    assert!(lost.accepted_before);
    let accepted = theirs.accept(lost.transcript.clone()).unwrap();
    theirs.acknowledge(&grace.book.record(&accepted).unwrap()).unwrap();
    assert_eq!(theirs.waiting().unwrap(), []);
    grace.book.confirm(&confirmed(scan(&theirs, &ours))).unwrap();
    assert_eq!(grace.contact(&ada).unwrap().state, State::Confirmed);
}

#[test]
fn keeps_somebody_out() {
    let _turn = turn();
    let (ada, grace) = (Phone::of("Ada"), Phone::of("Grace"));
    ada.book.block(grace.book.person()).unwrap();
    let (ours, theirs) = (ada.begin(at("")), grace.begin(at("")));
    scan(&theirs, &ours);
    let who = verified(scan(&ours, &theirs));
    assert_eq!(ada.book.standing(who.person.clone()), Ok(Standing::Blocked));
    let accepted = ours.accept(who.transcript).unwrap();
    assert_eq!(code(ada.book.record(&accepted)), Some(Code::Blocked));
    assert_eq!(ada.book.blocked(), Ok(vec![who.person.clone()]));
    ada.book.unblock(who.person).unwrap();
    assert!(!ada.book.record(&accepted).unwrap().met_again());
}

#[test]
fn shows_a_symbol() {
    let _turn = turn();
    let session = Phone::of("Ada").begin(at(""));
    let (symbol, same) =
        (Symbol::new(text(&session)).unwrap(), Symbol::new(text(&session)).unwrap());
    assert_eq!((symbol.version(), symbol.width()), (4, 33));
    assert_eq!(symbol.matrix().unwrap().len(), 33 * 33);
    assert!(symbol.png(8).unwrap().starts_with(b"\x89PNG\r\n"));
    assert!(symbol.svg().unwrap().starts_with("<svg"));
    assert_eq!(symbol.hints(), same.hints());
    session.start_again().unwrap();
    assert_ne!(symbol.hints().id, Symbol::new(text(&session)).unwrap().hints().id);
    assert_eq!(code(Symbol::new(String::new())), Some(Code::SymbolText));
}
