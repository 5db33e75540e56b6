//! Who is bound to whom.

use lapel::Flaw;
use lapel::exchange::{AcceptError, Scanned, Step, Verified};
use lapel::transcript::Transcript;
use lapel_protocol_tests::{CONFIRM, OFFER, Party, Phone, digits, schedule};

const BAD_SIGNATURE: Scanned = Scanned::Damaged(Flaw::Signature);

#[test]
fn identity_misbinding_fails_because_a_confirmation_names_its_reader() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let eve = Party::named("Eve");
    assert_eq!(ada.scan_bytes(grace.confirm(&hello, &eve.person())), BAD_SIGNATURE);
    assert_eq!(ada.scan_bytes(grace.confirm(&hello, &grace.person())), BAD_SIGNATURE);
    assert_eq!(ada.verifies(grace.confirm(&hello, &ada.person())).badge.name(), "Grace");
}

#[test]
fn claiming_anothers_key_needs_that_key() {
    let (mut ada, mut mallory) = (Phone::named("Ada"), Party::named("Mallory"));
    let grace = Party::named("Grace");
    let hello = ada.hello();
    mallory.contents.person = grace.person();
    assert_eq!(ada.scan_bytes(mallory.offer(&hello)), BAD_SIGNATURE);
    assert_eq!(ada.scan_bytes(mallory.confirm(&hello, &ada.person())), BAD_SIGNATURE);
    // Nor does it help to have a signature of Grace's from a live exchange of her own with Mallory:
    // it covers two other hellos.
    let true_self = Party::named("Mallory");
    let from_grace = grace.offer_signature(&true_self.hello());
    let relayed = mallory.seal(OFFER, &hello, &mallory.padded(&from_grace));
    assert_eq!(ada.scan_bytes(relayed), BAD_SIGNATURE);
    // Nor to have her sign for Ada's hello under her own ephemeral key.
    let for_ada = grace.offer_signature(&hello);
    let relayed = mallory.seal(OFFER, &hello, &mallory.padded(&for_ada));
    assert_eq!(ada.scan_bytes(relayed), BAD_SIGNATURE);
    ada.can_still_meet();
}

#[test]
fn ones_own_identity_is_ones_own_code_with_ones_own_signature_only() {
    let (mut ada, mut mallory) = (Phone::named("Ada"), Party::named("Mallory"));
    mallory.contents.person = ada.person();
    let hello = ada.hello();
    // Whoever claims it can't sign for it, and hears that.
    assert_eq!(ada.scan_bytes(mallory.offer(&hello)), BAD_SIGNATURE);
    // The owner's other phone, with the same identity, is no peer either.
    let mut setup = lapel_protocol_tests::phone::Setup::named("Ada");
    setup.counter = 1;
    let mut tablet = Phone::begin(setup);
    let offer = tablet.answers(&hello);
    assert_eq!(ada.scan_bytes(offer), Scanned::OwnCode);
    ada.can_still_meet();
}

#[test]
fn a_reflected_frame_or_key_is_ones_own_code() {
    let (mut ada, mallory) = (Phone::named("Ada"), Party::named("Mallory"));
    let hello = ada.hello();
    let offer = ada.answers(mallory.hello());
    assert_eq!(ada.scan_bytes(&offer), Scanned::OwnCode);
    assert_eq!(ada.scan_bytes(&hello), Scanned::OwnCode);
    for part in schedule::parts(&offer) {
        let scanned = ada.scan_bytes(part);
        assert!(matches!(scanned, Scanned::PartReceived { .. } | Scanned::OwnCode), "{scanned:?}");
    }
    // Her ephemeral key under Mallory's commitment, and in front of another ciphertext.
    let own = schedule::ephemeral_of(&hello);
    let mixed = schedule::hello(&own, &mallory.contents.commitment());
    assert_eq!(ada.scan_bytes(mixed), Scanned::OwnCode);
    let mut moved = mallory.offer(&hello);
    moved[2..34].copy_from_slice(&own);
    assert_eq!(ada.scan_bytes(moved), Scanned::OwnCode);
    ada.can_still_meet();
}

