//! Books of one owner become one, in whatever order and however often.

use std::collections::BTreeMap;

use lapel::backup::{Backup, BackupError, Key, Lock, Merged};
use lapel::badge::Badge;
use lapel::book::Rating;
use lapel::identity::Identity;
use lapel_book_tests::{IDENTITY, Phone, RECIPIENT, encounter, meet, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

fn back_up(phone: &Phone) -> Vec<u8> {
    phone.back_up(&Lock::recipients(&[RECIPIENT]).unwrap())
}

fn key() -> Key {
    Key::identity(IDENTITY).unwrap()
}

fn restored(bytes: &[u8], seed: u64) -> Phone {
    Phone::restored("Ada", &Backup::bytes(bytes, &key()), seed).unwrap().0
}

fn merge(phone: &mut Phone, bytes: &[u8]) -> Merged {
    phone.merge(&Backup::bytes(bytes, &key())).unwrap()
}

/// All that a book says.
fn says(phone: &Phone) -> String {
    let contacts = phone.contacts().unwrap();
    let all: BTreeMap<_, String> = contacts
        .iter()
        .map(|c| {
            let written = (c.notes(), c.tags(), c.rating(), c.introduction(), c.is_blocked());
            let met = c.meetings().iter().map(|m| (m.transcript(), m.state(), m.met_at()));
            let met: Vec<_> = met.collect();
            (c.person(), format!("{} {met:?} {written:?}", c.name()))
        })
        .collect();
    let order: Vec<_> = phone.latest(usize::MAX).unwrap().iter().map(|s| s.person).collect();
    let badges = phone.badges().unwrap();
    let blocked = phone.blocked().unwrap();
    format!("{all:#?}\n{order:?}\n{badges:?}\n{blocked:?}")
}

#[test]
fn what_two_phones_took_in_is_in_both_after_a_merge() {
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    meet(&mut ada, &mut grace);
    let mut other = restored(&back_up(&ada), 1);
    meet(&mut ada, &mut alan);
    let mut edsger = Phone::of("Edsger");
    meet(&mut other, &mut edsger);
    let (ours, theirs) = (back_up(&ada), back_up(&other));
    let merged = merge(&mut ada, &theirs);
    assert_eq!((merged.people, merged.encounters, merged.known), (1, 1, 1));
    assert!(merged.moved && merged.both_went_on && !merged.older);
    let merged = merge(&mut other, &ours);
    assert_eq!((merged.people, merged.encounters), (1, 1));
    assert!(!merged.moved && merged.both_went_on);
    assert_eq!(says(&ada), says(&other));
    let mut names = ada.names();
    names.sort();
    assert_eq!(names, ["Alan", "Edsger", "Grace"]);
    let again = merge(&mut ada, &theirs);
    assert!(!again.changes() && again.known > 0, "{again:?}");
}

#[test]
fn a_phone_that_was_left_behind_is_told_so_and_one_that_stopped_is_not_accused() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    let mut new = restored(&back_up(&ada), 1);
    let mut alan = Phone::of("Alan");
    meet(&mut new, &mut alan);
    let merged = merge(&mut ada, &back_up(&new));
    assert!(merged.moved && !merged.both_went_on, "{merged:?}");
    assert_eq!(ada.names(), ["Grace", "Alan"]);
}

#[test]
fn what_was_left_out_as_waste_and_comes_back_from_the_same_backup_accuses_nobody() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    let (book, rng) = ada.both();
    let note = book.note(&grace.person(), "first", rng).unwrap();
    for round in 0..280 {
        let text = format!("{round}: {}", "word ".repeat(390));
        book.rewrite_note(&grace.person(), note, text.trim_end(), rng).unwrap();
    }
    let bytes = back_up(&ada);
    let mut new = restored(&bytes, 1);
    let (book, rng) = new.both();
    while book.maintain(1_000, rng).unwrap() > 0 {}
    let merged = merge(&mut new, &bytes);
    assert!(merged.others > 200, "the waste was left out: {merged:?}");
    assert!(!merged.both_went_on, "{merged:?}");
    // But what was written since on the phone that was left is another matter.
    let (book, rng) = ada.both();
    book.note(&grace.person(), "later", rng).unwrap();
    let merged = merge(&mut new, &back_up(&ada));
    assert!(merged.both_went_on, "{merged:?}");
}

