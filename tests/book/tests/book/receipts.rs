//! What the book hands out of a meeting: receipts, and the confirm code once more.

use lapel::Carrier;
use lapel::badge::BadgeFields;
use lapel::exchange::Scanned;
use lapel::receipt::{Disclosure, Receipt, State};
use lapel_book_tests::meeting::{confirmed, verified};
use lapel_book_tests::{Phone, Talk, holds, meet};

const DISCLOSURES: [Disclosure; 4] = [
    Disclosure { holder: false, peer: false },
    Disclosure { holder: true, peer: false },
    Disclosure { holder: false, peer: true },
    Disclosure { holder: true, peer: true },
];

#[test]
fn receipts_verify_and_show_only_the_badges_that_the_owner_discloses() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let transcript = meet(&mut ada, &mut grace);
    for phone in [&mut ada, &mut grace] {
        phone.reopen();
    }
    for (phone, peer) in [(&ada, &grace), (&grace, &ada)] {
        let (_, meeting) = phone.meeting(&transcript).unwrap().unwrap();
        for what in DISCLOSURES {
            let bytes = meeting.receipt(what).to_bytes();
            let shown = Receipt::verify(&bytes).unwrap();
            assert_eq!(shown.transcript, transcript);
            assert_eq!((shown.holder.person, shown.peer.person), (phone.person(), peer.person()));
            assert_eq!(shown.peer.state, State::Confirmed);
            assert_eq!(shown.event.as_ref(), Some(&phone.event));
            for (side, of, disclosed) in
                [(&shown.holder, &phone.badge, what.holder), (&shown.peer, &peer.badge, what.peer)]
            {
                assert_eq!(side.badge.as_ref(), disclosed.then_some(of));
                assert_eq!(holds(&bytes, of.name().as_bytes()), disclosed, "{what:?}");
            }
        }
    }
    assert_eq!(Disclosure::default(), DISCLOSURES[0], "hidden unless asked for");
}

#[test]
fn an_offer_alone_is_a_receipt_that_says_so_until_it_is_confirmed() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let mut talk = Talk::between(&mut ada, &mut grace);
    let recorded = ada.record(&talk.first_accepts()).unwrap();
    let told = |ada: &Phone| {
        let (_, meeting) = ada.meeting(&recorded.transcript()).unwrap().unwrap();
        Receipt::verify(&meeting.receipt(DISCLOSURES[3]).to_bytes()).unwrap()
    };
    assert_eq!(told(&ada).peer.state, State::Offered);
    assert!(told(&ada).to_string().contains("This alone is not a meeting"));
    let recorded = grace.record(&talk.second_accepts(&recorded)).unwrap();
    ada.confirm(&talk.first_hears(&recorded)).unwrap();
    ada.reopen();
    assert_eq!(told(&ada).peer.state, State::Confirmed);
    assert!(!told(&ada).to_string().contains("not a meeting"));
}

#[test]
fn the_largest_meeting_there_can_be_fits_into_the_book() {
    let full = |name: &str| BadgeFields {
        title: Some("t".repeat(50)),
        line: Some("l".repeat(96)),
        organisation: Some("o".repeat(30)),
        emails: vec![format!("{}@example.org", "e".repeat(20))],
        ..BadgeFields::named(name)
    };
    let (mut ada, mut grace) = (Phone::showing(full("Ada")), Phone::showing(full("Grace")));
    for phone in [&mut ada, &mut grace] {
        phone.event = lapel::event::Event::none();
        assert!(phone.badge.as_bytes().len() > 225, "{}", phone.badge.as_bytes().len());
    }
    let transcript = meet(&mut ada, &mut grace);
    for phone in [&mut ada, &mut grace] {
        phone.reopen();
        let (_, meeting) = phone.meeting(&transcript).unwrap().unwrap();
        Receipt::verify(&meeting.receipt(DISCLOSURES[3]).to_bytes()).unwrap();
        assert_eq!(meeting.state(), State::Confirmed);
    }
}

/// The story: Ada's phone dies right after her book has Grace, before Grace scanned the confirm
/// code. Ada's session is gone for ever; Grace's still lives and waits.
#[test]
fn after_a_crash_the_reopened_book_still_lets_the_peer_accept() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let mut talk = Talk::between(&mut ada, &mut grace);
    let recorded = ada.record(&talk.first_accepts()).unwrap();
    talk.first.end();
    ada.reopen();
    let (_, meeting) = ada.meeting(&recorded.transcript()).unwrap().unwrap();
    let seen = verified(talk.second.scan(&meeting.confirm_texts(&Carrier::default())[0], talk.now));
    assert_eq!((seen.person, seen.confirmed), (ada.person(), true));
    let recorded = grace.record(&talk.second.accept(&seen.transcript).unwrap()).unwrap();
    talk.second.acknowledge(&recorded).unwrap();
    assert_eq!(grace.contacts().unwrap()[0].state(), State::Confirmed);
    assert_eq!(ada.contacts().unwrap()[0].state(), State::Offered, "she never heard back");
}

/// The other one's crash: Grace's book has Ada, and Ada's living session waits for scan 4.
#[test]
fn after_a_crash_the_reopened_book_still_lets_the_peer_hear() {
    let carriers = [Carrier::default(), Carrier::web("https://lapel.example/b#").unwrap()];
    for carrier in carriers {
        let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
        let mut talk = Talk::between(&mut ada, &mut grace);
        let recorded = ada.record(&talk.first_accepts()).unwrap();
        let recorded = grace.record(&talk.second_accepts(&recorded)).unwrap();
        talk.second.end();
        grace.reopen();
        let (person, meeting) = grace.meeting(&recorded.transcript()).unwrap().unwrap();
        assert_eq!(person, ada.person());
        let text = meeting.confirm_texts(&carrier).remove(0);
        let confirmation = confirmed(talk.first.scan(&text, talk.now));
        // It is shown on and on, and each scan says so, until the book has it.
        assert_eq!(talk.first.scan(&text, talk.now), Scanned::Confirmed(confirmation.clone()));
        ada.confirm(&confirmation).unwrap();
        ada.reopen();
        assert_eq!(ada.contacts().unwrap()[0].state(), State::Confirmed);
    }
}

#[test]
fn a_confirm_code_out_of_the_book_tells_a_bystander_nothing() {
    let (mut ada, mut grace, mut eve) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Eve"));
    let transcript = meet(&mut ada, &mut grace);
    let (_, meeting) = ada.meeting(&transcript).unwrap().unwrap();
    let text = meeting.confirm_texts(&Carrier::default()).remove(0);
    for phone in [&mut eve, &mut grace] {
        let now = phone.now;
        assert_eq!(phone.begin().scan(&text, now), Scanned::NotForUs);
    }
}
