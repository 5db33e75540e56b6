//! What was set again and again takes no room for ever.

use std::fs;

use lapel::badge::{Badge, BadgeFields};
use lapel::book::BookError;
use lapel::identity::PersonId;
use lapel_book_tests::{Phone, encounter, ledger, stranger};

fn add(phone: &mut Phone, name: &str) -> PersonId {
    let someone = stranger(name, &mut phone.rng);
    let met = encounter(phone, &someone);
    let _ = phone.record(&met).unwrap();
    someone.0.person()
}

/// Changes things back and forth: over 512 KiB of entries, most of them about nothing any more.
fn fidget(phone: &mut Phone, person: &PersonId) {
    let (book, rng) = phone.both();
    for label in ["work", "home"] {
        book.set_badge(label, &Badge::new(BadgeFields::named("Ada")).unwrap(), rng).unwrap();
    }
    let note = book.note(person, "first", rng).unwrap();
    for round in 0..320 {
        let text = format!("round {round}: {}", "word ".repeat(370));
        book.rewrite_note(person, note, text.trim_end(), rng).unwrap();
        if round % 4 == 0 {
            book.tag(person, "back and forth", rng).unwrap();
            book.untag(person, "back and forth", rng).unwrap();
            let badge = Badge::new(BadgeFields::named(format!("Ada {round}"))).unwrap();
            book.set_badge("work", &badge, rng).unwrap();
            book.show_badge("home", rng).unwrap();
            book.show_badge("work", rng).unwrap();
        }
    }
    book.tag(person, "stays", rng).unwrap();
    book.remove_badge("home", rng).unwrap();
}

fn maintain(phone: &mut Phone) {
    let (book, rng) = phone.both();
    while book.maintain(300, rng).unwrap() > 0 {}
}

/// Everything in the book, in words.
fn all(phone: &Phone) -> String {
    let contacts = phone.contacts().unwrap();
    let contacts = contacts.iter().map(|c| (c.name().to_owned(), c.notes(), c.tags()));
    let shown = phone.badge_on_show().unwrap();
    format!("{:?} {:?} {shown:?}", contacts.collect::<Vec<_>>(), phone.badges().unwrap())
}

fn generation(phone: &Phone) -> String {
    let names = fs::read_dir(phone.home()).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    names.filter(|name| name.bytes().all(|b| b.is_ascii_digit())).max().unwrap()
}

#[test]
fn a_book_in_which_things_were_changed_again_and_again_gets_small_and_says_the_same() {
    let mut ada = Phone::of("Ada");
    let grace = add(&mut ada, "Grace");
    fidget(&mut ada, &grace);
    add(&mut ada, "Alan");
    let (before, said) = (ada.size().unwrap(), all(&ada));
    maintain(&mut ada);
    assert_eq!((generation(&ada).as_str(), all(&ada)), ("00000002", said.clone()));
    assert!(ada.size().unwrap() < before, "{before}");
    let bytes = fs::read(ledger(&ada.home())).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    assert!(used < 9 * 1024, "{used} bytes of a ledger in which a dozen entries say something");
    for _ in 0..2 {
        let report = ada.reopen();
        assert!(report.damage.is_empty() && !report.old_key_remains, "{report:?}");
        maintain(&mut ada);
        assert_eq!((generation(&ada).as_str(), all(&ada)), ("00000002", said.clone()));
    }
}

#[test]
fn a_book_that_lost_something_is_not_written_anew_so_that_the_loss_stays_known() {
    let mut ada = Phone::of("Ada");
    let grace = add(&mut ada, "Grace");
    fidget(&mut ada, &grace);
    ada.take().close().unwrap();
    let file = ledger(&ada.home());
    let mut bytes = fs::read(&file).unwrap();
    bytes[100_000] ^= 1;
    fs::write(&file, bytes).unwrap();
    fs::remove_dir_all(file.with_file_name("index")).unwrap();
    for _ in 0..2 {
        ada.reopen();
        maintain(&mut ada);
        assert_eq!(generation(&ada), "00000001");
    }
    let lost = ada.both().0.check().unwrap().damage;
    assert_eq!(lost.iter().map(|damage| damage.lost).sum::<u64>(), 1);
}

#[test]
fn a_vault_that_takes_no_key_leaves_everything_as_it_was() {
    let mut ada = Phone::of("Ada");
    let grace = add(&mut ada, "Grace");
    fidget(&mut ada, &grace);
    let said = all(&ada);
    // A file in the way of the next key.
    let name = fs::read_dir(ada.keys()).unwrap().map(|entry| entry.unwrap().file_name());
    let name =
        name.map(|name| name.into_string().unwrap()).find(|n| n.ends_with("01.key")).unwrap();
    let next = ada.keys().join(name.replace("01.key", "02.key"));
    fs::create_dir(&next).unwrap();
    let (book, rng) = ada.both();
    let refused = (0..9).find_map(|_| book.maintain(300, rng).err()).unwrap();
    let BookError::Rewrite(error) = &refused else { panic!("{refused:?}") };
    assert!(error.to_string().contains("vault"), "{error}");
    assert_eq!((generation(&ada).as_str(), all(&ada)), ("00000001", said.clone()));
    fs::remove_dir(&next).unwrap();
    maintain(&mut ada);
    assert_eq!((generation(&ada).as_str(), all(&ada)), ("00000002", said));
}
