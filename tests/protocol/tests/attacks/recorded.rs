//! From acceptance to both signatures, with a book on either side.

use core::time::Duration;

use lapel::Carrier;
use lapel::book::{BookError, Standing};
use lapel::exchange::{AcceptError, AcknowledgeError, Options, Reveal, Scanned, Shows, Step};
use lapel::receipt::{Disclosure, Receipt, State};
use lapel_protocol_tests::phone::Setup;
use lapel_protocol_tests::points::sign_again;
use lapel_protocol_tests::{CONFIRM, OFFER, Party, Phone, digits, schedule};
use rand_core::{Rng, SeedableRng};

/// What a phone's book says of the other after the meeting.
fn state_of(phone: &mut Phone, other: &Phone) -> Option<State> {
    let contact = phone.book().contact(&other.identity.person()).unwrap();
    contact.map(|c| c.state())
}

#[test]
fn three_scans_by_turns_and_a_fourth_and_both_hold_both_signatures() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Phone::named("Grace"));
    let offer = grace.answers(ada.hello());
    let seen = ada.verifies(offer);
    assert!(!ada.keeps(&seen).met_again());
    let seen = grace.verifies(ada.confirm());
    assert!(seen.confirmed);
    let _ = grace.keeps(&seen);
    let confirm = grace.confirm();
    let scanned = ada.scan_bytes(&confirm);
    assert_eq!((scanned.name(), scanned.to_string().as_str()), ("confirmed", "They confirmed."));
    let confirmation = ada.is_confirmed_by(&confirm);
    assert_eq!(confirmation.person(), grace.identity.person());
    assert_eq!(confirmation.transcript(), seen.transcript);
    assert_eq!(state_of(&mut ada, &grace), Some(State::Confirmed));
    assert_eq!(state_of(&mut grace, &ada), Some(State::Confirmed));
    for phone in [&mut ada, &mut grace] {
        let (_, meeting) = phone.book().meeting(&seen.transcript).unwrap().unwrap();
        let bytes = meeting.receipt(Disclosure::default()).to_bytes();
        let shown = Receipt::verify(&bytes).unwrap();
        assert_eq!((shown.holder.state, shown.peer.state), (State::Confirmed, State::Confirmed));
        assert_eq!((shown.holder.badge, shown.peer.badge), (None, None));
    }
}

#[test]
fn the_confirm_message_on_the_screen_is_the_one_of_the_text() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Party::named("Grace"));
    grace.contents.event = "rustconf".into();
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.keeps(&seen);
    let confirm = ada.confirm();
    assert_eq!(confirm[1], CONFIRM);
    let opened = grace.open(&confirm).unwrap();
    assert_eq!(opened.hello, hello);
    let items: [&[u8]; 3] =
        [&grace.transcript(&hello), &schedule::ephemeral_of(&hello), &grace.person()];
    let mut as_ada = Party::named("Ada");
    as_ada.contents = opened.contents;
    assert_eq!(opened.signature, as_ada.sign("lapel/1 confirm", &items));
    // Nothing else is shown from now on, whole or in parts.
    assert_eq!(ada.films(5.0), [digits::text(&confirm)]);
    ada.exchange.use_small_symbols(true);
    let mut film: Vec<_> = ada.films(5.0).iter().map(|t| digits::message(t)).collect();
    film.sort();
    assert_eq!(film, schedule::parts(&confirm));
}

#[test]
fn nothing_but_this_sessions_own_record_brings_the_confirm_message() {
    let (mut ada, grace, edsger) =
        (Phone::named("Ada"), Party::named("Grace"), Party::named("Edsger"));
    let hello = ada.hello();
    // A record of a session before.
    let first = ada.verifies(edsger.offer(&hello));
    let of_edsger = ada.keeps(&first);
    ada.exchange.start_again(ada.clock);
    let another = Err(AcknowledgeError::AnotherExchange);
    assert_eq!(ada.exchange.acknowledge(&of_edsger), another);
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    assert_eq!(ada.exchange.acknowledge(&of_edsger), another);
    let encounter = ada.accepts(&seen);
    assert_eq!(ada.exchange.acknowledge(&of_edsger), another);
    assert_eq!(ada.films(3.0), [digits::text(&hello)]);
    let recorded = ada.records(&encounter).unwrap();
    ada.exchange.acknowledge(&recorded).unwrap();
    assert!(grace.open(&ada.confirm()).is_some());
    ada.exchange.end();
    assert_eq!(ada.exchange.acknowledge(&recorded), Err(AcknowledgeError::Ended));
}

