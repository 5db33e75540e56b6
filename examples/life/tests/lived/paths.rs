//! Every way back, by hand from the story. Of several links of one sort the order is that of ids.

use std::sync::Arc;

use lapel::book::{Book, Contact, Focus};
use lapel::vault::FileVault;
use lapel_life::LifeError;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::support::{back, life, live, person, told};

const WAYS: &str = "\
talk: Lifetimes without tears (2017-02-05)
  José Ángel Núñez, first met 2016-03-12 at rustfest-berlin
project: Kiln, a build cache (2018-01-20)
  林美玲, introduced
    someone you chose to forget
  Dr Samuel Okonkwo, introduced
    林美玲, introduced, see above
deal: Kiln's first sponsor (2018-09-14)
  Déborah Lévy, first met 2017-09-30 at strange-loop-2017
  after: Kiln, a build cache
    林美玲, introduced
      someone you chose to forget
    Dr Samuel Okonkwo, introduced
      林美玲, introduced, see above
project: Translated a paper of Ольга's (2019-04-01)
  Ольга Ковалевская, first met 2021-09-11 at открытый-код
job: Staff engineer at Meridian (2019-05-02)
  Grace Hopper, introduced
    someone you chose to forget
      Ada Byron, first met 2016-03-12 at rustfest-berlin
deal: Sold the old server rack (2019-06-08)
  someone you chose to forget
    Zofia Wójcik-Lind, introduced
      أمل حداد, introduced
        Νίκος Παπαδόπουλος, first met 2017-02-04 at fosdem-2017
talk: Keynote in Tokyo (2019-11-17)
  山田ゆき, introduced
    Grace Hopper, introduced
      someone you chose to forget
        Ada Byron, first met 2016-03-12 at rustfest-berlin
friendship: Sundays with Maud (2020-08-02)
  Maud Lindqvist, first met 2020-07-04
deal: Rewrote the ledger of Halden Bank (2020-11-30)
  Björn Ásgeirsson, introduced
    Zofia Wójcik-Lind, introduced
      أمل حداد, introduced
        Νίκος Παπαδόπουλος, first met 2017-02-04 at fosdem-2017
move: Moved to Porto (2021-03-01)
  Inês Carvalho, introduced
    Déborah Lévy, first met 2017-09-30 at strange-loop-2017
deal: Halden Bank, the second half (2021-06-30)
  an encounter with Björn Ásgeirsson, 2020-02-01 at fosdem-2020
    Björn Ásgeirsson, introduced
      Zofia Wójcik-Lind, introduced
        أمل حداد, introduced
          Νίκος Παπαδόπουλος, first met 2017-02-04 at fosdem-2017
  after: Rewrote the ledger of Halden Bank
    Björn Ásgeirsson, introduced, see above
habit: Learned to swim (2021-08-15)
talk: Three lectures on ownership (2021-09-12)
  Иван Петров, introduced
    Νίκος Παπαδόπουλος, first met 2017-02-04 at fosdem-2017
  Ольга Ковалевская, first met 2021-09-11 at открытый-код
project: Fjord maps on paper (2021-12-12)
  Tove Nygård, introduced
    2 people you chose to forget
      राहुल शर्मा, first met 2018-05-26 at oxidize-2018
friendship: Hiking with 佐藤花 (2022-05-03)
  佐藤花, introduced
    林美玲, introduced
      someone you chose to forget
job: Hired Minjun Kim (2022-09-01)
  Minjun Kim, first met 2018-05-26 at oxidize-2018
project: The Signal Garden (2023-01-15)
  Léonie Müller, introduced
    Minjun Kim, first met 2018-05-26 at oxidize-2018
talk: Opening talk in Nairobi (2023-10-08)
  عائشة بن علي, introduced
    Fatoumata Traoré, first met 2020-02-01 at fosdem-2020
deal: Bought the flat in Porto (2024-02-10)
  Inês Carvalho, introduced
    Déborah Lévy, first met 2017-09-30 at strange-loop-2017
project: A book on parsers (2024-05-20)
  Tomáš Dvořák, introduced
    Petra Nováková, introduced
      José Ángel Núñez, first met 2016-03-12 at rustfest-berlin
  after: Lifetimes without tears
    José Ángel Núñez, see above
deal: Seed money for Kiln Ltd (2024-06-28)
  Otieno Odhiambo, introduced
    Wanjikũ Mwangi, first met 2023-10-07 at rustconf-nairobi
  Wanjikũ Mwangi, see above
  after: Kiln's first sponsor
    Déborah Lévy, first met 2017-09-30 at strange-loop-2017
    after: Kiln, a build cache
      林美玲, introduced
        someone you chose to forget
      Dr Samuel Okonkwo, introduced
        林美玲, introduced, see above
friendship: ✨ Stella 🚀 held the rings (2024-09-07)
  אלי כהן, first met 2018-08-19
  ✨ Stella 🚀, first met 2020-02-02 at fosdem-2020
talk: A panel with 陈伟 (2024-11-24)
  陈伟, introduced
    中村健二, first met 2019-11-16 at 東京-systems-2019
  an encounter with 中村健二, 2024-11-23 at devconf-pune
    中村健二, see above