#[test]
fn an_older_backup_brings_nothing_and_says_that_it_is_older() {
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    meet(&mut ada, &mut grace);
    let bytes = back_up(&ada);
    meet(&mut ada, &mut alan);
    let before = says(&ada);
    let merged = merge(&mut ada, &bytes);
    assert!(merged.older && !merged.changes() && !merged.both_went_on, "{merged:?}");
    assert_eq!(says(&ada), before);
}

#[test]
fn another_person_s_backup_is_refused_whole() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    let before = says(&ada);
    let error = ada.merge(&Backup::bytes(&back_up(&grace), &key())).unwrap_err();
    assert!(matches!(error, BackupError::AnotherOwner), "{error}");
    assert_eq!(says(&ada), before);
}

#[test]
fn a_confirmation_that_came_on_one_phone_arrives_on_the_other() {
    use lapel::receipt::State;
    use lapel_book_tests::Talk;
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    let mut talk = Talk::between(&mut ada, &mut grace);
    let recorded = ada.record(&talk.first_accepts()).unwrap();
    let mut other = restored(&back_up(&ada), 1);
    let recorded = grace.record(&talk.second_accepts(&recorded)).unwrap();
    ada.confirm(&talk.first_hears(&recorded)).unwrap();
    assert_eq!(other.contacts().unwrap()[0].state(), State::Offered);
    let merged = merge(&mut other, &back_up(&ada));
    assert_eq!((merged.encounters, merged.confirmations), (0, 1));
    assert_eq!(other.contacts().unwrap()[0].state(), State::Confirmed);
    assert_eq!(says(&other), says(&ada));
}

#[test]
fn who_is_forgotten_on_one_phone_stays_forgotten_through_every_merge() {
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    meet(&mut ada, &mut grace);
    meet(&mut ada, &mut alan);
    let (book, rng) = ada.both();
    book.note(&grace.person(), "compilers", rng).unwrap();
    let before = back_up(&ada);
    let mut other = restored(&before, 2);
    ada.forget(&[grace.person()]).unwrap();
    let merged = merge(&mut ada, &before);
    assert!(!merged.changes() && merged.left_out == 2, "{merged:?}");
    assert_eq!(ada.names(), ["Alan"]);
    let merged = merge(&mut other, &back_up(&ada));
    assert_eq!((merged.forgotten, merged.others), (1, 1), "{merged:?}");
    assert_eq!(other.names(), ["Alan"]);
    assert_eq!(says(&other), says(&ada));
    // Nor out of what was made of the old backup in between.
    let again = restored(&before, 2);
    let merged = merge(&mut ada, &back_up(&again));
    assert_eq!((merged.people, merged.encounters, merged.left_out), (0, 0, 2));
    assert_eq!(ada.names(), ["Alan"]);
}

#[test]
fn whoever_is_met_again_elsewhere_meanwhile_comes_back_with_that_meeting_alone() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    let (book, rng) = ada.both();
    book.note(&grace.person(), "of before", rng).unwrap();
    let mut other = restored(&back_up(&ada), 1);
    other.now = ada.now + std::time::Duration::from_secs(60);
    meet(&mut other, &mut grace);
    ada.forget(&[grace.person()]).unwrap();
    let merged = merge(&mut ada, &back_up(&other));
    assert_eq!((merged.people, merged.encounters, merged.left_out), (1, 1, 2));
    let contact = ada.contact(&grace.person()).unwrap().unwrap();
    assert_eq!((contact.meetings().len(), contact.notes().len()), (1, 0));
    merge(&mut other, &back_up(&ada));
    assert_eq!(says(&other), says(&ada));
}

#[test]
fn somebody_forgotten_stays_somebody_in_what_is_merged() {
    let (mut ada, mut grace, mut alan) = (Phone::of("Ada"), Phone::of("Grace"), Phone::of("Alan"));
    meet(&mut ada, &mut grace);
    meet(&mut ada, &mut alan);
    let (book, rng) = ada.both();
    book.set_introducer(&alan.person(), Some(grace.person()), rng).unwrap();
    let before = back_up(&ada);
    ada.forget(&[grace.person()]).unwrap();
    let mut other = restored(&before, 2);
    merge(&mut other, &back_up(&ada));
    let introduction = other.contact(&alan.person()).unwrap().unwrap().introduction().unwrap();
    assert_eq!((introduction.forgotten, introduction.by), (1, None));
    assert_eq!(says(&other), says(&ada));
    assert!(!merge(&mut ada, &before).changes());
}

