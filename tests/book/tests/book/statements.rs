//! What people sign outside of a meeting: that two keys are theirs, and a new badge.

use std::fs;

use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Book, BookError, Contact, Standing};
use lapel::export::vcard4;
use lapel::identity::{Identity, PersonId};
use lapel::statement::{BadgeUpdate, IdentityLink};
use lapel::time::UnixTime;
use lapel_book_tests::{Phone, encounter, ledger, meet, stranger};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Someone without a book.
type Someone = (Identity, Badge);

fn met(phone: &mut Phone, someone: &Someone) -> PersonId {
    let met = encounter(phone, someone);
    let _ = phone.record(&met).unwrap();
    someone.0.person()
}

fn strangers<const N: usize>(phone: &mut Phone, names: [&str; N]) -> [Someone; N] {
    names.map(|name| stranger(name, &mut phone.rng))
}

fn badge(name: &str) -> Badge {
    Badge::new(BadgeFields::named(name)).unwrap()
}

/// Signed so many seconds after everything that a stranger's clock says in a meeting.
fn signed(by: &Identity, name: &str, after: u32) -> BadgeUpdate {
    let at = UnixTime::clamped(i64::from(UnixTime::MIN.seconds() + after));
    BadgeUpdate::sign(by, badge(name), at)
}

fn link(old: &Someone, new: &Someone) -> IdentityLink {
    IdentityLink::sign(&old.0, &new.0, UnixTime::MIN).unwrap()
}

fn applied(phone: &mut Phone, link: &IdentityLink) -> Result<(), BookError> {
    let (book, rng) = phone.both();
    book.apply_link(link, rng)
}

fn updated(phone: &mut Phone, update: &BadgeUpdate) -> Result<(), BookError> {
    let (book, rng) = phone.both();
    book.apply_badge(update, rng)
}

fn contact(book: &Book, person: &PersonId) -> Contact {
    book.contact(person).unwrap().unwrap()
}

/// The entries on disk, which nothing that is refused adds to.
fn written(phone: &Phone) -> Vec<u8> {
    fs::read(ledger(&phone.home())).unwrap()
}

fn listed(phone: &Phone) -> Vec<String> {
    phone.latest(usize::MAX).unwrap().into_iter().map(|line| line.name).collect()
}

#[test]
fn a_signed_badge_counts_from_then_on_and_what_was_shown_before_stays_readable() {
    let mut ada = Phone::of("Ada");
    let [grace] = strangers(&mut ada, ["Grace Hopper"]);
    let person = met(&mut ada, &grace);
    assert_eq!(listed(&ada), ["Grace Hopper"], "the roster is drawn up before");
    let before = vcard4(&contact(&ada, &person));
    for (name, after) in [("Rear Admiral Hopper", 5), ("Amazing Grace", 9)] {
        updated(&mut ada, &signed(&grace.0, name, after)).unwrap();
        assert_eq!(contact(&ada, &person).name(), name);
        assert_eq!(listed(&ada), [name]);
    }
    for round in 0..3 {
        let contact = contact(&ada, &person);
        assert_eq!((contact.name(), contact.meetings().len()), ("Amazing Grace", 1));
        assert_eq!(contact.meetings()[0].badge().unwrap().name(), "Grace Hopper");
        let updates: Vec<_> = contact.updates().iter().map(|u| u.badge().name()).collect();
        assert_eq!(updates, ["Rear Admiral Hopper", "Amazing Grace"]);
        for words in ["amazing", "admiral", "hopper grace"] {
            assert_eq!(ada.search(words).unwrap().len(), 1, "{words}");
        }
        let (book, rng) = ada.both();
        if round == 1 {
            book.rotate(rng).unwrap();
        }
        ada.reopen();
    }
    let after = vcard4(&contact(&ada, &person));
    let line = |card: &str, of: &str| {
        card.lines().find(|line| line.starts_with(of)).unwrap().trim().to_owned()
    };
    assert_eq!(line(&after, "UID"), line(&before, "UID"));
    assert_eq!(line(&after, "FN"), "FN:Amazing Grace");
    assert!(line(&after, "REV") > line(&before, "REV"), "{after}");
}

