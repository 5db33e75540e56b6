//! Someone between two people: what QR alone can find, and what it can't.

use lapel::exchange::{Options, Scanned, Step};
use lapel::receipt::Comparison;
use lapel_protocol_tests::{Party, Phone, digits, schedule};

fn compare() -> Options {
    Options { compare: true, ..Options::default() }
}

#[test]
fn someone_in_the_middle_with_keys_of_their_own_makes_the_check_codes_differ() {
    let (mut ada, mut grace) = (Phone::with("Ada", compare()), Phone::with("Grace", compare()));
    let to_ada = Party::named("Grace"); // the name and badge, not the key
    let to_grace = Party::named("Ada");
    let mut to_ada = Party { key: Party::named("Mallory").key, ..to_ada };
    to_ada.contents.person = to_ada.key.verifying_key().to_bytes();
    let mut to_grace = Party { key: to_ada.key.clone(), ..to_grace };
    to_grace.contents.person = to_ada.contents.person;
    let (a, g) = (ada.hello(), grace.hello());
    let by_ada = ada.verifies(to_ada.offer(&a));
    let by_grace = grace.verifies(to_grace.offer(&g));
    assert_eq!((by_ada.badge.name(), by_grace.badge.name()), ("Grace", "Ada"));
    assert_ne!(by_ada.transcript, by_grace.transcript);
    assert_ne!(by_ada.check_code.unwrap(), by_grace.check_code.unwrap());
    // The people say so, and it marks what they keep.
    ada.exchange.compared(&by_ada.transcript, Comparison::Differs).unwrap();
    let encounter = ada.accepts(&by_ada);
    assert_eq!(encounter.comparison(), Comparison::Differs);
    assert!(encounter.shown().to_string().contains("check codes differed"));
}

#[test]
fn a_transparent_relay_of_two_phones_is_not_found_and_both_codes_agree() {
    // The claim in the text is honest only if this is so: a relay shares th.
    let (mut ada, mut grace) = (Phone::with("Ada", compare()), Phone::with("Grace", compare()));
    let relayed = |from: Vec<u8>, to: &mut Phone| to.wait(2.0).scan_bytes(from);
    let hello = ada.hello();
    assert_eq!(relayed(hello.clone(), &mut grace), Scanned::Progressed(Step::Noticed));
    assert_eq!(relayed(hello, &mut grace), Scanned::Progressed(Step::Answered));
    let Scanned::Verified(by_ada) = relayed(grace.offer(), &mut ada) else { panic!() };
    let Scanned::Verified(by_grace) = relayed(ada.offer(), &mut grace) else { panic!() };
    assert_eq!(by_ada.transcript, by_grace.transcript);
    assert!(by_ada.check_code.is_some());
    assert_eq!(by_ada.check_code, by_grace.check_code);
}

#[test]
fn an_adjacent_screen_is_another_candidate_and_never_takes_a_place() {
    let (mut ada, grace, neighbour) =
        (Phone::named("Ada"), Party::named("Grace"), Party::named("neighbour"));
    let hello = ada.hello();
    // The camera catches both screens, the neighbour's first and last.
    ada.answers(neighbour.hello());
    ada.verifies(neighbour.offer(&hello));
    let seen = ada.verifies(grace.offer(&hello));
    assert_eq!(ada.scan_bytes(neighbour.offer(&hello)), Scanned::NothingNew);
    assert!(ada.verifies(neighbour.confirm(&hello, &ada.person())).confirmed);
    let names: Vec<_> = ada.exchange.waiting().iter().map(|v| v.badge.name().to_owned()).collect();
    assert_eq!(names, ["neighbour", "Grace"]);
    assert_eq!(ada.accepts(&seen).person().as_bytes(), &grace.person());
}

#[test]
fn an_overlaid_screen_of_mixed_halves_is_damaged_or_not_for_us() {
    let (mut ada, grace, mallory) =
        (Phone::named("Ada"), Party::named("Grace"), Party::named("Mallory"));
    let hello = ada.hello();
    let (true_one, false_one) = (grace.offer(&hello), mallory.offer(&hello));
    for cut in 3..310 {
        let mixed = [&true_one[..cut], &false_one[cut..]].concat();
        assert_eq!(ada.scan_bytes(mixed), Scanned::NotForUs, "cut at {cut}");
    }
    ada.can_still_meet();
}

