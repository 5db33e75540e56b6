//! A home gives nothing away to whoever has its book and not its keys.

use std::fs;

use crate::support::{Person, files, two_who_met};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Files of a home that hold these bytes, raw or as hexadecimal text in either case.
fn holding(person: &Person, wanted: &[u8]) -> usize {
    let digits = hex(wanted);
    let needles =
        [wanted.to_vec(), digits.clone().into_bytes(), digits.to_uppercase().into_bytes()];
    let holds = |file: &Vec<u8>| {
        needles.iter().any(|needle| file.windows(needle.len()).any(|window| window == needle))
    };
    files(&person.home()).iter().map(|path| fs::read(path).unwrap()).filter(holds).count()
}

#[test]
fn no_name_note_tag_event_or_key_is_in_clear_in_any_file_of_either_home() {
    let (_dir, ada, grace) = two_who_met();
    ada.ok(&["note", "Grace Hopper", "wrote the compiler"]);
    ada.ok(&["tag", "Grace Hopper", "flowmatic"]);
    let keys = [&ada, &grace].map(|p| p.json(&["whoami"])["id"].as_str().unwrap().to_owned());
    let raw = |id: &str| -> Vec<u8> {
        (0..32).map(|i| u8::from_str_radix(&id[2 * i..2 * i + 2], 16).unwrap()).collect()
    };
    let words = [
        "Ada Lovelace",
        "Grace Hopper",
        "Engines",
        "Admiral",
        "ada@example.org",
        "Rust Week",
        "wrote the compiler",
        "flowmatic",
    ];
    let secrets: Vec<Vec<u8>> = words
        .iter()
        .map(|word| word.as_bytes().to_vec())
        .chain(keys.iter().map(|id| raw(id)))
        .collect();
    for person in [&ada, &grace] {
        for secret in &secrets {
            assert_eq!(holding(person, secret), 0, "{}", String::from_utf8_lossy(secret));
        }
        // And the search would have found them.
        for secret in &secrets {
            let planted = person.home().join("book").join("planted");
            fs::write(&planted, [&b"before "[..], secret, b" after"].concat()).unwrap();
            assert_eq!(holding(person, secret), 1);
            fs::write(&planted, hex(secret)).unwrap();
            assert_eq!(holding(person, secret), 1);
            fs::remove_file(planted).unwrap();
        }
    }
}
