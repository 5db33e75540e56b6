//! What opening a book can meet, at the directory. Whatever it is, it has a name, nothing is
//! overwritten, and once the cause is gone the book opens and holds everything.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use lapel::book::{Book, OpenError};
use lapel_book_tests::{Phone, child, copy_tree, files, ledger, meet, phone};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(1)
}

/// A phone that met Grace and Alan.
fn sociable() -> Phone {
    let mut ada = Phone::of("Ada");
    for name in ["Grace", "Alan"] {
        meet(&mut ada, &mut Phone::of(name));
    }
    ada.reopen();
    ada
}

fn refusal(home: &Path, vault: &Phone) -> OpenError {
    Book::open(home, vault.vault(), &mut rng()).err().expect("opening was to be refused")
}

#[test]
fn a_directory_that_is_missing_or_empty_gets_a_book() {
    let dir = tempfile::tempdir().unwrap();
    let (deep, empty) = (dir.path().join("a/b/c"), dir.path().join("empty"));
    fs::create_dir_all(empty.join("book")).unwrap();
    for dir in [deep, empty] {
        let (book, report) = phone::open(&dir, &mut rng()).unwrap();
        assert!(report.created && report.torn == 0 && !report.cleaned);
        let owner = book.identity().person();
        drop(book);
        let (book, report) = phone::open(&dir, &mut rng()).unwrap();
        assert!(!report.created && book.identity().person() == owner);
    }
}

#[test]
fn something_else_is_left_alone_to_the_byte() {
    let ada = Phone::of("Ada");
    let layouts: [&[&str]; 7] = [
        &["photo.jpg"],
        &["book.sqlite", "notes/today.txt"],
        &["lock", "photo.jpg"],
        &["1/ledger"],
        &["00000001.new/ledger"],
        &["conf", "db", "blobs/1"],
        &[".hidden"],
    ];
    for layout in layouts {
        let dir = tempfile::tempdir().unwrap();
        for name in layout {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("this is {name}")).unwrap();
        }
        let before = files(dir.path());
        let error = refusal(dir.path(), &ada);
        assert!(matches!(error, OpenError::NotOurs { .. }), "{layout:?}: {error}");
        assert!(error.to_string().contains("isn't a book"));
        assert_eq!(files(dir.path()), before, "{layout:?}");
    }
}

#[test]
fn something_else_that_looks_like_a_book_is_left_alone_too() {
    let ada = Phone::of("Ada");
    let layouts: [(&str, &[u8]); 4] = [
        ("00000001/photo.jpg", b"a photo"),
        ("00000001/ledger", b""),
        ("00000001/ledger", b"SQLite format 3\0"),
        ("00000001", b"a file"),
    ];
    for (name, bytes) in layouts {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        let error = refusal(dir.path(), &ada);
        assert!(matches!(error, OpenError::NotOurs { .. }), "{name}: {error:?}");
        assert_eq!(fs::read(path).unwrap(), bytes);
        let strangers: Vec<_> = files(dir.path()).into_keys().collect();
        assert!(strangers.iter().all(|p| p == Path::new("lock") || p == Path::new(name)));
    }
}

#[test]
fn a_file_where_the_directory_should_be_is_left_alone() {
    let ada = Phone::of("Ada");
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("book");
    fs::write(&file, b"dear diary").unwrap();
    assert!(matches!(refusal(&file, &ada), OpenError::NotOurs { .. }));
    // Below a file nothing can be made, not even by root.
    let error = refusal(&file.join("book"), &ada);
    assert!(matches!(error, OpenError::Io { .. }), "{error:?}");
    assert!(error.to_string().starts_with("opening the book failed at "), "{error}");
    assert_eq!(fs::read(&file).unwrap(), b"dear diary");
    assert_eq!(files(dir.path()).len(), 1);
}

#[test]
fn a_stranger_beside_the_book_is_no_trouble_and_is_left_alone() {
    let mut ada = sociable();
    fs::write(ada.home().join(".DS_Store"), b"icons").unwrap();
    ada.reopen();
    let alan = ada.contacts().unwrap()[1].person();
    ada.forget(&[alan]).unwrap();
    ada.reopen();
    assert_eq!(ada.names(), ["Grace"]);
    assert_eq!(fs::read(ada.home().join(".DS_Store")).unwrap(), b"icons");
}

#[test]
fn a_newer_format_is_named_and_left_alone() {
    let mut ada = sociable();
    drop(ada.take());
    let path = ledger(&ada.home());
    let ours = fs::read(&path).unwrap();
    // The format stands behind the magic, in both copies of the header.
    let mut newer = ours.clone();
    for copy in [0, 512] {
        newer[copy + 8..copy + 10].copy_from_slice(&300_u16.to_be_bytes());
    }
    fs::write(&path, &newer).unwrap();
    let before = files(ada.dir());
    let error = ada.try_open().unwrap_err();
    assert!(matches!(error, OpenError::NewerVersion { found: 300, known } if known < 300));
    assert!(error.to_string().starts_with("the book has format 300, and this version knows"));
    assert_eq!(files(ada.dir()), before);
    fs::write(&path, &ours).unwrap();
    ada.reopen();
    assert_eq!(ada.names(), ["Grace", "Alan"]);
}