#[test]
fn two_crossed_parallel_sessions_of_the_same_two_do_not_mix() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Phone::named("Grace"));
    let mut setup = lapel_protocol_tests::phone::Setup::named("Ada");
    setup.counter = 1;
    let mut ada2 = Phone::begin(setup);
    let mut setup = lapel_protocol_tests::phone::Setup::named("Grace");
    setup.counter = 1;
    let mut grace2 = Phone::begin(setup);
    let to_1 = grace.answers(ada.hello());
    let to_2 = grace2.answers(ada2.hello());
    assert_eq!(ada.scan_bytes(&to_2), Scanned::NotForUs);
    assert_eq!(ada2.scan_bytes(&to_1), Scanned::NotForUs);
    let (one, two) = (ada.verifies(to_1), ada2.verifies(to_2));
    assert_ne!(one.transcript, two.transcript);
    assert_eq!(one.person, two.person);
    // What was verified in one is not accepted in the other.
    assert_eq!(ada.exchange.accept(&two.transcript), Err(AcceptError::NotVerified));
    assert_eq!(ada2.accepts(&two).transcript(), two.transcript);
}

#[test]
fn a_scans_b_while_b_scans_c_and_each_pair_can_still_finish() {
    let (mut ada, mut grace, edsger) =
        (Phone::named("Ada"), Phone::named("Grace"), Party::named("Edsger"));
    let (a, b, c) = (ada.hello(), grace.hello(), edsger.hello());
    let a_to_b = ada.answers(&b);
    let b_to_c = grace.answers(&c);
    assert!(edsger.open(&a_to_b).is_none());
    assert_eq!(ada.scan_bytes(&b_to_c), Scanned::NotForUs);
    // Grace, who answered Edsger, finds Ada verified, under Ada's own transcript.
    let by_grace = grace.verifies(&a_to_b);
    assert_eq!(by_grace.person, ada.identity.person());
    let by_edsger = edsger.open(&b_to_c).expect("sealed to Edsger");
    assert_eq!((&by_edsger.hello, by_edsger.contents.person), (&b, grace.person()));
    assert_ne!(by_grace.transcript.as_bytes(), &edsger.transcript(&b));
    // Who is accepted is who was on the screen; Edsger, answered too, is then told to wait.
    let _ = grace.accepts(&by_grace);
    let to_grace = edsger.confirm(&b, &grace.person());
    assert_eq!(grace.scan_bytes(edsger.offer(&b)), Scanned::SessionTaken);
    assert_eq!(grace.scan_bytes(to_grace), Scanned::SessionTaken);
    assert_eq!(grace.scan_bytes(&c), Scanned::SessionTaken);
    assert_eq!(grace.scan_bytes(&a), Scanned::NothingNew);
}

#[test]
fn a_sealed_part_copied_under_another_ephemeral_does_not_open() {
    let (mut ada, grace, mallory) =
        (Phone::named("Ada"), Party::named("Grace"), Party::named("Mallory"));
    let hello = ada.hello();
    let mut copied = grace.offer(&hello);
    copied[2..34].copy_from_slice(&mallory.public());
    assert_eq!(ada.scan_bytes(&copied), Scanned::NotForUs);
    // The plaintext, had Mallory ever got it, sealed under Mallory's own key: other transcript.
    let stolen = mallory.seal(OFFER, &hello, &grace.padded(&grace.offer_signature(&hello)));
    assert_eq!(ada.scan_bytes(stolen), BAD_SIGNATURE);
    ada.verifies(grace.offer(&hello));
}

#[test]
fn a_signature_of_one_kind_never_passes_as_another() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let (th, e) = (grace.transcript(&hello), grace.public());
    let ada_is = ada.person();
    let offer = grace.offer_signature(&hello);
    let confirm = grace.confirm_signature(&hello, &ada_is);
    let wrong = [
        (CONFIRM, offer),
        (OFFER, confirm),
        (OFFER, grace.sign("lapel/1 offer", &[&th, &e, &ada_is])),
        (CONFIRM, grace.sign("lapel/1 confirm", &[&th, &e])),
        (OFFER, grace.sign("lapel/2 offer", &[&th, &e])),
        (OFFER, grace.sign("lapel/1 offer", &[&e, &th])),
        (OFFER, grace.sign("lapel/1 offer", &[&th, &schedule::ephemeral_of(&hello)])),
        (OFFER, grace.sign("lapel/1 offer", &[&th])),
        (CONFIRM, grace.sign("lapel/1 confirm", &[&th, &schedule::ephemeral_of(&hello), &ada_is])),
    ];
    for (kind, signature) in wrong {
        let sealed = grace.seal(kind, &hello, &grace.padded(&signature));
        assert_eq!(ada.scan_bytes(sealed), BAD_SIGNATURE);
    }
    // The kind byte in clear is covered by the seal: an offer doesn't turn into a confirm message.
    let mut turned = grace.offer(&hello);
    turned[1] = CONFIRM;
    assert_eq!(ada.scan_bytes(turned), Scanned::NotForUs);
    assert!(!ada.verifies(grace.offer(&hello)).confirmed);
}

