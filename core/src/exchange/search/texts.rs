//! Codes, each kept once and named by a number.

use std::collections::{BTreeSet, HashMap};

use crate::wire::{self, Carrier, Envelope, Hello, Message, Sealed};

#[derive(Default)]
pub(super) struct Texts {
    all: Vec<(String, Message)>,
    numbers: HashMap<String, u32>,
}

impl Texts {
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let Envelope::Bytes(bytes) = wire::unwrap(text) else { panic!("not ours: {text}") };
        let number = self.all.len() as u32;
        self.all.push((text.to_owned(), Message::parse(&bytes).unwrap()));
        self.numbers.insert(text.to_owned(), number);
        number
    }

    pub(super) fn of_hello(&mut self, hello: Hello) -> u32 {
        self.number(&Carrier::lapel().wrap(&hello.to_bytes()))
    }

    pub(super) fn of_sealed(&mut self, sealed: &Sealed) -> u32 {
        self.number(&Carrier::lapel().wrap(&sealed.to_bytes()))
    }

    pub(super) fn text(&self, number: u32) -> &str {
        &self.all[number as usize].0
    }

    pub(super) fn message(&self, number: u32) -> &Message {
        &self.all[number as usize].1
    }

    /// A code in a few words.
    pub(super) fn describe(&self, number: u32) -> String {
        let short = |bytes: &[u8]| format!("{:02x}{:02x}", bytes[0], bytes[1]);
        match self.message(number) {
            Message::Hello(h) => {
                format!("hello {} {}", short(&h.ephemeral), short(&h.commitment))
            }
            Message::Sealed(s) => {
                format!("{:?} {} ({number})", s.kind, short(&s.ephemeral))
            }
            Message::Part(_) => format!("part ({number})"),
        }
    }

    /// All plaintexts of a session begin alike, so that two messages under one key and nonce would
    /// begin alike too.
    pub(super) fn assert_no_key_sealed_twice(&self, film: &BTreeSet<u32>) {
        let mut heads = BTreeSet::new();
        for number in film {
            if let Message::Sealed(sealed) = self.message(*number) {
                let head = (sealed.kind as u8, sealed.ephemeral, &sealed.ciphertext[..16]);
                assert!(heads.insert(head), "one key sealed two plaintexts");
            }
        }
    }
}