#[test]
fn a_spoilt_header_is_reported_and_mended_as_long_as_there_is_a_copy() {
    let mut ada = sociable();
    drop(ada.take());
    let path = ledger(&ada.home());
    let sound = fs::read(&path).unwrap();
    let spoil = |at: &[usize]| {
        let mut bytes = sound.clone();
        at.iter().for_each(|at| bytes[*at] ^= 0xFF);
        fs::write(&path, bytes).unwrap();
    };
    for at in [&[552][..], &[40], &[40, 552]] {
        spoil(at);
        assert!(ada.reopen().header_damaged);
        assert_eq!(fs::read(&path).unwrap(), sound, "mended, by the other copy or the index's");
        assert!(!ada.reopen().header_damaged);
        assert_eq!(ada.names(), ["Grace", "Alan"]);
    }
    drop(ada.take());
    fs::remove_dir_all(path.with_file_name("index")).unwrap();
    spoil(&[40, 552]);
    let error = ada.try_open().unwrap_err();
    assert!(matches!(&error, OpenError::DamagedHeader { .. }), "{error}");
    assert!(error.to_string().contains("is damaged"));
}

#[test]
fn a_book_in_use_in_this_process_is_refused_whatever_it_is_called() {
    let mut ada = sociable();
    let name = ada.home().file_name().unwrap().to_owned();
    let mut names = vec![ada.home(), ada.home().join("."), ada.home().join("..").join(name)];
    #[cfg(unix)]
    {
        let link = ada.dir().join("link");
        std::os::unix::fs::symlink(ada.home(), &link).unwrap();
        names.push(link);
    }
    for home in &names {
        let error = refusal(home, &ada);
        assert!(matches!(error, OpenError::InUse { .. }), "{error}");
        assert!(error.to_string().ends_with("is in use"));
    }
    assert_eq!(ada.names(), ["Grace", "Alan"], "whoever has it is not disturbed");
    drop(ada.take());
    for home in &names {
        let (book, _) = Book::open(home, ada.vault(), &mut rng()).unwrap();
        assert_eq!(book.contacts().unwrap().len(), 2);
    }
}

/// Opens the book it is told and says how it went; then keeps it until its input ends.
#[test]
fn child_that_opens() {
    let Some(dir) = child::told() else { return };
    match phone::open(&dir, &mut rng()) {
        Ok((book, _)) => {
            println!("\nanswer: opened with {} contacts", book.contacts().unwrap().len());
            let _ = std::io::stdin().lines().count();
        }
        Err(error) => println!("\nanswer: {error:?}"),
    }
}

fn answer(output: impl std::io::Read) -> String {
    let mut lines = BufReader::new(output).lines();
    let answer = lines.find_map(|line| Some(line.unwrap().strip_prefix("answer: ")?.to_owned()));
    answer.expect("the child has an answer")
}

#[test]
fn a_book_in_use_in_another_process_is_refused_until_that_ends() {
    let mut ada = sociable();
    let child = || child::run("doors::child_that_opens", ada.dir());
    let refused = child().output().unwrap();
    assert!(answer(&refused.stdout[..]).starts_with("InUse"));
    assert_eq!(ada.names(), ["Grace", "Alan"]);

    drop(ada.take());
    let mut holder =
        child::run("doors::child_that_opens", ada.dir()).stdin(Stdio::piped()).spawn().unwrap();
    assert_eq!(answer(holder.stdout.as_mut().unwrap()), "opened with 2 contacts");
    assert!(matches!(ada.try_open(), Err(OpenError::InUse { .. })));
    holder.kill().unwrap();
    holder.wait().unwrap();
    ada.reopen();
    assert_eq!(ada.names(), ["Grace", "Alan"]);
}

/// Root may write anywhere, so a process of somebody else tries: the user `nobody` if this is root.
#[cfg(unix)]
#[test]
fn a_directory_that_can_t_be_written_is_named() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65_534;

    let mut ada = sociable();
    drop(ada.take());
    let dir = tempfile::tempdir().unwrap();
    let root = fs::metadata(dir.path()).unwrap().uid() == 0;
    let (book, fresh) = (dir.path().join("ada"), dir.path().join("fresh"));
    copy_tree(ada.dir(), &book);
    fs::create_dir_all(fresh.join("book")).unwrap();
    let program = dir.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();

    let each = |dir: &Path, change: &dyn Fn(&Path)| {
        let mut left = vec![dir.to_path_buf()];
        while let Some(path) = left.pop() {
            if path.is_dir() {
                left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
            change(&path);
        }
    };
    let mode = |mode: u32| {
        move |path: &Path| {
            let keys = path.extension().is_some_and(|e| e == "key");
            let mode = if keys { 0o600 } else { mode };
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    };
    if root {
        each(dir.path(), &|path| chown(path, Some(NOBODY), Some(NOBODY)).unwrap());
    }
    let tried = |dir: &Path| {
        let template = child::run("doors::child_that_opens", dir);
        let mut command = std::process::Command::new(&program);
        command.args(template.get_args());
        command.envs(template.get_envs().filter_map(|(k, v)| Some((k, v?))));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).current_dir("/");
        if root {
            command.uid(NOBODY).gid(NOBODY);
        }
        answer(&command.output().unwrap().stdout[..])
    };
    each(dir.path(), &mode(0o555));
    let before = files(dir.path());
    for dir in [&book, &fresh, &fresh.join("missing")] {
        let answer = tried(dir);
        assert!(answer.starts_with("ReadOnly"), "{}: {answer}", dir.display());
    }
    assert_eq!(files(dir.path()), before);
    each(dir.path(), &mode(0o755));
    assert_eq!(tried(&book), "opened with 2 contacts");
    assert_eq!(tried(&fresh), "opened with 0 contacts");
}
