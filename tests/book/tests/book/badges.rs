//! The owner's own badges.

use lapel::badge::{Badge, BadgeFields};
use lapel::book::BookError;
use lapel_book_tests::{Phone, meet};

fn badge(name: &str) -> Badge {
    Badge::new(BadgeFields::named(name)).unwrap()
}

fn labels(phone: &Phone) -> Vec<String> {
    phone.badges().unwrap().into_iter().map(|(label, _)| label).collect()
}

fn on_show(phone: &Phone) -> Option<String> {
    phone.badge_on_show().unwrap().map(|(label, _)| label)
}

fn set(phone: &mut Phone, label: &str, name: &str) -> Result<(), BookError> {
    let (book, rng) = phone.both();
    book.set_badge(label, &badge(name), rng)
}

fn show(phone: &mut Phone, label: &str) -> Result<(), BookError> {
    let (book, rng) = phone.both();
    book.show_badge(label, rng)
}

fn remove(phone: &mut Phone, label: &str) -> Result<(), BookError> {
    let (book, rng) = phone.both();
    book.remove_badge(label, rng)
}

#[test]
fn the_first_badge_is_on_show_until_another_is_chosen() {
    let mut ada = Phone::of("Ada");
    assert_eq!((labels(&ada).len(), on_show(&ada)), (0, None));
    set(&mut ada, "work", "Ada Lovelace").unwrap();
    set(&mut ada, "home", "Ada").unwrap();
    set(&mut ada, "chess", "Countess").unwrap();
    assert_eq!(on_show(&ada).as_deref(), Some("work"));
    show(&mut ada, "chess").unwrap();
    for _ in 0..2 {
        assert_eq!(labels(&ada), ["work", "home", "chess"]);
        assert_eq!(ada.badge_on_show().unwrap(), Some(("chess".into(), badge("Countess"))));
        ada.reopen();
    }
}

#[test]
fn setting_a_badge_again_replaces_it_where_it_stands() {
    let mut ada = Phone::of("Ada");
    set(&mut ada, "work", "Ada").unwrap();
    set(&mut ada, "home", "Ada").unwrap();
    set(&mut ada, "work", "Ada Lovelace").unwrap();
    ada.reopen();
    let expected = [("work".into(), badge("Ada Lovelace")), ("home".into(), badge("Ada"))];
    assert_eq!(ada.badges().unwrap(), expected);
    assert_eq!(ada.badge_on_show().unwrap().as_ref(), Some(&expected[0]));
}

#[test]
fn a_badge_on_show_stays_and_any_other_goes() {
    let mut ada = Phone::of("Ada");
    set(&mut ada, "work", "Ada Lovelace").unwrap();
    set(&mut ada, "home", "Ada").unwrap();
    let error = remove(&mut ada, "work").unwrap_err();
    assert!(matches!(&error, BookError::OnShow(label) if label == "work"), "{error}");
    assert!(error.to_string().contains("choose another first"));
    show(&mut ada, "home").unwrap();
    remove(&mut ada, "work").unwrap();
    ada.reopen();
    assert_eq!((labels(&ada), on_show(&ada).as_deref()), (vec!["home".into()], Some("home")));
    // Set again, it is a new one, at the end, and what is on show stays there.
    set(&mut ada, "work", "Ada Lovelace").unwrap();
    assert_eq!((labels(&ada).len(), on_show(&ada).as_deref()), (2, Some("home")));
}

#[test]
fn what_is_no_badge_can_t_be_shown_or_removed() {
    let mut ada = Phone::of("Ada");
    set(&mut ada, "work", "Ada").unwrap();
    set(&mut ada, "home", "Ada").unwrap();
    remove(&mut ada, "home").unwrap();
    for label in ["home", "Work", "", "nothing"] {
        for tried in [show(&mut ada, label), remove(&mut ada, label)] {
            let error = tried.unwrap_err();
            assert!(matches!(&error, BookError::NoSuchBadge(named) if named == label), "{error}");
            assert!(error.to_string().contains(&format!("\"{label}\"")));
        }
    }
    assert_eq!((labels(&ada), on_show(&ada).as_deref()), (vec!["work".into()], Some("work")));
}

#[test]
fn a_label_is_1_to_32_bytes_without_control_characters() {
    let mut ada = Phone::of("Ada");
    let longest = "é".repeat(16);
    for label in ["w", "work badge", "仕事", &longest] {
        set(&mut ada, label, "Ada").unwrap();
    }
    for label in ["", &format!("{longest}x"), "a\nb", "\t", "a\u{85}", "\0"] {
        let error = set(&mut ada, label, "Ada").unwrap_err();
        assert!(matches!(error, BookError::Label), "{error}");
        assert!(error.to_string().contains("1 to 32 bytes"));
    }
    ada.reopen();
    assert_eq!(labels(&ada).len(), 4);
}

#[test]
fn the_same_change_twice_writes_once() {
    let mut ada = Phone::of("Ada");
    set(&mut ada, "work", "Ada").unwrap();
    set(&mut ada, "home", "Ada").unwrap();
    show(&mut ada, "home").unwrap();
    let before = std::fs::read(lapel_book_tests::ledger(&ada.home())).unwrap();
    set(&mut ada, "work", "Ada").unwrap();
    show(&mut ada, "home").unwrap();
    assert_eq!(std::fs::read(lapel_book_tests::ledger(&ada.home())).unwrap(), before);
}

#[test]
fn badges_survive_forgetting_and_are_no_contacts() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    set(&mut ada, "work", "Ada Lovelace").unwrap();
    set(&mut ada, "home", "Ada").unwrap();
    show(&mut ada, "home").unwrap();
    assert!(ada.contacts().unwrap().is_empty());
    meet(&mut ada, &mut grace);
    ada.forget(&[grace.person()]).unwrap();
    for _ in 0..2 {
        assert_eq!((labels(&ada).len(), on_show(&ada).as_deref()), (2, Some("home")));
        ada.reopen();
    }
}