#[test]
fn a_version_can_not_be_downgraded_or_raised() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    for version in (0..=255).filter(|v| *v != 1) {
        for mut message in
            [grace.hello(), grace.offer(&hello), schedule::parts(&[0; 311])[0].clone()]
        {
            message[0] = version;
            assert_eq!(ada.scan_bytes(message), Scanned::OtherVersion { version });
        }
    }
    // Sealed as if its clear bytes had named another version.
    let prk = grace.prk(&schedule::ephemeral_of(&hello));
    let key = schedule::key(&prk, OFFER, &grace.public(), &hello);
    let mut sealed = schedule::seal(&key, OFFER, &grace.public(), &[0; 261]);
    sealed[0] = 2;
    assert_eq!(ada.scan_bytes(&sealed), Scanned::OtherVersion { version: 2 });
    ada.can_still_meet();
}

#[test]
fn an_event_swapped_in_the_plaintext_is_another_person_candidate_without_a_signature() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let signature = grace.confirm_signature(&hello, &ada.person());
    let mut swapped = grace.clone();
    swapped.contents.event = "elsewhere".into();
    let sealed = swapped.seal(CONFIRM, &hello, &swapped.padded(&signature));
    assert_eq!(ada.scan_bytes(sealed), BAD_SIGNATURE);
    ada.can_still_meet();
}

#[test]
fn acceptance_goes_by_what_was_on_the_screen_and_not_by_who_came_last() {
    let (mut ada, grace, mallory) =
        (Phone::named("Ada"), Party::named("Grace"), Party::named("Mallory"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let later = ada.verifies(mallory.confirm(&hello, &ada.person()));
    assert_eq!(ada.exchange.waiting().len(), 2);
    let encounter = ada.accepts(&seen);
    assert_eq!(encounter.person().as_bytes(), &grace.person());
    // A later peer replaces nobody, and accepting again changes nothing.
    assert_eq!(ada.exchange.accept(&later.transcript), Err(AcceptError::Taken));
    assert_eq!(ada.scan_bytes(mallory.offer(&hello)), Scanned::SessionTaken);
    assert_eq!(ada.scan_bytes(mallory.confirm(&hello, &ada.person())), Scanned::SessionTaken);
    assert_eq!(ada.accepts(&seen), encounter);
    assert_eq!(ada.exchange.waiting(), [Verified { accepted_before: true, ..seen }]);
    let recorded = ada.records(&encounter).unwrap();
    ada.exchange.acknowledge(&recorded).unwrap();
    assert_eq!(ada.exchange.waiting(), []);
}

#[test]
fn an_app_that_lost_the_encounter_gets_it_again_from_who_is_waiting() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let lost = ada.accepts(&seen);
    let confirm = grace.confirm(&hello, &ada.person());
    assert_eq!(ada.scan_bytes(&confirm), Scanned::Progressed(Step::ConfirmedEarly));
    let whose = ada.exchange.waiting().remove(0);
    assert!(whose.accepted_before && whose.confirmed);
    let encounter = ada.accepts(&whose);
    assert_eq!(encounter, lost);
    let recorded = ada.records(&encounter).unwrap();
    ada.exchange.acknowledge(&recorded).unwrap();
    let _ = ada.is_confirmed_by(&confirm);
}

#[test]
fn a_sealed_frame_with_another_commitment_than_the_hello_is_another_candidate() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    ada.answers(schedule::hello(&grace.public(), &[9; 32]));
    let seen = ada.verifies(grace.offer(&hello));
    assert_eq!(seen.transcript.as_bytes(), &grace.transcript(&hello));
    assert_eq!(seen.check_code, None, "the first sealed message was for the other commitment");
    assert_eq!(ada.exchange.unanswered_offers().len(), 1);
}

