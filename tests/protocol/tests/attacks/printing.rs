//! What an app may well write into a log: nothing that can be printed says a secret.

use core::fmt::Debug;
use std::fs;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use lapel::book::Book;
use lapel::exchange::{AcceptError, Scanned};
use lapel::receipt::Disclosure;
use lapel::vault::{DataKey, FileVault, KeyId, KeyVault as _};
use lapel_protocol_tests::phone::Setup;
use lapel_protocol_tests::secrets::{self, Secret};
use lapel_protocol_tests::{Party, Phone, hex};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng as _, SeedableRng as _};

/// Everything that was printed, without white space and in lower case.
#[derive(Default)]
struct Log(String);

impl Log {
    fn takes(&mut self, value: &dyn Debug) {
        for text in [format!("{value:?}"), format!("{value:#?}"), format!("{value:x?}")] {
            self.says(&text);
        }
        // And what an app's panic about it would say, in a crash report for instance.
        let panic = panic::catch_unwind(AssertUnwindSafe(|| panic!("panicked: {value:?}")));
        let text = panic.unwrap_err();
        self.says(text.downcast_ref::<String>().unwrap());
    }

    fn says(&mut self, text: &str) {
        self.0.extend(text.to_lowercase().split_whitespace());
        self.0.push('\n');
    }

    /// The secrets of which eight bytes can be read in it, as digits or as numbers in a list.
    fn reveals(&self, secrets: &[Secret]) -> Vec<&'static str> {
        let is_there = |bytes: &[u8]| {
            let list = |of: fn(&u8) -> String| bytes.iter().map(of).collect::<Vec<_>>().join(",");
            let forms = [hex(bytes), list(|b| b.to_string()), list(|b| format!("{b:x}"))];
            forms.iter().any(|form| self.0.contains(form.as_str()))
        };
        let found = secrets.iter().filter(|(_, secret)| secret.chunks_exact(8).any(is_there));
        found.map(|(name, _)| *name).collect()
    }
}

#[test]
fn nothing_that_can_be_printed_says_a_secret() {
    let mut log = Log::default();
    let (mut ada, grace) = (Phone::named("Ada"), Party::named("Grace"));
    let (hello, me) = (ada.hello(), ada.person());
    let known = secrets::of_session(&Setup::named("Ada"), &grace);
    assert_eq!(known.hello, hello);

    // A whole meeting, printed at every step.
    log.takes(&ada.identity);
    log.takes(&ada.exchange);
    for message in [grace.hello(), vec![1, 0, 3], grace.offer(&hello)] {
        let scanned = ada.scan_bytes(message);
        log.takes(&scanned);
        log.says(&scanned.to_string());
        log.takes(&ada.exchange);
        log.takes(&ada.exchange.frame(ada.clock));
    }
    let seen = ada.exchange.waiting().remove(0);
    log.takes(&ada.accepts(&seen));
    log.takes(&ada.keeps(&seen));
    let Scanned::Confirmed(word) = ada.scan_bytes(grace.confirm(&hello, &me)) else { panic!() };
    log.takes(&word);
    log.takes(&ada.exchange);
    let contacts = ada.book().contacts().unwrap();
    log.takes(&contacts);
    let receipt = contacts[0].meetings()[0].receipt(Disclosure { holder: true, peer: true });
    log.takes(&receipt);
    log.says(&receipt.shown().to_string());
    log.says(&serde_json::to_string(&receipt.shown()).unwrap());
    ada.exchange.end();
    let ended = ada.exchange.accept(&seen.transcript).unwrap_err();
    assert_eq!(ended, AcceptError::Ended);
    log.takes(&ended);
    log.takes(&ada.exchange);

    // Books that open, and books that don't.
    let dir = tempfile::tempdir().unwrap();
    let random = || ChaCha20Rng::seed_from_u64(1);
    let (home, keys) = (dir.path().join("book"), dir.path().join("keys"));
    let vault = Arc::new(FileVault::new(&keys));
    let (book, report) = Book::open(&home, vault.clone(), &mut random()).unwrap();
    log.takes(&(&vault, &report, book.identity()));
    drop(book);
    let file = fs::read_dir(&keys).unwrap().next().unwrap().unwrap().path();
    let key = fs::read(&file).unwrap();
    let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
    let (store, epoch) = name.split_once('-').unwrap();
    let store: [u8; 16] = lapel_protocol_tests::unhex(store).try_into().unwrap();
    let id = KeyId { store, epoch: u32::from_str_radix(epoch, 16).unwrap() };
    log.takes(&(id, vault.load(&id).unwrap()));
    let wrong = [&[0x77; 32][..], &[0x77; 31], &[]];
    for bytes in wrong {
        fs::write(&file, bytes).unwrap();
        let Err(error) = Book::open(&home, vault.clone(), &mut random()) else { panic!() };
        log.takes(&error);
        log.says(&error.to_string());
    }
    let wrong = ("a wrong key", wrong[0].to_vec());
    // Drawn before the store id.
    let mut drawn = [0; 48];
    random().fill_bytes(&mut drawn);
    let own = ("the book's owner", drawn[..32].to_vec());
    assert_eq!(drawn[32..], store);
    let all = [known.identity, known.session, secrets::of_book(&key, &name), vec![wrong, own]];
    let all = all.concat();
    assert_eq!(log.reveals(&all), Vec::<&str>::new());

    // Had one been said, in any of these forms, it would have been found.
    let secret: [u8; 32] = Setup::named("Ada").secret;
    let mut telling = Log::default();
    telling.takes(&secret);
    assert_eq!(telling.0.matches("panicked").count(), 1);
    assert_eq!(telling.reveals(&all), ["identity"]);
    let said = [format!("{secret:?}"), format!("{secret:#?}"), hex(secret).to_uppercase()];
    for text in said {
        let mut log = Log::default();
        log.says(&text);
        assert_eq!(log.reveals(&all), ["identity"]);
    }
    assert_eq!(format!("{:?}", DataKey::from_bytes([1; 32])), "DataKey(hidden)");
}
