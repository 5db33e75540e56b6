//! A file is written whole, or what was there before stays.

use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use lapel::code::{Code, Coded};
use lapel::export::{ExportError, Format, Progress, Request, export, export_to};
use lapel_book_tests::stranger;

use super::*;

fn ada() -> Phone {
    let mut ada = Phone::of("Ada");
    for name in ["Bob", "Cyd", "Dee"] {
        let someone = stranger(name, &mut ada.rng);
        let met = encounter(&mut ada, &someone);
        let _ = ada.record(&met).unwrap();
    }
    ada
}

fn names_in(dir: &Path) -> Vec<String> {
    let names = fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn go_on(_: Progress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn an_export_takes_the_place_of_the_file_that_was_there() {
    let (ada, dir) = (ada(), tempfile::tempdir().unwrap());
    let path = dir.path().join("cards.vcf");
    fs::write(&path, "old, and longer than anything that is written in its place").unwrap();
    let request = Request::everybody(Format::Vcard4);
    let exported = export_to(&ada, &request, &path, &mut go_on).unwrap();
    let written = fs::read(&path).unwrap();
    assert_eq!((exported.contacts, exported.bytes), (3, written.len() as u64));
    let mut expected = Vec::new();
    export(&ada, &request, &mut expected, &mut go_on).unwrap();
    assert_eq!(written, expected);
    assert_eq!(names_in(dir.path()), ["cards.vcf"], "nothing stays beside it");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_cancelled_export_leaves_the_old_file_and_nothing_beside_it() {
    let (ada, dir) = (ada(), tempfile::tempdir().unwrap());
    let path = dir.path().join("cards.vcf");
    fs::write(&path, "old").unwrap();
    for at in 0..=3 {
        let mut cancel = |progress: Progress| match progress.done == at {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        };
        let error = export_to(&ada, &Request::everybody(Format::Csv), &path, &mut cancel);
        let error = error.unwrap_err();
        assert!(matches!(error, ExportError::Cancelled), "{error}");
        assert_eq!(error.code(), Code::Cancelled);
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(names_in(dir.path()), ["cards.vcf"]);
    }
}

#[test]
fn nobody_leaves_no_empty_file_in_place_of_another() {
    let (ada, dir) = (Phone::of("Ada"), tempfile::tempdir().unwrap());
    let path = dir.path().join("cards.vcf");
    fs::write(&path, "old").unwrap();
    let error = export_to(&ada, &Request::everybody(Format::Json), &path, &mut go_on).unwrap_err();
    assert_eq!(error.code(), Code::NobodyFound);
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
}

#[test]
fn a_path_that_cannot_be_written_is_named() {
    let (ada, dir) = (ada(), tempfile::tempdir().unwrap());
    let request = Request::everybody(Format::Jcard);
    for path in [dir.path().to_owned(), dir.path().join("no/such/directory/cards")] {
        let error = export_to(&ada, &request, &path, &mut go_on).unwrap_err();
        let sentence = error.to_string();
        assert!(
            sentence.starts_with(&format!("writing {} failed: ", path.display())),
            "{sentence}"
        );
        assert_eq!(error.code(), Code::SystemFailed);
    }
    assert!(names_in(dir.path()).is_empty());
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_written_to_as_it_is_and_a_full_one_says_so() {
    let ada = ada();
    let error =
        export_to(&ada, &Request::everybody(Format::Vcard3), Path::new("/dev/full"), &mut go_on);
    let error = error.unwrap_err();
    assert!(matches!(error, ExportError::Full { .. }), "{error}");
    assert_eq!(error.to_string(), "there is no room left to write /dev/full");
    assert_eq!(error.code(), Code::DiskFull);
    export_to(&ada, &Request::everybody(Format::Vcard3), Path::new("/dev/null"), &mut go_on)
        .unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_is_followed_and_stays_one() {
    let (ada, dir) = (ada(), tempfile::tempdir().unwrap());
    let (file, link) = (dir.path().join("file"), dir.path().join("link"));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    export_to(&ada, &Request::everybody(Format::Jsonl), &link, &mut go_on).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap().lines().count(), 3);
    // The disk that it leads to isn't there, and nothing goes to this one instead.
    fs::remove_file(&file).unwrap();
    let refused = export_to(&ada, &Request::everybody(Format::Jsonl), &link, &mut go_on);
    assert!(matches!(refused, Err(ExportError::File { .. })), "{refused:?}");
    assert_eq!(names_in(dir.path()), ["link"]);
}

/// Takes so many bytes and no more.
struct Narrow(usize);

impl io::Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_writer_that_fails_anywhere_is_an_error_and_no_less() {
    let ada = ada();
    for format in Format::ALL {
        let request = Request::everybody(format);
        let mut whole = Vec::new();
        export(&ada, &request, &mut whole, &mut go_on).unwrap();
        for room in (0..whole.len()).step_by(61).chain([whole.len() - 1]) {
            let error = export(&ada, &request, &mut Narrow(room), &mut go_on).unwrap_err();
            assert!(matches!(error, ExportError::Write(_)), "{format} in {room} bytes: {error}");
        }
        export(&ada, &request, &mut Narrow(whole.len()), &mut go_on).unwrap();
    }
}
