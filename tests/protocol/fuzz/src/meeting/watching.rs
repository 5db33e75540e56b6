//! What the world sees on the screens, and what must hold of it.

use lapel::exchange::{Shows, Verified};
use lapel_protocol_tests::schedule::{self, ephemeral_of, sha256};
use lapel_protocol_tests::{CONFIRM, OFFER, digits};

use super::{MOST_PARTIES, NAMES, World};

impl World {
    /// Whoever is shown signed, over this session, what their phone or the attacker then showed.
    pub(super) fn is_proven(&mut self, x: usize, seen: &Verified) {
        let (th, person) = (*seen.transcript.as_bytes(), *seen.person.as_bytes());
        if let Some(accepted) = &self.sides[x].accepted {
            assert_eq!(accepted, &(person, seen.badge.as_bytes().to_vec()));
            assert!(seen.accepted_before);
        }
        if person == self.sides[1 - x].person() {
            if self.run_of(x, &th).is_none() {
                (0..2).for_each(|x| self.watch(x));
            }
            let their_hello = self.run_of(x, &th).expect("a run of these two").1;
            let theirs = &self.sides[1 - x];
            let e = ephemeral_of(&their_hello);
            assert!(theirs.sealed.keys().any(|(session, ..)| *session == e), "they showed nothing");
            assert_eq!(seen.badge.name(), NAMES[1 - x]);
            if seen.confirmed {
                assert!(theirs.acknowledged.contains(&th), "they never confirmed");
            }
            return;
        }
        let mine = &self.sides[x];
        let runs =
            mine.hellos.iter().flat_map(|hello| self.parties.iter().map(move |p| (hello, p)));
        let mut runs = runs.enumerate().map(|(at, (hello, p))| (hello, at % self.parties.len(), p));
        let (hello, at, party) = runs
            .find(|(hello, _, p)| p.person() == person && p.transcript(hello) == th)
            .expect("someone who signed");
        let said = |kind| self.made.contains(&(th, kind));
        assert!(if seen.confirmed { said(CONFIRM) } else { said(OFFER) });
        assert_eq!(seen.badge.as_bytes(), party.contents.badge);
        if seen.check_code.is_some() {
            let known = mine.opened.get(&ephemeral_of(hello)).copied().unwrap_or(MOST_PARTIES);
            assert!(at < known, "a check code for a hello made after the blind was known");
        }
    }

    /// The two hellos of a run of both phones.
    fn run_of(&self, x: usize, th: &[u8; 32]) -> Option<(Vec<u8>, Vec<u8>)> {
        let [mine, theirs] = [x, 1 - x].map(|i| &self.sides[i].hellos);
        mine.iter().find_map(|a| {
            let b = theirs.iter().find(|b| schedule::transcript(a, b) == *th)?;
            Some((a.clone(), b.clone()))
        })
    }

    pub(super) fn frame(&mut self, x: usize) -> Option<String> {
        let side = &mut self.sides[x];
        let frame = side.phone.exchange.frame(side.phone.clock);
        assert_eq!(frame.is_none(), side.ended);
        let frame = frame?;
        assert_eq!(frame.shows == Shows::Confirm, side.confirms, "{:?}", frame.shows);
        let message = digits::message(&frame.text);
        if !side.texts.contains(&frame.text) {
            side.texts.push(frame.text.clone());
            self.note(x, frame.shows, message);
        }
        Some(frame.text)
    }

    /// A text that is new on a screen.
    fn note(&mut self, x: usize, shows: Shows, message: Vec<u8>) {
        let side = &mut self.sides[x];
        let whole = match message[1] {
            0 => {
                assert_eq!(shows, Shows::Hello);
                side.hellos.push(message);
                return;
            }
            3 => {
                let parts = side.parts.entry(message[4..12].to_vec()).or_default();
                parts.insert(message[2], message[12..].to_vec());
                if parts.len() < usize::from(message[3]) {
                    return;
                }
                let whole = parts.values().flatten().copied().collect::<Vec<u8>>();
                assert_eq!(sha256(&whole)[..8], message[4..12]);
                whole
            }
            _ => message,
        };
        assert_eq!(whole[1], if shows == Shows::Offer { OFFER } else { CONFIRM });
        let (session, head) = (ephemeral_of(&whole), whole[34..50].try_into().expect("16 bytes"));
        let before = side.sealed.insert((session, whole[1], head), whole.clone());
        assert!(before.is_none_or(|before| before == whole), "one key, two plaintexts");
        let offers = side.sealed.keys().filter(|(e, kind, _)| *e == session && *kind == OFFER);
        assert!(offers.count() <= 4, "more than four offers");
        if self.parties.iter().any(|party| party.open(&whole).is_some()) {
            side.opened.entry(session).or_insert(self.parties.len());
        }
    }

    pub(super) fn look(&mut self, x: usize) {
        self.frame(x);
    }

    /// Watches a screen for a round, so that a hello between offers is seen.
    pub(super) fn watch(&mut self, x: usize) {
        let known = self.sides[x].hellos.len();
        for _ in 0..30 {
            if self.frame(x).is_none() || self.sides[x].hellos.len() > known {
                break;
            }
            let side = &mut self.sides[x];
            let frame = side.phone.exchange.frame(side.phone.clock).expect("it shows something");
            match frame.until {
                Some(until) if frame.shows != Shows::Hello => side.phone.clock = until,
                _ => break,
            }
        }
        self.sides[x].unwatched = 0.0;
    }
}
