//! Messages behind a sound envelope: any bytes at all, and true messages with changes in them.
#![no_main]

use lapel::exchange::{Scanned, Shows};
use lapel_fuzz::plan::Plan;
use lapel_fuzz::seeds;
use lapel_protocol_tests::{Party, Phone, digits, schedule};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

/// What a phone begins with, and everything that three honest people can show it.
struct Scene {
    people: Vec<Party>,
    hello: Vec<u8>,
    messages: Vec<Vec<u8>>,
}

static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let mut ada = Phone::named("Ada");
    let (hello, me) = (ada.hello(), ada.person());
    let mut people: Vec<Party> = ["Grace", "Edsger", "Barbara"].map(Party::named).to_vec();
    people[1].class = 357;
    people[2].class = 414;
    let of = |p: &Party| {
        let sealed = [p.offer(&hello), p.confirm(&hello, &me)];
        let parts = sealed.iter().flat_map(|m| schedule::parts(m)).collect::<Vec<_>>();
        [vec![p.hello()], sealed.to_vec(), parts].concat()
    };
    let mut messages: Vec<Vec<u8>> = people.iter().flat_map(of).collect();
    messages.push(hello.clone());
    Scene { people, hello, messages }
});

fn seeds() -> Vec<Vec<u8>> {
    let message = |text: String| {
        let (_, digits) = text.trim().rsplit_once(['/', '#'])?;
        let bytes = digits::decode(digits).filter(|bytes| bytes.len() <= 440)?;
        Some([&[0], (bytes.len() as u16).to_be_bytes().as_slice(), &bytes].concat())
    };
    let raw = seeds::texts().into_iter().filter_map(message);
    let count = SCENE.messages.len() as u8;
    let whole = (0..count).map(|i| vec![1, i, 0, 1, i, 0, 2, 2, 1, (i + 1) % count, 0]);
    raw.chain(whole).collect()
}

fuzz_target!(init: seeds::write_if_asked(seeds), |data: &[u8]| {
    let scene = &*SCENE;
    let mut ada = Phone::named("Ada");
    let mut plan = Plan::of(data);
    for _ in 0..16 {
        if plan.is_over() {
            break;
        }
        let message = match plan.below(3) {
            0 => {
                let length = plan.short() % 441;
                plan.bytes(length).to_vec()
            }
            1 => {
                let mut message = scene.messages[plan.below(scene.messages.len())].clone();
                plan.edit(&mut message);
                message
            }
            _ => {
                ada.wait([0.0, 0.3, 1.6, 20.0, 65.0, 130.0][plan.below(6)]);
                continue;
            }
        };
        let text = digits::text(&message);
        let scanned = ada.scan(&text);
        match &scanned {
            Scanned::Verified(seen) => {
                // Only who signed over Ada's first hello, or over one whose code she showed since:
                // no message here was made for those.
                let found = scene.people.iter().find(|p| p.person() == *seen.person.as_bytes());
                let person = found.expect("someone who signed");
                assert_eq!(*seen.transcript.as_bytes(), person.transcript(&scene.hello));
                assert_eq!(seen.badge.as_bytes(), person.contents.badge);
                let sealed = |m: &Vec<u8>| m.len() > 300 && (*m == message || message[1] == 3);
                assert!(scene.messages.iter().any(sealed), "altered, and verified");
            }
            Scanned::Confirmed(_) | Scanned::SessionTaken | Scanned::Ended => panic!("{scanned:?}"),
            _ => {}
        }
        let frame = ada.exchange.frame(ada.clock).expect("something to show");
        assert_ne!(frame.shows, Shows::Confirm);
    }
    ada.exchange.start_again(ada.clock);
    ada.can_still_meet();
});
