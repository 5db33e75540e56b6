use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use lapel::code::Code;
use lapel::export::Format;
use lapel_ffi::book::Book;
use lapel_ffi::contact::ContactQuery;
use lapel_ffi::export::{
    ContactPart, ExportRequest, ExportSelection, export_file_extension, export_media_type,
};
use lapel_ffi::rehearsal::rehearse_meetings;

use crate::phones::{Phone, code, turn};
use crate::unruly::watched;

fn everybody(format: Format) -> ExportRequest {
    let selection = ExportSelection::Everybody;
    ExportRequest { format, selection, parts: None, notes: false, outcomes: false }
}

fn found(text: &str) -> ExportSelection {
    ExportSelection::Found { query: ContactQuery { text: text.to_owned(), ..Default::default() } }
}

/// A phone, and the two in its book.
fn two_people() -> (Phone, Arc<Book>, [String; 2]) {
    let phone = Phone::of("Ada");
    rehearse_meetings(&phone.book, 2, "Rust Week".to_owned()).unwrap();
    let book = phone.book.clone();
    let people = book.list(ContactQuery::default(), None, 2).unwrap().people;
    let people = people.into_iter().map(|line| line.person).collect::<Vec<_>>();
    (phone, book, people.try_into().unwrap())
}

#[test]
fn exports_contacts() {
    let _turn = turn();
    let (phone, book, people) = two_people();
    book.note(people[0].clone(), "plays the theremin".to_owned()).unwrap();
    for format in Format::ALL {
        let path = phone.dir.path().join(format!("all.{}", export_file_extension(format)));
        let leaves = |request: ExportRequest| {
            let before = book.export_count(request.clone()).unwrap();
            let after = book.export_to(request, path.display().to_string()).unwrap();
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!((&before, after.bytes), (&after, text.len() as u64));
            (after, text)
        };
        let (exported, text) = leaves(everybody(format));
        assert_eq!((exported.contacts, exported.encounters, exported.notes), (2, 2, 0));
        // Not always beside their numbers: some tables part a name in two.
        assert!(text.matches("Person").count() >= 2, "{format}: {text}");
        assert!(text.contains("Rust Week") && !text.contains("theremin"), "{format}: {text}");
        let (exported, text) = leaves(ExportRequest { notes: true, ..everybody(format) });
        assert!(exported.notes == 1 && text.contains("theremin"), "{format}: {text}");
        let parts = Some(vec![ContactPart::Email]);
        let (_, text) = leaves(ExportRequest { parts, ..everybody(format) });
        assert!(!text.contains("Rust Week"), "{format}: {text}");
        assert!(!export_media_type(format).is_empty());
    }
    for selection in [found("Person 0"), ExportSelection::People { people: people[1..].to_vec() }] {
        let request = ExportRequest { selection, ..everybody(Format::Csv) };
        assert_eq!(book.export_count(request).unwrap().contacts, 1);
    }
    let named =
        |id: &str| ExportSelection::People { people: vec![people[0].clone(), id.to_owned()] };
    for (id, why) in [("grace", Code::NotAPerson), (&book.person(), Code::NotMet)] {
        let request = ExportRequest { selection: named(id), ..everybody(Format::Csv) };
        assert_eq!(code(book.export_count(request)), Some(why));
    }
    let preview = book.export_preview(everybody(Format::Vcard4), 1).unwrap();
    assert_eq!(preview.matches("BEGIN:VCARD").count(), 1, "{preview}");
}

#[test]
fn keeps_the_old_file() {
    let _turn = turn();
    let (dir, patience, book) = watched();
    let out = dir.path().join("out");
    fs::create_dir(&out).unwrap();
    let path = out.join("people.vcf");
    fs::write(&path, "as it was").unwrap();
    let leave =
        |request, path: &std::path::Path| code(book.export_to(request, path.display().to_string()));
    patience.ends.store(true, Ordering::SeqCst);
    assert_eq!(leave(everybody(Format::Vcard4), &path), Some(Code::Cancelled));
    patience.ends.store(false, Ordering::SeqCst);
    assert!(patience.seen.lock().unwrap().iter().all(|so_far| so_far.work == "exporting"));
    let nobody = ExportRequest { selection: found("nobody at all"), ..everybody(Format::Vcard4) };
    assert_eq!(leave(nobody, &path), Some(Code::NobodyFound));
    let nowhere = out.join("missing").join("people.vcf");
    assert_eq!(leave(everybody(Format::Vcard4), &nowhere), Some(Code::SystemFailed));
    assert_eq!(fs::read_to_string(&path).unwrap(), "as it was");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
}
