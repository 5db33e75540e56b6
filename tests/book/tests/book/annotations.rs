//! What the owner writes down about people, and who is one person.

use lapel::book::{BookError, FollowUp, Introduction, MAX_TAGS, Order, Query, Rating};
use lapel::date::Date;
use lapel::identity::PersonId;
use lapel_book_tests::{Phone, encounter, stranger};

fn add(phone: &mut Phone, name: &str) -> PersonId {
    let someone = stranger(name, &mut phone.rng);
    let met = encounter(phone, &someone);
    let _ = phone.record(&met).unwrap();
    someone.0.person()
}

fn add_all<const N: usize>(phone: &mut Phone, names: [&str; N]) -> [PersonId; N] {
    names.map(|name| add(phone, name))
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn found(phone: &Phone, query: &Query) -> Vec<String> {
    let page = phone.list(query, None, usize::MAX).unwrap();
    assert_eq!((page.people.len(), page.next), (phone.count(query).unwrap(), None));
    page.people.into_iter().map(|line| line.name).collect()
}

#[test]
fn what_is_written_about_a_person_is_there_after_an_open_and_a_rewrite() {
    let mut ada = Phone::of("Ada");
    let [grace, alan] = add_all(&mut ada, ["Grace", "Alan"]);
    let (book, rng) = ada.both();
    book.rate(&grace, Some(Rating::new(4).unwrap()), rng).unwrap();
    book.rate(&grace, Some(Rating::new(5).unwrap()), rng).unwrap();
    book.follow_up(&grace, Some(day("2026-12-01")), rng).unwrap();
    book.set_place(&grace, "  the coffee queue ", rng).unwrap();
    book.set_introducer(&grace, Some(alan), rng).unwrap();
    book.rate(&alan, Some(Rating::new(1).unwrap()), rng).unwrap();
    book.rate(&alan, None, rng).unwrap();
    for round in 0..3 {
        let contact = ada.contact(&grace).unwrap().unwrap();
        assert_eq!(contact.rating().map(Rating::points), Some(5));
        let follow_up = FollowUp { on: day("2026-12-01"), done: round > 0 };
        assert_eq!(
            (contact.follow_up(), contact.place()),
            (Some(follow_up), Some("the coffee queue"))
        );
        let by = Introduction { forgotten: 0, by: Some(alan) };
        assert_eq!(contact.introduction(), Some(by));
        let other = ada.contact(&alan).unwrap().unwrap();
        assert_eq!((other.rating(), other.follow_up(), other.place()), (None, None, None));
        let line = ada.search("grace").unwrap().remove(0);
        assert_eq!((line.rating, line.follow_up), (contact.rating(), contact.follow_up()));
        assert_eq!(line.introduction(), contact.introduction());
        let (book, rng) = ada.both();
        book.followed_up(&grace, rng).unwrap();
        if round == 1 {
            book.rotate(rng).unwrap();
        }
        ada.reopen();
    }
    let (book, rng) = ada.both();
    book.follow_up(&grace, None, rng).unwrap();
    assert!(matches!(book.followed_up(&grace, rng), Err(BookError::NoFollowUp)));
    book.set_place(&grace, " ", rng).unwrap();
    book.set_introducer(&grace, None, rng).unwrap();
    let contact = ada.contact(&grace).unwrap().unwrap();
    assert_eq!((contact.follow_up(), contact.place(), contact.introduction()), (None, None, None));
}

#[test]
fn what_can_t_be_is_refused_by_name_and_nothing_is_written() {
    let mut ada = Phone::of("Ada");
    let [grace, alan, kay] = add_all(&mut ada, ["Grace", "Alan", "Kay"]);
    let nobody = stranger("Nobody", &mut ada.rng).0.person();
    let (book, rng) = ada.both();
    book.set_introducer(&grace, Some(alan), rng).unwrap();
    book.set_introducer(&alan, Some(kay), rng).unwrap();
    for number in 0..MAX_TAGS {
        book.tag(&kay, &format!("tag {number}"), rng).unwrap();
    }
    let before = std::fs::read(lapel_book_tests::ledger(&ada.home())).unwrap();
    let (book, rng) = ada.both();
    for person in [kay, alan, grace] {
        let error = book.set_introducer(&kay, Some(person), rng).unwrap_err();
        assert!(matches!(error, BookError::Circle), "{error}");
    }
    assert!(matches!(book.tag(&kay, "one more", rng), Err(BookError::TooManyTags)));
    book.tag(&kay, "tag 7", rng).unwrap();
    assert!(matches!(book.set_place(&kay, "a\u{202E}b", rng), Err(BookError::Place(_))));
    assert!(matches!(book.set_place(&kay, &"x".repeat(97), rng), Err(BookError::Place(_))));
    assert!(Rating::new(0).is_err() && Rating::new(6).is_err());
    let refused = [
        book.rate(&nobody, None, rng),
        book.follow_up(&nobody, None, rng),
        book.followed_up(&nobody, rng),
        book.set_place(&nobody, "", rng),
        book.set_introducer(&nobody, None, rng),
        book.set_introducer(&kay, Some(nobody), rng),
        book.merge_people(&kay, &nobody, rng),
        book.merge_people(&nobody, &kay, rng),
        book.split_person(&nobody, rng),
    ];
    assert!(refused.iter().all(|r| matches!(r, Err(BookError::NotMet))), "{refused:?}");
    assert!(matches!(book.merge_people(&kay, &kay, rng), Err(BookError::OnePerson)));
    assert!(matches!(book.split_person(&kay, rng), Err(BookError::NotMerged)));
    assert_eq!(std::fs::read(lapel_book_tests::ledger(&ada.home())).unwrap(), before);
}

#[test]
fn lists_have_whom_one_is_looking_for_in_the_order_one_wants() {
    let mut ada = Phone::of("Ada");
    let names = ["zoë", "Åsa", "Émile", "emil", "Zoe", "山田", "asa"];
    let [zoe, asa, emile, emil, ..] = add_all(&mut ada, names);
    let by_name = Query { order: Order::Name, ..Query::default() };
    assert_eq!(found(&ada, &by_name), ["asa", "Åsa", "emil", "Émile", "Zoe", "zoë", "山田"]);
    assert_eq!(found(&ada, &Query::default())[..2], ["asa", "山田"]);
    let (book, rng) = ada.both();
    book.tag(&zoe, "Rust Foundation", rng).unwrap();
    book.tag(&asa, "rust foundation", rng).unwrap();
    book.tag(&emil, "rust", rng).unwrap();
    book.set_introducer(&emile, Some(emil), rng).unwrap();
    book.follow_up(&zoe, Some(day("2026-12-24")), rng).unwrap();
    book.follow_up(&asa, Some(day("2026-11-30")), rng).unwrap();
    book.follow_up(&emil, Some(day("2026-11-01")), rng).unwrap();
    book.followed_up(&emil, rng).unwrap();
    book.rate(&emil, Some(Rating::new(3).unwrap()), rng).unwrap();
    let tagged = Query { tag: Some("RUST foundation ".into()), ..Query::default() };
    assert_eq!(found(&ada, &tagged), ["Åsa", "zoë"]);
    let introduced = Query { introduced_by: Some(emil), ..Query::default() };
    assert_eq!(found(&ada, &introduced), ["Émile"]);
    let due = |by| Query { due_by: Some(day(by)), order: Order::Due, ..Query::default() };
    assert_eq!(found(&ada, &due("2026-11-30")), ["Åsa"]);
    assert_eq!(found(&ada, &due("2199-12-31")), ["Åsa", "zoë"]);
    assert!(found(&ada, &due("2026-11-29")).is_empty());
    let rated = |points| Query { rating: Some(Rating::new(points).unwrap()), ..Query::default() };
    assert_eq!((found(&ada, &rated(3)).len(), found(&ada, &rated(4)).len()), (1, 0));
    let event = |name: &str| Query { event: Some(name.into()), ..Query::default() };
    assert_eq!((found(&ada, &event("RustConf")).len(), found(&ada, &event("rust")).len()), (7, 0));
    let confirmed = Query { confirmed: true, ..Query::default() };
    assert!(found(&ada, &confirmed).is_empty(), "they only offered");
    let several = Query { text: "as".into(), order: Order::Name, ..tagged };
    assert_eq!(found(&ada, &several), ["Åsa"]);
}

#[test]
fn pages_follow_each_other_while_people_come_and_go() {
    let mut ada = Phone::of("Ada");
    for number in 0..40 {
        add(&mut ada, &format!("P{:02}", number * 7 % 40));
    }
    for order in [Order::Name, Order::Latest, Order::Due] {
        let query = Query { order, ..Query::default() };
        let (mut names, mut after) = (Vec::new(), None);
        loop {
            let page = ada.list(&query, after.as_ref(), 7).unwrap();
            names.extend(page.people.into_iter().map(|line| line.name));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(names, found(&ada, &query));
        assert_eq!(names.len(), 40);
    }
    let query = Query { order: Order::Name, ..Query::default() };
    let first = ada.list(&query, None, 10).unwrap();
    assert_eq!((first.people[9].name.as_str(), first.people.len()), ("P09", 10));
    let gone = first.people[9].person;
    assert_eq!(ada.forget(&[gone]).unwrap().people, 1);
    add(&mut ada, "P05 again");
    add(&mut ada, "P10 again");
    let second = ada.list(&query, first.next.as_ref(), 3).unwrap();
    let names: Vec<_> = second.people.into_iter().map(|line| line.name).collect();
    assert_eq!(names, ["P10", "P10 again", "P11"]);
    assert!(ada.list(&query, None, 0).unwrap().people.is_empty());
}

#[test]
fn two_contacts_can_be_one_person_and_two_again() {
    let mut ada = Phone::of("Ada");
    let [old, grace, new, newest] =
        add_all(&mut ada, ["Kay Old", "Grace", "Kay New", "Kay Newest"]);
    let (book, rng) = ada.both();
    book.tag(&old, "smalltalk", rng).unwrap();
    book.merge_people(&new, &old, rng).unwrap();
    book.merge_people(&old, &newest, rng).unwrap();
    assert!(matches!(book.merge_people(&new, &newest, rng), Err(BookError::OnePerson)));
    ada.reopen();
    for person in [old, new, newest] {
        let all = ada.same_person(&person).unwrap();
        assert_eq!((all[0], all.len()), (newest, 3));
    }
    assert_eq!(ada.same_person(&grace).unwrap(), [grace]);
    // Each keeps its own proofs; lists show one, and find it by any.
    assert_eq!(ada.contacts().unwrap().len(), 4);
    assert_eq!(found(&ada, &Query::default()), ["Kay Newest", "Grace"]);
    assert_eq!(found(&ada, &Query::of("old smalltalk")), ["Kay Newest"]);
    assert_eq!(
        found(&ada, &Query { tag: Some("smalltalk".into()), ..Query::default() }),
        ["Kay Newest"]
    );
    let (book, rng) = ada.both();
    book.split_person(&newest, rng).unwrap();
    assert_eq!(ada.same_person(&newest).unwrap(), [newest]);
    assert_eq!(ada.same_person(&old).unwrap().len(), 2);
    let (book, rng) = ada.both();
    book.split_person(&old, rng).unwrap();
    assert!(matches!(book.split_person(&new, rng), Err(BookError::NotMerged)));
    ada.reopen();
    assert_eq!(found(&ada, &Query::default()), ["Kay Newest", "Kay New", "Grace", "Kay Old"]);
    // Whoever stands for another can be forgotten without them.
    let (book, rng) = ada.both();
    book.merge_people(&old, &new, rng).unwrap();
    assert_eq!(ada.forget(&[new]).unwrap().people, 1);
    assert_eq!(found(&ada, &Query::default()), ["Kay Newest", "Grace", "Kay Old"]);
}

#[test]
fn whoever_listens_is_told_of_every_change_once_it_is_durable() {
    use std::sync::{Arc, Mutex};

    use lapel::book::Change;

    let mut ada = Phone::of("Ada");
    let grace = add(&mut ada, "Grace");
    let told = Arc::new(Mutex::new(Vec::new()));
    let (into, file) = (Arc::clone(&told), lapel_book_tests::ledger(&ada.home()));
    let size = move || std::fs::read(&file).map_or(0, |b| b.iter().filter(|b| **b != 0).count());
    let (book, rng) = ada.both();
    let id = book.listen(Arc::new(move |change| into.lock().unwrap().push((change, size()))));
    let badge = lapel::badge::Badge::new(lapel::badge::BadgeFields::named("Ada")).unwrap();
    let before = told.lock().unwrap().len();
    book.tag(&grace, "cobol", rng).unwrap();
    book.tag(&grace, "cobol", rng).unwrap();
    book.set_badge("work", &badge, rng).unwrap();
    assert!(book.set_place(&grace, &"x".repeat(99), rng).is_err());
    book.suspend().unwrap();
    book.resume(rng).unwrap();
    book.block(&grace, rng).unwrap();
    book.forget(&[grace], rng).unwrap();
    let told_by_now = told.lock().unwrap().clone();
    let changes: Vec<Change> = told_by_now.iter().map(|(change, _)| *change).collect();
    let expected = [Change::Person(grace), Change::Badges, Change::Person(grace), Change::All];
    assert_eq!((before, &changes[..]), (0, &expected[..]));
    assert!(told_by_now[0].1 < told_by_now[1].1, "it is in the file by then");
    assert!(book.unlisten(id) && !book.unlisten(id));
    book.unblock(&grace, rng).unwrap();
    book.block(&grace, rng).unwrap();
    assert_eq!(told.lock().unwrap().len(), 4);
}

#[test]
fn nobody_introduces_themselves_under_another_key() {
    let mut ada = Phone::of("Ada");
    let [old, lars, new, grace] = add_all(&mut ada, ["Kay Old", "Lars", "Kay New", "Grace"]);
    let (book, rng) = ada.both();
    book.set_introducer(&lars, Some(old), rng).unwrap();
    book.set_introducer(&grace, Some(lars), rng).unwrap();
    for other in [old, lars] {
        let error = book.merge_people(&grace, &other, rng).unwrap_err();
        assert!(matches!(error, BookError::Circle), "{error}");
    }
    book.merge_people(&old, &new, rng).unwrap();
    for by in [lars, grace, old, new] {
        for person in [old, new] {
            let error = book.set_introducer(&person, Some(by), rng).unwrap_err();
            assert!(matches!(error, BookError::Circle), "{error}");
        }
    }
    book.split_person(&old, rng).unwrap();
    book.set_introducer(&new, Some(grace), rng).unwrap();
    let error = book.merge_people(&old, &new, rng).unwrap_err();
    assert!(matches!(error, BookError::Circle), "they would have introduced themselves: {error}");
}
