//! The exchange from the inside: two machines with a clock of their own, and no book.

use super::*;
use crate::badge::BadgeFields;
use crate::receipt::{Receipt, State};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

const WALL: i64 = 1_795_458_300;

struct Phone {
    exchange: Exchange,
    rng: ChaCha20Rng,
}

fn secs(s: u64) -> Duration {
    Duration::from_secs(s)
}

fn phone(name: &str, options: Options) -> Phone {
    let mut rng = ChaCha20Rng::seed_from_u64(name.bytes().map(u64::from).sum());
    let identity = Identity::generate(&mut rng);
    let badge = Badge::new(BadgeFields::named(name)).unwrap();
    let wall = UnixTime::clamped(WALL);
    let exchange =
        Exchange::begin(&identity, &badge, options, Duration::ZERO, wall, 0, &mut rng).unwrap();
    Phone { exchange, rng }
}

impl Phone {
    fn shows(&mut self, at: u64) -> String {
        self.exchange.frame(secs(at)).unwrap().text
    }

    /// Waits until the screen shows a frame of this kind.
    fn shows_a(&mut self, shows: Shows, at: u64) -> String {
        let mut now = secs(at);
        for _ in 0..64 {
            let frame = self.exchange.frame(now).unwrap();
            if frame.shows == shows {
                return frame.text;
            }
            now = frame.until.unwrap();
        }
        panic!("never showed {shows:?}");
    }

    fn accept_and_record(&mut self, th: &Transcript) -> Encounter {
        let encounter = self.exchange.accept(th).unwrap();
        let (transcript, person) = (encounter.transcript(), encounter.person());
        let recorded = Recorded { transcript, person, encounters: 1 };
        self.exchange.acknowledge(&recorded).unwrap();
        encounter
    }
}

fn verified(scanned: Scanned) -> Verified {
    match scanned {
        Scanned::Verified(v) => v,
        other => panic!("{other:?}"),
    }
}

#[test]
fn three_scans_and_both_hold_the_other() {
    let (mut ada, mut grace) =
        (phone("Ada", Options::default()), phone("Grace", Options::default()));
    let hello = ada.shows(1);
    assert_eq!(grace.exchange.scan(&hello, secs(1)), Scanned::Progressed(Step::Answered));
    let offer = grace.shows(2);
    let seen = verified(ada.exchange.scan(&offer, secs(2)));
    assert_eq!((seen.badge.name(), seen.confirmed), ("Grace", false));
    let adas = ada.accept_and_record(&seen.transcript);
    let confirm = ada.shows(3);
    let seen_by_grace = verified(grace.exchange.scan(&confirm, secs(3)));
    assert_eq!((seen_by_grace.badge.name(), seen_by_grace.confirmed), ("Ada", true));
    assert_eq!(seen_by_grace.check_code, seen.check_code);
    assert_eq!(seen_by_grace.transcript, seen.transcript);
    let graces = grace.accept_and_record(&seen_by_grace.transcript);
    assert_eq!((adas.state(), graces.state()), (State::Offered, State::Confirmed));
    let Scanned::Confirmed(confirmation) = ada.exchange.scan(&grace.shows(4), secs(4)) else {
        panic!()
    };
    let mut full = adas.receipt.clone();
    full.set_confirmed(confirmation.signature);
    for receipt in [&full, &graces.receipt] {
        let shown = Receipt::verify(&receipt.to_bytes()).unwrap();
        assert_eq!((shown.holder.state, shown.peer.state), (State::Confirmed, State::Confirmed));
    }
    assert_eq!(
        ada.exchange.export_key(&seen.transcript, "ble"),
        grace.exchange.export_key(&seen.transcript, "ble")
    );
    let _ = &ada.rng;
}

#[test]
fn a_stale_hello_is_replaced_and_the_old_one_still_opens() {
    let (mut ada, mut grace) =
        (phone("Ada", Options::default()), phone("Grace", Options::default()));
    let first = ada.shows(0);
    assert_eq!(ada.exchange.frame(secs(1)).unwrap().until, Some(secs(60)));
    grace.exchange.scan(&first, secs(59));
    let second = ada.shows(61);
    assert_ne!(first, second);
    let offer = grace.shows_a(Shows::Offer, 61);
    let seen = verified(ada.exchange.scan(&offer, secs(100)));
    let _ = ada.accept_and_record(&seen.transcript);
    let confirm = ada.shows(101);
    verified(grace.exchange.scan(&confirm, secs(101)));
}