/// Does something to a book, as its owner might.
fn live(phone: &mut Phone, people: &[(Identity, Badge)], rng: &mut ChaCha20Rng) {
    let mut below = |n: usize| rng.next_u32() as usize % n;
    let someone = &people[below(people.len())];
    let person = someone.0.person();
    let met = phone.contact(&person).unwrap();
    phone.now += std::time::Duration::from_secs(1);
    match (below(10), met) {
        (0..=3, _) | (_, None) => {
            if !phone.blocked().unwrap().contains(&person) {
                let met = encounter(phone, someone);
                let _ = phone.record(&met).unwrap();
            }
        }
        (4, Some(contact)) => {
            let text = format!("text {}", below(1_000));
            let (book, rng) = phone.both();
            match contact.notes().first() {
                Some(note) => book.rewrite_note(&person, note.id(), &text, rng).unwrap(),
                None => drop(book.note(&person, &text, rng).unwrap()),
            }
        }
        (5, Some(_)) => {
            let tag = format!("tag {}", below(3));
            let (book, rng) = phone.both();
            book.tag(&person, &tag, rng).unwrap();
        }
        (6, Some(_)) => {
            let points = Rating::new(1 + below(5) as u8).ok();
            let (book, rng) = phone.both();
            book.rate(&person, points, rng).unwrap();
        }
        (7, Some(_)) => {
            let by = people[below(people.len())].0.person();
            let (book, rng) = phone.both();
            if by != person && book.contact(&by).unwrap().is_some() {
                let _ = book.set_introducer(&person, Some(by), rng);
            }
        }
        (8, Some(_)) => phone.forget(&[person]).map(drop).unwrap(),
        (_, Some(contact)) => match contact.is_blocked() {
            true => phone.unblock(&person),
            false => phone.block(&person),
        },
    }
}

#[test]
fn merging_is_commutative_associative_and_idempotent_over_books_that_were_lived_in() {
    let (mut merges, mut contacts, mut forgotten) = (0, 0, 0);
    for seed in 0..12 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let people: Vec<_> = (0..6).map(|i| stranger(&format!("P{i}"), &mut rng)).collect();
        let mut phones = vec![Phone::of("Ada")];
        for _ in 0..10 {
            live(&mut phones[0], &people, &mut rng);
        }
        let first = back_up(&phones[0]);
        phones.extend([restored(&first, 100 + seed), restored(&first, 200 + seed)]);
        for phone in &mut phones {
            for _ in 0..8 {
                live(phone, &people, &mut rng);
            }
        }
        let [a, b, c] = [0, 1, 2].map(|i| back_up(&phones[i]));
        let union = |start: &[u8], others: &[&[u8]]| {
            let mut phone = restored(start, 300 + seed);
            for other in others {
                merge(&mut phone, other);
            }
            phone
        };
        let expected = says(&union(&a, &[&b, &c]));
        for (start, others) in
            [(&a, [&c, &b]), (&b, [&a, &c]), (&b, [&c, &a]), (&c, [&a, &b]), (&c, [&b, &a])]
        {
            let others: Vec<&[u8]> = others.iter().map(|bytes| bytes.as_slice()).collect();
            assert_eq!(says(&union(start, &others)), expected, "commutative, seed {seed}");
            merges += 2;
        }
        let ab = back_up(&union(&a, &[&b]));
        let bc = back_up(&union(&b, &[&c]));
        assert_eq!(says(&union(&ab, &[&c])), expected, "associative, seed {seed}");
        assert_eq!(says(&union(&a, &[&bc])), expected, "associative, seed {seed}");
        let mut all = union(&ab, &[&bc, &a, &b, &ab, &c]);
        assert_eq!(says(&all), expected, "idempotent, seed {seed}");
        let own = back_up(&all);
        assert!(!merge(&mut all, &own).changes(), "idempotent, seed {seed}");
        // And on the phones themselves.
        for phone in &mut phones {
            for other in [&a, &b, &c] {
                forgotten += merge(phone, other).forgotten;
                merges += 1;
            }
            assert_eq!(says(phone), expected, "seed {seed}");
        }
        merges += 10;
        contacts += all.names().len();
    }
    println!("{merges} merges, {contacts} contacts in the ends, {forgotten} meetings forgotten");
    assert!(contacts > 20 && forgotten > 5, "{contacts} {forgotten}");
}