#[test]
fn a_second_signature_of_the_same_kind_adds_nothing() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    ada.verifies(grace.offer(&hello));
    assert_eq!(ada.scan_bytes(grace.offer(&hello)), Scanned::NothingNew);
    // The same words in a larger frame: another message, nothing more said.
    let large = Party { class: 414, ..grace.clone() };
    assert_eq!(ada.scan_bytes(large.offer(&hello)), Scanned::NothingNew);
    assert!(ada.verifies(grace.confirm(&hello, &ada.person())).confirmed);
    assert_eq!(ada.scan_bytes(large.confirm(&hello, &ada.person())), Scanned::NothingNew);
    assert_eq!(ada.exchange.waiting().len(), 1);
}

#[test]
fn nothing_on_the_screen_before_acceptance_tells_who_is_there() {
    let mut ada = Phone::named("Ada");
    let film = ada.films(2.0);
    for text in film {
        let bytes = digits::message(&text);
        assert!(!bytes.windows(32).any(|w| w == ada.person()));
        assert!(!bytes.windows(3).any(|w| w == b"Ada"));
    }
}

#[test]
fn whoever_was_accepted_is_asked_about_again_under_another_badge() {
    let other = Party::named("Police Officer Bob").contents.badge;
    let other_event = |mut party: Party| {
        party.contents.event = "another event".to_owned();
        party
    };
    let mut ada = Phone::named("Ada");
    let hello = ada.hello();
    let mallory = Party::named("Ada Honest");
    let mut bob = mallory.again(1);
    bob.contents.badge = other;
    // Verified beside each other, before anybody is accepted: one tap is for one of them.
    let seen = ada.verifies(mallory.offer(&hello));
    let beside = ada.verifies(bob.offer(&hello));
    let _ = ada.keeps(&seen);
    assert_eq!(ada.exchange.waiting(), []);
    assert_eq!(ada.exchange.accept(&beside.transcript), Err(AcceptError::Taken));
    assert_eq!(ada.scan_bytes(bob.confirm(&hello, &ada.person())), Scanned::SessionTaken);

    // And afterwards: another badge or another event isn't taken for the same person's.
    let mut ada = Phone::named("Ada");
    let hello = ada.hello();
    let seen = ada.verifies(mallory.offer(&hello));
    let _ = ada.keeps(&seen);
    assert_eq!(ada.scan_bytes(bob.offer(&hello)), Scanned::SessionTaken);
    let elsewhere = other_event(mallory.again(2));
    assert_eq!(ada.scan_bytes(elsewhere.offer(&hello)), Scanned::SessionTaken);

    // The same badge is: one meeting, whose code was renewed in the middle, counts once.
    let again = ada.verifies(mallory.again(3).offer(&hello));
    assert!(again.accepted_before);
    assert_eq!(ada.keeps(&again).encounters(), 1);
    let person = again.person;
    let contact = ada.book().contact(&person).unwrap().unwrap();
    assert_eq!((contact.meetings().len(), contact.name()), (1, "Ada Honest"));
    let confirm = mallory.again(3).confirm(&hello, &ada.person());
    let _ = ada.is_confirmed_by(confirm);
    let contact = ada.book().contact(&person).unwrap().unwrap();
    assert_eq!(contact.meetings().len(), 1);
    assert_eq!(contact.meetings()[0].transcript(), again.transcript, "the run that both confirmed");
}

#[test]
fn no_key_is_exported_for_a_run_that_nobody_proved() {
    let (mut ada, grace, edsger) =
        (Phone::named("Ada"), Party::named("Grace"), Party::named("Edsger"));
    let hello = ada.hello();
    ada.answers(grace.hello());
    let with_grace = Transcript::from_bytes(grace.transcript(&hello));
    assert_eq!(ada.exchange.export_key(&with_grace, "ble"), None, "answered, and not verified");
    // Someone else's proof is none of Grace's, nor of a run that never was.
    let by_edsger = ada.verifies(edsger.offer(&hello));
    assert_eq!(ada.exchange.export_key(&with_grace, "ble"), None);
    assert_eq!(ada.exchange.export_key(&Transcript::from_bytes([0; 32]), "ble"), None);
    assert!(ada.exchange.export_key(&by_edsger.transcript, "ble").is_some());
    ada.exchange.end();
    assert_eq!(ada.exchange.export_key(&by_edsger.transcript, "ble"), None, "ended");
}