#[test]
fn whatever_is_scanned_a_session_goes_on() {
    let mut ada = phone("Ada", Options::default());
    for text in ["", "WIFI:;", "LAPEL:/", "LAPEL:/1", "LAPEL:/007", "https://x/b#", "\0"] {
        ada.exchange.scan(text, secs(1));
    }
    assert_eq!(ada.exchange.scan("LAPEL:/007", secs(1)), Scanned::OtherVersion { version: 7 });
    let own = ada.shows(1);
    assert_eq!(ada.exchange.scan(&own, secs(1)), Scanned::OwnCode);
}

/// What a renewal in the middle did once: Ada accepted Grace under her old code, Grace accepted Ada
/// under her new one, and each was told for ever that the other's session was taken.
#[test]
fn two_phones_whose_codes_were_renewed_in_the_middle_still_converge() {
    let (mut ada, mut grace) =
        (phone("Ada", Options::default()), phone("Grace", Options::default()));
    let old = ada.shows(0);
    grace.exchange.scan(&old, secs(59));
    let offer_to_old = grace.shows_a(Shows::Offer, 59);
    let graces_hello = grace.shows_a(Shows::Hello, 60);
    assert_ne!(ada.shows(61), old);

    // Ada sees only Grace's bare hello for longer than she holds back, and answers from the new code.
    assert_eq!(ada.exchange.scan(&graces_hello, secs(61)), Scanned::Progressed(Step::Noticed));
    assert_eq!(ada.exchange.scan(&graces_hello, secs(63)), Scanned::Progressed(Step::Answered));
    let offer_of_new = ada.shows_a(Shows::Offer, 63);

    let under_old = verified(ada.exchange.scan(&offer_to_old, secs(64)));
    let under_new = verified(grace.exchange.scan(&offer_of_new, secs(64)));
    assert_ne!(under_old.transcript, under_new.transcript);
    let adas = ada.accept_and_record(&under_old.transcript);
    let graces = grace.accept_and_record(&under_new.transcript);
    assert_eq!((adas.state(), graces.state()), (State::Offered, State::Offered));

    // Each reads the other's confirmation under the transcript it did not accept, and goes along.
    let again = verified(ada.exchange.scan(&grace.shows_a(Shows::Confirm, 65), secs(65)));
    assert!(again.accepted_before && again.confirmed);
    assert_eq!(again.transcript, under_new.transcript);
    let _ = ada.accept_and_record(&again.transcript);
    let texts: Vec<String> = (66..80).map(|s| ada.shows(s)).collect();
    let scanned: Vec<Scanned> = texts.iter().map(|t| grace.exchange.scan(t, secs(80))).collect();
    assert!(
        scanned
            .iter()
            .any(|s| matches!(s, Scanned::Confirmed(c) if c.transcript() == under_new.transcript))
    );
}

#[test]
fn a_hello_known_to_the_old_session_is_not_answered_from_the_new_one() {
    let (mut ada, mut grace) =
        (phone("Ada", Options::default()), phone("Grace", Options::default()));
    let old = ada.shows(0);
    grace.exchange.scan(&old, secs(59));
    let (offer, hello) = (grace.shows_a(Shows::Offer, 59), grace.shows_a(Shows::Hello, 60));
    ada.shows(61);
    verified(ada.exchange.scan(&offer, secs(61)));
    for s in 62..70 {
        assert_eq!(ada.exchange.scan(&hello, secs(s)), Scanned::NothingNew);
    }
}

#[test]
fn a_code_that_can_no_longer_be_answered_is_not_shown() {
    let (mut ada, mut grace) =
        (phone("Ada", Options::default()), phone("Grace", Options::default()));
    ada.exchange.scan(&grace.shows(1), secs(1));
    let stale = ada.shows_a(Shows::Hello, 100);
    // Answered in vain once, Ada's code is replaced before anyone new could be told "too late".
    let fresh = ada.shows_a(Shows::Hello, 105);
    assert_ne!(stale, fresh);
    assert_eq!(grace.exchange.scan(&fresh, secs(106)), Scanned::Progressed(Step::Noticed));
    // The offer of the old one is still on display.
    verified(grace.exchange.scan(&ada.shows_a(Shows::Offer, 106), secs(107)));
}