#[test]
fn no_order_of_badges_brings_an_older_one_back() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for _ in 0..12 {
        let mut ada = Phone::of("Ada");
        let [grace] = strangers(&mut ada, ["Grace"]);
        let person = met(&mut ada, &grace);
        let mut latest = 0;
        for _ in 0..12 {
            let after = rng.next_u32() % 6;
            let update = signed(&grace.0, &format!("Grace {after} {}", rng.next_u32() % 2), after);
            let (there, before) = (contact(&ada, &person), written(&ada));
            match updated(&mut ada, &update) {
                Ok(()) if there.updates().contains(&update) => assert_eq!(written(&ada), before),
                Ok(()) => {
                    assert!(after > latest, "{after} after {latest}");
                    latest = after;
                    assert_eq!(contact(&ada, &person).badge(), update.badge());
                }
                Err(BookError::OlderBadge { made_at, known }) => {
                    assert!(after <= latest && made_at == update.made_at() && known >= made_at);
                    assert_eq!(contact(&ada, &person).badge(), there.badge());
                    assert_eq!(written(&ada), before, "nothing is kept of it");
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert!(latest > 0);
    }
}

#[test]
fn a_later_meeting_counts_again_and_an_update_between_meetings_stays_history() {
    let (mut ada, mut grace) = (Phone::of("Ada"), Phone::of("Grace"));
    meet(&mut ada, &mut grace);
    let person = grace.person();
    let claimed = contact(&ada, &person).meetings()[0].claimed_time().seconds();
    let at = |after: u32| UnixTime::clamped(i64::from(claimed + after));
    let sign =
        |grace: &Phone, name, after| BadgeUpdate::sign(grace.identity(), badge(name), at(after));
    let refused = updated(&mut ada, &sign(&grace, "As late as the meeting", 0));
    assert!(matches!(refused, Err(BookError::OlderBadge { .. })), "{refused:?}");
    updated(&mut ada, &sign(&grace, "Between", 1)).unwrap();
    assert_eq!(ada.names(), ["Between"]);
    grace.now += std::time::Duration::from_secs(60);
    grace.badge = badge("Met again");
    meet(&mut ada, &mut grace);
    assert_eq!(ada.names(), ["Met again"]);
    let late = updated(&mut ada, &sign(&grace, "Too late", 30));
    assert!(matches!(late, Err(BookError::OlderBadge { .. })), "{late:?}");
    updated(&mut ada, &sign(&grace, "Latest", 3_600)).unwrap();
    let contact = contact(&ada, &person);
    let shown = contact.meetings().iter().map(|m| m.badge().unwrap().name());
    assert_eq!(shown.collect::<Vec<_>>(), ["Grace", "Met again"]);
    assert_eq!((contact.name(), contact.updates().len()), ("Latest", 2));
}

#[test]
fn a_statement_makes_nobody_a_contact() {
    let mut ada = Phone::of("Ada");
    let [grace, new, eve, eves] = strangers(&mut ada, ["Grace", "Grace New", "Eve", "Eve Two"]);
    met(&mut ada, &grace);
    let before = written(&ada);
    let refused = [
        applied(&mut ada, &link(&eve, &eves)),
        updated(&mut ada, &signed(&eve.0, "Eve", 9)),
        updated(&mut ada, &signed(&new.0, "Grace New", 9)),
    ];
    assert!(refused.iter().all(|r| matches!(r, Err(BookError::NotMet))), "{refused:?}");
    assert_eq!(written(&ada), before);
    // Of two keys, one was met, and the other still wasn't: whichever is the old one.
    applied(&mut ada, &link(&grace, &new)).unwrap();
    applied(&mut ada, &link(&eve, &grace)).unwrap();
    for _ in 0..2 {
        for someone in [&new, &eve] {
            let person = someone.0.person();
            assert!(ada.contact(&person).unwrap().is_none());
            assert_eq!(ada.standing(&person).unwrap(), Standing::New);
        }
        assert_eq!((ada.names(), listed(&ada)), (vec!["Grace".into()], vec!["Grace".into()]));
        let grace = grace.0.person();
        assert_eq!(ada.same_person(&grace).unwrap(), [grace]);
        ada.reopen();
    }
    let refused = updated(&mut ada, &signed(&new.0, "Grace New", 9));
    assert!(matches!(refused, Err(BookError::NotMet)), "{refused:?}");
}

#[test]
fn a_link_makes_two_who_were_met_one_person_for_whom_the_new_key_stands() {
    let mut ada = Phone::of("Ada");
    let [old, new] = strangers(&mut ada, ["Grace Old", "Grace New"]);
    // The old phone was met once more after the new one.
    let [first, second] = [met(&mut ada, &new), met(&mut ada, &old)];
    let link = link(&old, &new);
    applied(&mut ada, &link).unwrap();
    let before = written(&ada);
    applied(&mut ada, &link).unwrap();
    assert_eq!(written(&ada), before, "the same again changes nothing");
    for _ in 0..2 {
        for person in [first, second] {
            assert_eq!(ada.same_person(&person).unwrap(), [first, second]);
        }
        assert_eq!(listed(&ada), ["Grace New"]);
        assert_eq!(ada.search("old").unwrap()[0].person, first);
        assert_eq!(contact(&ada, &second).meetings().len(), 1, "the proofs stay where they are");
        let (book, rng) = ada.both();
        book.rotate(rng).unwrap();
        ada.reopen();
    }
}

#[test]
fn a_new_key_is_known_before_it_is_accepted_and_one_person_with_the_old_one_after() {
    let mut ada = Phone::of("Ada");
    let [old, between, new, other] = strangers(&mut ada, ["Old", "Between", "New", "Other"]);
    let (was, is) = (met(&mut ada, &old), new.0.person());
    assert_eq!(ada.known_as(&is).unwrap(), None);
    // Two new phones since then, of which the first one was never met.
    applied(&mut ada, &link(&old, &between)).unwrap();
    applied(&mut ada, &link(&between, &new)).unwrap();
    ada.reopen();
    assert_eq!(ada.known_as(&is).unwrap(), Some(was));
    assert_eq!(ada.known_as(&between.0.person()).unwrap(), Some(was));
    assert_eq!(ada.known_as(&other.0.person()).unwrap(), None);
    assert_eq!((ada.known_as(&was).unwrap(), listed(&ada)), (None, vec!["Old".to_owned()]));
    met(&mut ada, &new);
    assert_eq!(ada.same_person(&was).unwrap(), [is, was]);
    assert_eq!(listed(&ada), ["New"]);
}

#[test]
fn what_contradicts_a_link_is_refused_by_name_and_the_first_stays() {
    let mut ada = Phone::of("Ada");
    let [old, new, thief] = strangers(&mut ada, ["Grace Old", "Grace New", "Thief"]);
    let [was, is] = [met(&mut ada, &old), met(&mut ada, &new)];
    applied(&mut ada, &link(&old, &new)).unwrap();
    met(&mut ada, &thief);
    let before = written(&ada);
    let told = |refused: Result<(), BookError>| match refused {
        Err(BookError::LinkConflict(to)) => to,
        other => panic!("{other:?}"),
    };
    assert_eq!(told(applied(&mut ada, &link(&old, &thief))), is);
    assert_eq!(told(applied(&mut ada, &link(&new, &old))), is, "the way back");
    assert_eq!(written(&ada), before);
    assert_eq!(ada.same_person(&was).unwrap(), [is, was]);
    assert_eq!(ada.same_person(&thief.0.person()).unwrap(), [thief.0.person()]);
    let sentence = applied(&mut ada, &link(&old, &thief)).unwrap_err().to_string();
    assert!(sentence.contains(&is.fingerprint().to_string()), "{sentence}");
}

#[test]
fn the_owner_has_the_last_word_on_who_is_one_person() {
    let mut ada = Phone::of("Ada");
    let [old, new] = strangers(&mut ada, ["Old", "New"]);
    let [was, is] = [met(&mut ada, &old), met(&mut ada, &new)];
    applied(&mut ada, &link(&old, &new)).unwrap();
    let (book, rng) = ada.both();
    // The clock of a link doesn't fall back with the number of entries.
    book.rotate(rng).unwrap();
    book.split_person(&was, rng).unwrap();
    applied(&mut ada, &link(&old, &new)).unwrap();
    for _ in 0..2 {
        assert_eq!(ada.same_person(&was).unwrap(), [was]);
        ada.reopen();
    }
    let (book, rng) = ada.both();
    book.merge_people(&was, &is, rng).unwrap();
    assert_eq!(ada.same_person(&was).unwrap(), [is, was]);
}

#[test]
fn a_link_takes_the_place_of_what_the_owner_said_before() {
    let mut ada = Phone::of("Ada");
    let [new, old] = strangers(&mut ada, ["New", "Old"]);
    let [is, was] = [met(&mut ada, &new), met(&mut ada, &old)];
    let (book, rng) = ada.both();
    book.merge_people(&is, &was, rng).unwrap();
    assert_eq!(ada.same_person(&is).unwrap(), [was, is], "whoever was met last stands for both");
    applied(&mut ada, &link(&old, &new)).unwrap();
    assert_eq!(ada.same_person(&is).unwrap(), [is, was]);
}

#[test]
fn links_and_badges_of_the_forgotten_are_forgotten() {
    for gone in 0..2 {
        let mut ada = Phone::of("Ada");
        let [old, new] = strangers(&mut ada, ["Old", "New"]);
        met(&mut ada, &old);
        applied(&mut ada, &link(&old, &new)).unwrap();
        updated(&mut ada, &signed(&old.0, "Older", 9)).unwrap();
        let person = [&old, &new][gone].0.person();
        assert_eq!(ada.forget(&[person]).unwrap().people, 1, "the new one was never met");
        for _ in 0..2 {
            assert_eq!(ada.known_as(&new.0.person()).unwrap(), None);
            ada.reopen();
        }
        assert_eq!(ada.names().len(), gone);
        // And nothing comes back with whoever is met again.
        let [was, is] = [met(&mut ada, &old), met(&mut ada, &new)];
        assert_eq!(
            (ada.same_person(&was).unwrap(), ada.same_person(&is).unwrap()),
            (vec![was], vec![is])
        );
        assert_eq!(contact(&ada, &was).updates().len(), gone);
    }
}

#[test]
fn nothing_is_taken_from_the_blocked_or_about_oneself() {
    let mut ada = Phone::of("Ada");
    let [old, new] = strangers(&mut ada, ["Old", "New"]);
    let (was, me) = (met(&mut ada, &old), (ada.identity().clone(), badge("Ada")));
    for refused in [
        applied(&mut ada, &link(&me, &old)),
        applied(&mut ada, &link(&old, &me)),
        updated(&mut ada, &signed(&me.0, "Ada", 9)),
    ] {
        assert!(matches!(refused, Err(BookError::OwnKey)), "{refused:?}");
    }
    ada.block(&was);
    let before = written(&ada);
    for refused in [
        applied(&mut ada, &link(&old, &new)),
        applied(&mut ada, &link(&new, &old)),
        updated(&mut ada, &signed(&old.0, "Old", 9)),
    ] {
        assert!(matches!(refused, Err(BookError::Blocked)), "{refused:?}");
    }
    assert_eq!(written(&ada), before);
}

#[test]
fn nobody_is_linked_with_whom_they_introduced() {
    let mut ada = Phone::of("Ada");
    let [old, new] = strangers(&mut ada, ["Old", "New"]);
    let [was, is] = [met(&mut ada, &old), met(&mut ada, &new)];
    let (book, rng) = ada.both();
    book.set_introducer(&is, Some(was), rng).unwrap();
    let refused = applied(&mut ada, &link(&old, &new));
    assert!(matches!(refused, Err(BookError::Circle)), "{refused:?}");
    let (book, rng) = ada.both();
    book.set_introducer(&is, None, rng).unwrap();
    applied(&mut ada, &link(&old, &new)).unwrap();
}
