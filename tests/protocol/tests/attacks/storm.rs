//! Everything at once, in any order: what must hold whatever the camera brings.

use std::collections::{BTreeMap, BTreeSet};

use lapel::exchange::{AcceptError, Options, Scanned};
use lapel_protocol_tests::{Party, Phone, digits, schedule};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// Something that a crowd of strangers, some of them honest, might show.
fn any_message(
    crowd: &[Party],
    hellos: &[Vec<u8>],
    me: &[u8; 32],
    rng: &mut ChaCha20Rng,
) -> Vec<u8> {
    let mut pick = |n: usize| (rng.next_u64() % n as u64) as usize;
    let (who, other) = (&crowd[pick(crowd.len())], &crowd[pick(crowd.len())]);
    // Mostly the newest hello, sometimes one that was replaced.
    let at = if pick(4) > 0 { hellos.len() - 1 } else { pick(hellos.len()) };
    let hello = &hellos[at];
    match pick(12) {
        0..3 => who.hello(),
        3 | 4 => who.offer(hello),
        5 | 6 => who.confirm(hello, me),
        7 => schedule::hello(&who.public(), &other.contents.commitment()),
        8 => schedule::parts(&who.offer(hello)).swap_remove(pick(2)),
        9 => {
            let mut bad = who.offer(hello);
            let at = pick(bad.len());
            bad[at] ^= 1 << pick(8);
            bad
        }
        10 => who.seal(1, hello, &who.padded(&other.offer_signature(hello))),
        _ => hello.clone(),
    }
}

#[test]
fn in_any_storm_nobody_unproven_is_shown_and_no_key_seals_twice() {
    let crowd: Vec<Party> = (0..7).map(|i| Party::named(&format!("number {i}"))).collect();
    for seed in 0..20 {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let options = Options { compare: seed % 3 == 0, ..Options::default() };
        let mut ada = Phone::with("Ada", options);
        let me = ada.person();
        let mut hellos = vec![ada.hello()];
        let mut offers: BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>> = BTreeMap::new();
        let mut accepted = None;
        for _ in 0..120 {
            ada.wait([0.0, 0.3, 1.6, 20.0][(rng.next_u64() % 4) as usize]);
            let text = digits::text(any_message(&crowd, &hellos, &me, &mut rng));
            let scanned = ada.scan(&text);
            assert_ne!(scanned, Scanned::Ended);
            if let Scanned::Verified(seen) | Scanned::StartAgainToCompare(seen) = &scanned {
                // They are one of the crowd, on a hello of this exchange.
                let who = crowd.iter().find(|p| p.person() == *seen.person.as_bytes()).unwrap();
                let th = seen.transcript.as_bytes();
                assert!(hellos.iter().any(|h| who.transcript(h) == *th), "seed {seed}");
                assert_eq!(seen.badge.as_bytes(), who.contents.badge);
                assert_eq!(accepted, None, "nobody is shown after an acceptance");
                if rng.next_u64().is_multiple_of(40) {
                    let _ = ada.accepts(seen);
                    accepted = Some(seen.transcript);
                }
            }
            for seen in ada.exchange.waiting() {
                let taken =
                    ada.exchange.accept(&lapel::transcript::Transcript::from_bytes([7; 32]));
                assert_eq!(taken, Err(AcceptError::NotVerified));
                assert!(crowd.iter().any(|p| p.person() == *seen.person.as_bytes()));
            }
            let shown = digits::message(&ada.shows());
            match shown[1] {
                0 if !hellos.contains(&shown) => hellos.push(shown),
                1 => {
                    let session = schedule::ephemeral_of(&shown).to_vec();
                    offers.entry(session).or_default().insert(shown);
                }
                _ => {}
            }
        }
        for (session, sealed) in offers {
            assert!(sealed.len() <= 4, "seed {seed}: {} offers", sealed.len());
            // One keystream each: no two begin alike, though all begin with the same plaintext.
            let heads: BTreeSet<&[u8]> = sealed.iter().map(|m| &m[34..50]).collect();
            assert_eq!(heads.len(), sealed.len(), "session {session:02x?}");
        }
        if let Some(th) = accepted {
            assert_eq!(ada.exchange.accept(&th).unwrap().transcript(), th);
        }
        ada.exchange.start_again(ada.clock);
        ada.can_still_meet();
    }
}
