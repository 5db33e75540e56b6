//! Books that earlier versions wrote, one for each format that was ever in use. `fixtures/` holds
//! them as they were; the program that wrote the newest, with entries of every kind, is
//! `src/bin/fixture.rs`. The older two are of a time when there were four kinds; the one
//! with the first index is the other one, its rows taken back to what schema 1 was.

use std::fs;
use std::path::{Path, PathBuf};

use lapel::badge::{Badge, BadgeFields};
use lapel::book::{Book, Contact, Focus, IndexState, Stop};
use lapel::receipt::{Disclosure, Receipt, State};
use lapel_book_tests::{copy_tree, files, phone};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use tempfile::TempDir;

const NEWEST: &str = "format-1-index-3";

fn fixtures() -> Vec<PathBuf> {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found: Vec<_> = fs::read_dir(all).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert!(!found.is_empty());
    found
}

/// A copy to open, with keys as private as they were before they came through version control.
fn copy_of(fixture: &Path) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy_tree(fixture, dir.path());
    #[cfg(unix)]
    for name in files(&dir.path().join("keys")).keys() {
        use std::os::unix::fs::PermissionsExt;
        let key = dir.path().join("keys").join(name);
        fs::set_permissions(key, fs::Permissions::from_mode(0o600)).unwrap();
    }
    dir
}

/// What entries of kinds 5 to 9 say.
fn has_what_newer_kinds_say(book: &Book, contacts: &[Contact]) {
    let [grace, _, old, new] = contacts else { panic!("{} contacts", contacts.len()) };
    // Two keys that are one person's, whose badge was changed since.
    let listed = book.latest(usize::MAX).unwrap();
    let edsger: Vec<_> = listed.iter().filter(|line| line.name.starts_with("Edsger")).collect();
    assert_eq!((edsger.len(), edsger[0].person), (1, new.person()), "{edsger:?}");
    assert_eq!((old.name(), new.name()), ("Edsger", "Edsger W. Dijkstra"));
    assert_eq!(new.updates().len(), 1);
    // What came of the others, one of whom was forgotten.
    let lookback = book.lookback(&Focus::default()).unwrap();
    let [traced] = &lookback.outcomes[..] else { panic!("{lookback:?}") };
    assert_eq!(traced.outcome.fields.title, "A compiler");
    assert_eq!(traced.outcome.notes[0].texts(), ["Delivered."]);
    let leads_to = |stop: Stop| traced.steps.iter().any(|step| step.to == stop);
    assert!(leads_to(Stop::Root(grace.person())) && leads_to(Stop::Forgotten(1)), "{traced:?}");
}

#[test]
fn a_book_of_every_format_opens_and_everything_in_it_is_there() {
    for fixture in fixtures() {
        let dir = copy_of(&fixture);
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        for time in 0..2 {
            let (mut book, report) = phone::open(dir.path(), &mut rng).unwrap();
            assert!(!report.created && report.damage.is_empty() && report.torn == 0, "{report:?}");
            let is_newest = fixture.ends_with(NEWEST);
            match &report.index {
                IndexState::Current { added: 0 } if time == 1 || is_newest => {}
                IndexState::Rebuilt { cause } if time == 0 => {
                    let of_another_engine = cfg!(not(feature = "sled"));
                    assert!(of_another_engine || cause == "it has another schema or owner");
                }
                other => panic!("{}: {other:?}", fixture.display()),
            }
            let contacts = book.contacts().unwrap();
            let names: Vec<_> = contacts.iter().map(|contact| contact.name()).collect();
            assert_eq!(names[..2], ["Grace", "Alan"]);
            if is_newest {
                has_what_newer_kinds_say(&book, &contacts);
            } else {
                assert_eq!(names.len(), 2);
            }
            let (grace, alan) = (&contacts[0], &contacts[1]);
            assert_eq!((grace.meetings().len(), grace.state()), (2, State::Confirmed));
            assert_eq!((alan.meetings().len(), alan.state()), (1, State::Confirmed));
            assert_eq!(grace.notes()[0].texts(), ["Owes me a compiler."]);
            assert_eq!(alan.tags(), ["enigma"]);
            assert_eq!(book.blocked().unwrap().len(), 1);
            let badge = Badge::new(BadgeFields::named("Ada")).unwrap();
            assert_eq!(book.badge_on_show().unwrap(), Some(("home".into(), badge)));
            assert_eq!(book.badges().unwrap().len(), 2);
            for contact in &contacts {
                for meeting in contact.meetings() {
                    let receipt = meeting.receipt(Disclosure { holder: true, peer: true });
                    let shown = Receipt::verify(&receipt.to_bytes()).unwrap();
                    assert_eq!(shown.peer.badge.as_ref(), meeting.badge());
                }
            }
            let check = book.check().unwrap();
            assert_eq!((check.healed, check.damage.len(), check.rebuilt), (0, 0, None));
            book.close().unwrap();
        }
    }
}

/// What was written yesterday can be written on today: forgetting rewrites it in today's format.
#[test]
fn a_book_of_every_format_can_be_written_in_and_written_anew() {
    for fixture in fixtures() {
        let dir = copy_of(&fixture);
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let (mut book, _) = phone::open(dir.path(), &mut rng).unwrap();
        let people: Vec<_> = book.contacts().unwrap().iter().map(|c| c.person()).collect();
        book.tag(&people[0], "cobol", &mut rng).unwrap();
        assert_eq!(book.forget(&people[1..2], &mut rng).unwrap().people, 1);
        drop(book);
        let (book, _) = phone::open(dir.path(), &mut rng).unwrap();
        let contacts = book.contacts().unwrap();
        assert_eq!(contacts.len(), people.len() - 1);
        assert_eq!(contacts[0].tags(), ["cobol"]);
    }
}