job: Adviser to Sahyadri Labs (2025-01-10)
  سنا خان, introduced
    अर्जुन मेनन, introduced
      प्रिया नायर, introduced
        राहुल शर्मा, first met 2018-05-26 at oxidize-2018
deal: Kiln Ltd sold to Meridian (2026-03-31)
  after: Staff engineer at Meridian
    Grace Hopper, introduced
      someone you chose to forget
        Ada Byron, first met 2016-03-12 at rustfest-berlin
  after: Seed money for Kiln Ltd
    Otieno Odhiambo, introduced
      Wanjikũ Mwangi, first met 2023-10-07 at rustconf-nairobi
    Wanjikũ Mwangi, see above
    after: Kiln's first sponsor
      Déborah Lévy, first met 2017-09-30 at strange-loop-2017
      after: Kiln, a build cache
        林美玲, introduced
          someone you chose to forget
        Dr Samuel Okonkwo, introduced
          林美玲, introduced, see above
";

/// Days from the earliest handshake behind it, by the calendar.
const DAYS: [(&str, Option<i32>); 25] = [
    ("lifetimes", Some(330)),
    ("kiln", None),
    ("sponsor", Some(349)),
    ("paper", Some(-894)),
    ("meridian", Some(1146)),
    ("rack", Some(854)),
    ("keynote", Some(1345)),
    ("sundays", Some(29)),
    ("halden", Some(1395)),
    ("porto", Some(1248)),
    ("halden2", Some(1607)),
    ("swimming", None),
    ("lectures", Some(1681)),
    ("fjords", Some(1296)),
    ("hiking", None),
    ("hire", Some(1559)),
    ("garden", Some(1695)),
    ("nairobi", Some(1345)),
    ("flat", Some(2324)),
    ("parsers", Some(2991)),
    ("seed", Some(2463)),
    ("wedding", Some(2211)),
    ("panel", Some(1835)),
    ("adviser", Some(2421)),
    ("exit", Some(3671)),
];

#[test]
fn every_way_back_is_the_storys() {
    let life = life();
    let told = told(&back(&life));
    let differs = told.lines().zip(WAYS.lines()).find(|(told, way)| told != way);
    assert_eq!(told, WAYS, "first in {differs:?}");
}

#[test]
fn every_way_is_as_long_as_the_calendar_says() {
    let life = life();
    let back = back(&life);
    let days = DAYS.map(|(what, _)| (what, back.outcome(life.outcomes[what]).unwrap().days));
    assert_eq!(days, DAYS);
}

#[test]
fn what_no_handshake_led_to_has_no_root_and_neither_has_what_began_with_someone_forgotten() {
    let life = life();
    let back = back(&life);
    for (what, people) in [("swimming", 0), ("kiln", 2), ("hiking", 2)] {
        let traced = back.outcome(life.outcomes[what]).unwrap();
        assert!(traced.roots.is_empty() && !traced.is_cut, "{what}");
        assert_eq!(traced.people.len(), people, "{what}");
    }
}

#[test]
fn a_way_through_either_key_of_one_person_ends_in_the_earlier_handshake() {
    let life = life();
    for (who, ways) in [("min", ["hire", "garden"]), ("ines", ["porto", "flat"])] {
        let [old, new] = [person(&life, who), person(&life, &format!("{who}2"))];
        assert_eq!(life.book.same_person(&old).unwrap(), [new, old]);
        let [by_old, by_new] = [old, new].map(|person| {
            life.book.lookback(&Focus { person: Some(person), ..Focus::default() }).unwrap()
        });
        assert_eq!(by_old, by_new);
        let found: Vec<_> = by_old.outcomes.iter().map(|traced| traced.outcome.id).collect();
        assert_eq!(found, ways.map(|what| life.outcomes[what]));
        assert!(by_old.handshake(&old).is_none(), "the new key stands for both");
    }
}

#[test]
fn two_lives_are_the_same() {
    let one = back(&life());
    let dir = tempfile::tempdir().unwrap();
    let again = live(dir.path());
    assert_eq!(again.people, life().people);
    let other = back(&again);
    assert_eq!(one, other);
    for (one, other) in life().book.contacts().unwrap().iter().zip(again.book.contacts().unwrap()) {
        assert_eq!((one.person(), one.badge()), (other.person(), other.badge()));
        assert_eq!((one.notes(), one.tags()), (other.notes(), other.tags()));
        let times = |c: &Contact| {
            let times =
                c.meetings().iter().map(|m| (m.met_at(), m.event().clone(), m.transcript()));
            times.collect::<Vec<_>>()
        };
        assert_eq!(times(one), times(&other));
    }
    // It is on disk as it was lived, and a second life needs another directory.
    drop(again);
    let vault = Arc::new(FileVault::new(dir.path().join("keys")));
    let (home, mut rng) = (dir.path().join("book"), ChaCha20Rng::seed_from_u64(1));
    let (book, report) = Book::open(&home, vault.clone(), &mut rng).unwrap();
    assert!(!report.created && report.damage.is_empty());
    assert_eq!(book.lookback(&Focus::default()).unwrap(), one);
    drop(book);
    let refused = lapel_life::write(&home, vault);
    assert!(matches!(refused, Err(LifeError::NotEmpty)));
}