#[test]
fn grinding_the_check_code_without_the_blind_is_guessing() {
    // Mallory stands between Ada and Grace, and knows Grace's code. Ada's blind comes only sealed
    // to a hello that was chosen before: whatever Mallory computes without it, the code is another.
    let (mut ada, grace) = (Phone::with("Ada", compare()), Party::named("Grace"));
    let hello = ada.hello();
    let mallory = Party::named("Mallory");
    let seen = ada.verifies(mallory.offer(&hello));
    let opened = mallory.open(&ada.offer()).expect("compare shows one's badge at once");
    assert_eq!(u64::from(seen.check_code.unwrap().number()), mallory.check_code(&opened));
    // Knowing the blind now, another hello of Mallory's gets no code any more.
    let ground = mallory.again(1);
    assert_eq!(ada.scan_bytes(ground.offer(&hello)).name(), "start_again_to_compare");
    // And th alone doesn't determine the code: without the blinds it would be public.
    let public = schedule::h("lapel/1 check", &[&mallory.transcript(&hello)]);
    let public = u64::from_be_bytes(public[..8].try_into().unwrap()) % 1_000_000;
    assert_ne!(public, mallory.check_code(&opened));
    drop(grace);
}

#[test]
fn whoever_was_accepted_gets_no_second_try_at_the_check_code() {
    // Nobody was answered: what tells Mallory Ada's blind is the confirm message. The same person
    // accepted again under another hello is shown without a code.
    let (mut ada, mallory) = (Phone::named("Ada"), Party::named("Mallory"));
    let hello = ada.hello();
    let seen = ada.verifies(mallory.offer(&hello));
    assert!(seen.check_code.is_some());
    let _ = ada.keeps(&seen);
    assert!(mallory.open(&ada.confirm()).is_some());
    let again = ada.verifies(mallory.again(1).offer(&hello));
    assert!(again.accepted_before);
    assert_eq!(again.check_code, None);
}

#[test]
fn at_most_four_candidates_get_a_chance_at_the_check_code() {
    let mut ada = Phone::named("Ada");
    let hello = ada.hello();
    let crowd: Vec<Party> = (0..5).map(|i| Party::named(&format!("number {i}"))).collect();
    for one in &crowd[..4] {
        assert!(ada.verifies(one.offer(&hello)).check_code.is_some());
    }
    assert_eq!(ada.scan_bytes(crowd[4].offer(&hello)), Scanned::StartAgain);
    // One more word from a verified one is still heard.
    let confirm = crowd[3].confirm(&hello, &ada.person());
    assert!(ada.verifies(confirm).confirmed);
    ada.exchange.start_again(ada.clock);
    ada.can_still_meet();
}

#[test]
fn nobody_fills_the_places_of_the_verified_alone() {
    let mut ada = Phone::named("Ada");
    let hello = ada.hello();
    let mallory = Party::named("Mallory");
    ada.verifies(mallory.again(0).offer(&hello));
    ada.verifies(mallory.again(1).offer(&hello));
    assert_eq!(ada.scan_bytes(mallory.again(2).offer(&hello)), Scanned::StartAgain);
    ada.can_still_meet();
}

#[test]
fn agreement_is_not_noted_where_no_check_code_was_offered() {
    let (mut ada, thrown, mallory) =
        (Phone::with("Ada", compare()), Party::named("thrown away"), Party::named("Mallory"));
    let hello = ada.hello();
    ada.answers(thrown.hello());
    let Scanned::StartAgainToCompare(seen) = ada.wait(0.1).scan_bytes(mallory.offer(&hello)) else {
        panic!("the code could have been ground")
    };
    let film: Vec<_> = ada.films(5.0).iter().map(|text| digits::message(text)).collect();
    let for_mallory = film.iter().any(|message| mallory.open(message).is_some());
    assert!(for_mallory, "and shows a badge all the same, at once");
    assert!(ada.exchange.compared(&seen.transcript, Comparison::Agrees).is_err());
    ada.exchange.compared(&seen.transcript, Comparison::Differs).unwrap();
    assert_eq!(ada.accepts(&seen).comparison(), Comparison::Differs);
}