#[test]
fn the_peers_record_of_the_same_run_is_not_ones_own() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Phone::named("Grace"));
    let (a, g) = (ada.hello(), grace.hello());
    let (to_grace, to_ada) = (ada.answers(g), grace.answers(a));
    let (by_ada, by_grace) = (ada.verifies(to_ada), grace.verifies(to_grace));
    let _ = ada.accepts(&by_ada);
    let graces = grace.keeps(&by_grace);
    assert_eq!(graces.transcript(), by_ada.transcript);
    let refused = ada.exchange.acknowledge(&graces);
    assert_eq!(refused, Err(AcknowledgeError::AnotherExchange));
}

#[test]
fn recording_again_changes_nothing_and_gives_the_same_answer() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let encounter = ada.accepts(&seen);
    let first = ada.records(&encounter).unwrap();
    assert_eq!(ada.records(&encounter).unwrap(), first);
    assert_eq!(ada.book().contacts().unwrap().len(), 1);
}

#[test]
fn a_confirmation_that_comes_early_is_heard_once_the_record_is_there() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let encounter = ada.accepts(&seen);
    let confirm = grace.confirm(&hello, &ada.person());
    let early = Scanned::Progressed(Step::ConfirmedEarly);
    assert_eq!(ada.scan_bytes(&confirm), early);
    assert_eq!(ada.scan_bytes(&confirm), early);
    let recorded = ada.records(&encounter).unwrap();
    assert_eq!(ada.scan_bytes(&confirm), early, "recorded, and not acknowledged");
    ada.exchange.acknowledge(&recorded).unwrap();
    let _ = ada.is_confirmed_by(&confirm);
    // Again and again, since the screen may have missed it.
    let _ = ada.is_confirmed_by(&confirm);
}

#[test]
fn the_last_frame_lost_is_shown_again_from_the_book() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Phone::named("Grace"));
    let offer = grace.answers(ada.hello());
    let seen = ada.verifies(offer);
    let _ = ada.keeps(&seen);
    let by_grace = grace.verifies(ada.confirm());
    let _ = grace.keeps(&by_grace);
    // Ada's camera misses it, and Grace's app is killed.
    let shown = grace.confirm();
    grace.is_killed();
    assert_eq!(state_of(&mut ada, &grace), Some(State::Offered));
    let (_, meeting) = grace.book().meeting(&seen.transcript).unwrap().unwrap();
    let again = meeting.confirm_texts(&Carrier::lapel()).remove(0);
    assert_eq!(digits::message(&again), shown);
    // Ada's session lives, so it counts, an hour later too.
    let _ = ada.wait(3_600.0).is_confirmed_by(digits::message(&again));
    assert_eq!(state_of(&mut ada, &grace), Some(State::Confirmed));
}

#[test]
fn killed_after_the_record_one_side_can_not_be_completed_but_by_meeting_again() {
    let (mut ada, mut grace) = (Phone::named("Ada"), Phone::named("Grace"));
    let offer = grace.answers(ada.hello());
    let seen = ada.verifies(offer);
    let _ = ada.keeps(&seen);
    let shown = ada.confirm();
    ada.is_killed();
    let by_grace = grace.verifies(shown);
    let _ = grace.keeps(&by_grace);
    // Grace's confirm message comes to a session that is gone.
    assert_eq!(ada.scan_bytes(grace.confirm()), Scanned::Ended);
    let mut next = Phone::begin(Setup { counter: 1, ..Setup::named("Ada") });
    assert_eq!(next.scan_bytes(grace.confirm()), Scanned::NotForUs);
    assert_eq!(state_of(&mut ada, &grace), Some(State::Offered));
    assert_eq!(state_of(&mut grace, &ada), Some(State::Confirmed));
}

#[test]
fn killed_before_the_record_nobody_was_told_anything() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.accepts(&seen);
    assert_eq!(ada.films(3.0), [digits::text(&hello)]);
    ada.is_killed();
    assert!(ada.book().contacts().unwrap().is_empty());
}

#[test]
fn who_reveals_after_accepting_is_met_in_three_scans() {
    let shy = Options { reveal: Reveal::AfterAccept, ..Options::default() };
    let (mut ada, mut grace) = (Phone::with("Ada", shy), Phone::named("Grace"));
    let offer = grace.answers(ada.hello());
    let seen = ada.verifies(offer);
    let _ = ada.keeps(&seen);
    let by_grace = grace.verifies(ada.confirm());
    let _ = grace.keeps(&by_grace);
    let _ = ada.is_confirmed_by(grace.confirm());
    assert_eq!(state_of(&mut ada, &grace), Some(State::Confirmed));
}

