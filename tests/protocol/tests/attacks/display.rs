//! A camera of any rhythm sees what the screen shows.

use core::time::Duration;

use lapel::exchange::Shows;
use lapel_protocol_tests::{Party, Phone, digits};

/// What an app shows that redraws sixty times a second: for each millisecond, the kind on screen.
fn screen(phone: &mut Phone, seconds: u64) -> Vec<usize> {
    let mut texts: Vec<String> = Vec::new();
    let mut shown = Vec::new();
    let start = phone.clock;
    for ms in 0..seconds * 1_000 {
        if ms % 16 == 0 {
            phone.clock = start + Duration::from_millis(ms);
            let text = phone.shows();
            let at = texts.iter().position(|t| *t == text).unwrap_or_else(|| {
                texts.push(text);
                texts.len() - 1
            });
            shown.push(at);
        } else {
            shown.push(*shown.last().unwrap());
        }
    }
    shown
}

/// The most looks that a camera of any period from 100 to 1,000 ms and any phase needs until it
/// has seen everything once, beginning at any time in the first 30 s.
fn looks_until_all_seen(screen: &[usize]) -> usize {
    let codes = screen.iter().max().unwrap() + 1;
    let mut most = 0;
    for period in (100..=1_000).step_by(7) {
        for phase in (0..30_000).step_by(497) {
            let mut seen = vec![false; codes];
            let mut looks = 0;
            let mut at = phase;
            while seen.contains(&false) {
                let shown = screen.get(at).expect("seen in bounded time");
                seen[*shown] = true;
                looks += 1;
                at += period;
            }
            most = most.max(looks);
        }
    }
    most
}

#[test]
fn no_camera_phase_locks_with_an_offer_and_a_hello() {
    let mut ada = Phone::named("Ada");
    ada.answers(Party::named("Grace").hello());
    let looks = looks_until_all_seen(&screen(&mut ada, 98));
    assert!(looks <= 45, "{looks} looks");
}

#[test]
fn no_camera_phase_locks_with_small_symbols_or_several_offers() {
    let mut ada = Phone::named("Ada");
    ada.exchange.use_small_symbols(true);
    ada.answers_in_parts(Party::named("Grace").hello());
    let looks = looks_until_all_seen(&screen(&mut ada, 98));
    assert!(looks <= 60, "{looks} looks");
    let mut ada = Phone::named("Ada");
    for name in ["one", "two", "three", "four"] {
        let hello = Party::named(name).hello();
        ada.scan_bytes(&hello);
        ada.wait(1.5).scan_bytes(&hello);
    }
    let looks = looks_until_all_seen(&screen(&mut ada, 98));
    assert!(looks <= 90, "{looks} looks");
}

trait InParts {
    fn answers_in_parts(&mut self, hello: Vec<u8>);
}

impl InParts for Phone {
    fn answers_in_parts(&mut self, hello: Vec<u8>) {
        self.scan_bytes(hello);
        assert_eq!(digits::message(&self.shows())[1], 3);
    }
}

#[test]
fn offers_get_two_thirds_of_the_time_and_slots_last_long_enough_for_a_camera() {
    let mut ada = Phone::named("Ada");
    ada.answers(Party::named("Grace").hello());
    let (mut offer, mut hello) = (Duration::ZERO, Duration::ZERO);
    let mut runs = Vec::new();
    for _ in 0..300 {
        let frame = ada.exchange.frame(ada.clock).unwrap();
        let lasts = frame.until.unwrap() - ada.clock;
        match frame.shows {
            Shows::Offer => offer += lasts,
            _ => hello += lasts,
        }
        if lasts < Duration::from_millis(384) {
            runs.push(lasts);
        }
        ada.clock = frame.until.unwrap();
    }
    let share = offer.as_secs_f64() / (offer + hello).as_secs_f64();
    assert!((0.64..0.70).contains(&share), "{share}");
    let lengths: std::collections::BTreeSet<_> = runs.iter().collect();
    assert!(lengths.len() > 50, "slots are jittered: {} lengths", lengths.len());
    // The very first may be cut short by what came before; no other is.
    let longest_wait = Duration::from_millis(256);
    assert!(runs.iter().skip(1).filter(|r| **r < longest_wait).count() <= 1, "{runs:?}");
}

#[test]
fn a_film_tells_nothing_by_its_rhythm() {
    // Two phones that show the same thing don't share a rhythm, nor does one with itself later.
    let rhythm = |counter| {
        let mut setup = lapel_protocol_tests::phone::Setup::named("Ada");
        setup.counter = counter;
        let mut ada = Phone::begin(setup);
        ada.scan_bytes(Party::named("Grace").hello());
        screen(&mut ada, 10)
    };
    assert_ne!(rhythm(1), rhythm(2));
    assert_eq!(rhythm(1), rhythm(1));
}

#[test]
fn every_order_of_the_codes_comes_up() {
    let (mut ada, one, other) = (Phone::named("Ada"), Party::named("one"), Party::named("other"));
    ada.answers(one.hello());
    ada.scan_bytes(other.hello());
    ada.wait(1.5).scan_bytes(other.hello());
    let mut shown = Vec::new();
    while ada.clock < Duration::from_secs(100) {
        let frame = ada.exchange.frame(ada.clock).unwrap();
        ada.clock = frame.until.unwrap();
        shown.push(frame.text);
    }
    let rounds: std::collections::BTreeSet<_> = shown.chunks_exact(3).collect();
    assert_eq!(rounds.len(), 6, "of two offers and a hello");
    let stays = |pair: &[&[String]]| pair[0] == pair[1];
    let in_order: Vec<_> = shown.chunks_exact(3).collect();
    assert!(in_order.windows(2).any(stays), "a round may be the one before once more");
}

#[test]
fn a_slot_takes_320_milliseconds_and_up_to_a_fifth_less_or_more() {
    let mut lengths = std::collections::BTreeSet::new();
    for counter in 0..10 {
        let mut setup = lapel_protocol_tests::phone::Setup::named("Ada");
        setup.counter = counter;
        let mut ada = Phone::begin(setup);
        ada.answers(Party::named("Grace").hello());
        while ada.clock < Duration::from_secs(100) {
            let until = ada.exchange.frame(ada.clock).unwrap().until.unwrap();
            lengths.insert((until - ada.clock).as_millis());
            ada.clock = until;
        }
    }
    assert_eq!((lengths.first(), lengths.last()), (Some(&256), Some(&384)));
}

#[test]
fn whoever_draws_again_within_a_slot_draws_the_same() {
    let mut ada = Phone::named("Ada");
    ada.answers(Party::named("Grace").hello());
    for _ in 0..30 {
        let frame = ada.exchange.frame(ada.clock).unwrap();
        let until = frame.until.unwrap();
        ada.clock = until - Duration::from_millis(1);
        assert_eq!(ada.exchange.frame(ada.clock).unwrap(), frame);
        ada.clock = until;
        assert_ne!(ada.exchange.frame(ada.clock).unwrap().until, Some(until));
    }
}