#[test]
fn the_same_person_met_again_is_counted() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    for meeting in 1..=3 {
        let hello = ada.hello();
        let seen = ada.verifies(grace.again(meeting).offer(&hello));
        let recorded = ada.keeps(&seen);
        assert_eq!(recorded.encounters(), meeting as usize);
        assert_eq!(recorded.met_again(), meeting > 1);
        ada.exchange.start_again(ada.clock);
    }
    assert_eq!(ada.book().contacts().unwrap().len(), 1);
}

#[test]
fn a_new_key_of_a_known_contact_stands_beside_the_old_one_as_new() {
    let (mut ada, old) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(old.offer(&hello));
    let _ = ada.keeps(&seen);
    ada.exchange.start_again(ada.clock);
    let mut new = Party { key: Party::named("new phone").key, ..old.again(1) };
    new.contents.person = new.key.verifying_key().to_bytes();
    let hello = ada.hello();
    let seen = ada.verifies(new.offer(&hello));
    assert_eq!(ada.book().standing(&seen.person).unwrap(), Standing::New);
    let _ = ada.keeps(&seen);
    assert_eq!(ada.book().contacts().unwrap().len(), 2);
}

#[test]
fn a_blocked_contact_is_not_recorded_and_the_screen_tells_nothing() {
    let film = |blocked: bool| {
        let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
        let hello = ada.hello();
        ada.answers(grace.hello());
        let seen = ada.verifies(grace.confirm(&hello, &ada.person()));
        if blocked {
            let mut rng = ada.rng.clone();
            ada.book().block(&seen.person, &mut rng).unwrap();
            assert_eq!(ada.book().standing(&seen.person).unwrap(), Standing::Blocked);
            let encounter = ada.accepts(&seen);
            assert!(matches!(ada.records(&encounter), Err(BookError::Blocked)));
            assert!(ada.book().contacts().unwrap().is_empty());
        }
        ada.films(10.0)
    };
    assert_eq!(film(true), film(false));
}

#[test]
fn an_encounter_is_only_for_its_own_book() {
    let (mut ada, mut eve) = (Phone::named("Ada"), Phone::named("Eve"));
    let grace = Party::named("Grace");
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let encounter = ada.accepts(&seen);
    assert!(matches!(eve.records(&encounter), Err(BookError::AnotherOwner)));
}

#[test]
fn a_confirmation_without_its_encounter_is_refused() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.keeps(&seen);
    let confirmation = ada.is_confirmed_by(grace.confirm(&hello, &ada.person()));
    let mut other = Phone::named("other");
    let mut rng = other.rng.clone();
    let refused = other.book().confirm(&confirmation, &mut rng);
    assert!(matches!(refused, Err(BookError::NotRecorded)));
}

#[test]
fn a_flood_after_acceptance_changes_neither_screen_nor_record() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.keeps(&seen);
    let confirm = ada.confirm();
    for i in 0..50 {
        let flood = Party::named("flood").again(i);
        assert_eq!(ada.scan_bytes(flood.hello()), Scanned::SessionTaken);
        assert_eq!(ada.scan_bytes(flood.offer(&hello)), Scanned::SessionTaken);
        let to_ada = flood.confirm(&hello, &ada.person());
        assert_eq!(ada.scan_bytes(to_ada), Scanned::SessionTaken);
    }
    let mut forged = grace.confirm(&hello, &ada.person());
    forged[200] ^= 1;
    assert_eq!(ada.scan_bytes(forged), Scanned::NotForUs);
    assert_eq!(ada.films(70.0), [digits::text(&confirm)]);
    let _ = ada.is_confirmed_by(grace.confirm(&hello, &ada.person()));
}

#[test]
fn a_confirmation_to_someone_else_is_none_for_us() {
    // Grace accepted Eve, and Eve shows Ada what she got.
    let (mut ada, grace, eve) = (Phone::named("Ada"), Party::named("Grace"), Party::named("Eve"));
    let hello = ada.hello();
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.keeps(&seen);
    let to_eve = grace.confirm(&eve.hello(), &eve.person());
    assert_eq!(ada.scan_bytes(to_eve), Scanned::NotForUs);
    let for_eve = grace.confirm_signature(&hello, &eve.person());
    let sealed = grace.seal(CONFIRM, &hello, &grace.padded(&for_eve));
    assert_eq!(ada.scan_bytes(sealed).name(), "damaged");
    assert_eq!(ada.exchange.accept(&seen.transcript).unwrap().state(), State::Offered);
}

#[test]
fn of_many_signatures_over_the_same_words_the_first_is_kept() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    let first = grace.offer_signature(&hello);
    let seen = ada.verifies(grace.offer(&hello));
    let words = schedule::labelled("lapel/1 offer", &[&grace.transcript(&hello), &grace.public()]);
    for nonce in 0..20 {
        let again = sign_again(&grace.key, &words, [nonce; 32]);
        assert_ne!(again, first);
        let sealed = grace.seal(OFFER, &hello, &grace.padded(&again));
        assert_eq!(ada.scan_bytes(sealed), Scanned::NothingNew, "it holds, and says nothing new");
    }
    let _ = ada.keeps(&seen);
    let (_, meeting) = ada.book().meeting(&seen.transcript).unwrap().unwrap();
    let receipt = meeting.receipt(Disclosure::default()).to_bytes();
    assert!(receipt.windows(64).any(|w| w == first));
}

#[test]
fn accepting_in_a_replaced_session_shows_that_sessions_confirm_message() {
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let hello = ada.hello();
    ada.at(61.0).shows();
    let seen = ada.verifies(grace.offer(&hello));
    let _ = ada.keeps(&seen);
    assert_eq!(grace.open(&ada.confirm()).unwrap().hello, hello);
    assert_eq!(ada.exchange.accept(&seen.transcript).unwrap().person(), seen.person);
    let nobody = lapel::transcript::Transcript::from_bytes([0; 32]);
    assert_eq!(ada.exchange.accept(&nobody), Err(AcceptError::NotVerified));
}

/// Two phones face to face: each camera looks every so often, misses many looks, and sees
/// neighbours' codes and half-drawn screens in between. People accept at once.
///
/// Ada's code has been on her screen for `waited` ms when Grace comes.
fn face_to_face(seed: u64, reveal: [Reveal; 2], small: bool, waited: u64) {
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(seed);
    let mut phones = ["Ada", "Grace"].map(|name| {
        let options =
            Options { reveal: reveal[usize::from(name == "Grace")], ..Options::default() };
        let now = Duration::from_millis(if name == "Ada" { 0 } else { waited });
        let setup = Setup { counter: seed, options, now, ..Setup::named(name) };
        let mut phone = Phone::begin(setup);
        phone.exchange.use_small_symbols(small);
        phone
    });
    let neighbour = Party::named("neighbour");
    let mut looks = [waited, waited + 37];
    let mut done = [false; 2];
    let mut ms = waited;
    while done != [true; 2] {
        ms += 16;
        assert!(ms < waited + 60_000, "seed {seed}: not done within a minute");
        for i in 0..2 {
            phones[i].at(ms as f64 / 1_000.0);
            let mine = phones[i].shows();
            let other = 1 - i;
            if ms < looks[other] {
                continue;
            }
            looks[other] = ms + 100 + rng.next_u64() % 400;
            let text = match rng.next_u64() % 10 {
                0..4 => continue, // blurred
                4 => digits::text(neighbour.offer(&neighbour.again(1).hello())),
                5 => mine[..mine.len() / 2].to_owned(),
                _ => mine,
            };
            let phone = &mut phones[other];
            phone.at(ms as f64 / 1_000.0);
            match phone.scan(&text) {
                Scanned::Verified(seen) => {
                    let _ = phone.keeps(&seen);
                }
                Scanned::Confirmed(confirmation) => {
                    let mut rng = phone.rng.clone();
                    phone.book().confirm(&confirmation, &mut rng).unwrap();
                    done[other] = true;
                }
                _ => {}
            }
            // Who accepted on a confirm message has what there is to have.
            let shows_confirm =
                phone.exchange.frame(phone.clock).is_some_and(|f| f.shows == Shows::Confirm);
            if shows_confirm && !done[other] {
                let met = phone.book().contacts().unwrap();
                done[other] = met[0].state() == State::Confirmed;
            }
        }
    }
    let [ada, grace] = &mut phones;
    assert_eq!(state_of(ada, grace), Some(State::Confirmed));
    assert_eq!(state_of(grace, ada), Some(State::Confirmed));
}

#[test]
fn face_to_face_both_are_done_within_a_minute_whatever_the_cameras_miss() {
    for seed in 0..12 {
        face_to_face(seed, [Reveal::First; 2], false, 0);
        face_to_face(seed, [Reveal::First; 2], true, 0);
        face_to_face(seed, [Reveal::First, Reveal::AfterAccept], seed % 2 == 0, 0);
    }
}

#[test]
fn a_code_renewed_in_the_middle_of_a_meeting_does_not_split_it() {
    for seed in 0..24 {
        face_to_face(seed, [Reveal::First; 2], seed % 4 == 0, 58_000 + 110 * seed);
    }
}
