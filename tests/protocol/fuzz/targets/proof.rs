//! Any bytes as a proof, true proofs with changes in them, and proofs that holders sign over whatever they like.
#![no_main]

use std::ops::ControlFlow;
use std::sync::LazyLock;

use lapel::proof::{self, ProofError, Verified};
use lapel::receipt::Shown;
use lapel_fuzz::plan::Plan;
use lapel_fuzz::{rules, seeds};
use lapel_protocol_tests::Party;
use lapel_protocol_tests::schedule::sha256;
use lapel_protocol_tests::vectors::{Kept, NoProof, ProofCase, header_of, kept_by, signed_proof};
use libfuzzer_sys::fuzz_target;

/// Proofs that hold, none of them signed anywhere but in the vectors.
static GOOD: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| seeds::bytes("proof.json", |case: ProofCase| case.hex));
static ADA: LazyLock<Party> = LazyLock::new(|| Party::named("Ada"));
/// What Ada keeps, in a proof's order, and last what somebody else does.
static KEPT: LazyLock<Vec<Kept>> = LazyLock::new(|| {
    let eves = Kept::of(&Party::named("Eve"), &Party::named("Mary"), true);
    kept_by(&ADA).into_iter().chain([eves]).collect()
});

fn seeds() -> Vec<Vec<u8>> {
    let bad = seeds::bytes("fail_proof.json", |case: NoProof| case.hex);
    let raw = GOOD.iter().chain(&bad).map(|proof| [&[0], proof.as_slice()].concat());
    let changed = (0..GOOD.len() as u8).map(|i| vec![1, i, 1, 1, 0, 20, 3]);
    // Recipient, purpose, time, which receipts, how many the header says, what is changed.
    let receipts: [&[u8]; 5] = [&[0, 1, 2, 3], &[1], &[0, 0], &[2, 1], &[0, 4]];
    let signed = receipts.map(|which| {
        let words = [2, 2, b'a', b'b', 1, b'c', 0x6B, 4, 0x86, 0xBC, which.len() as u8];
        [&words[..], which, &[which.len() as u8, 0]].concat()
    });
    raw.chain(changed).chain(signed).collect()
}

fn verified(bytes: &[u8]) -> Result<(Verified, Vec<Shown>), ProofError> {
    let mut all = Vec::new();
    let verified = proof::verify(&mut &*bytes, &mut |_, shown| {
        all.push(shown);
        ControlFlow::Continue(())
    })?;
    Ok((verified, all))
}

/// What holds of everything that verifies.
fn is_sound(bytes: &[u8], verified: &Verified, all: &[Shown]) {
    let terms = &verified.header.terms;
    for (words, most) in [(terms.to(), 96), (terms.purpose(), 256)] {
        assert!(words.is_empty() || rules::text(words, most));
    }
    assert_eq!(
        (verified.header.receipts as usize, verified.bytes as usize),
        (all.len(), bytes.len())
    );
    assert_eq!(*verified.digest.as_bytes(), sha256(bytes));
    let place = |shown: &Shown| (shown.peer.person, shown.transcript);
    assert!(all.windows(2).all(|two| place(&two[0]) < place(&two[1])), "not in order");
    assert!(all.iter().all(|shown| shown.holder.person == verified.header.holder));
    assert!(1 <= verified.contacts && verified.confirmed <= verified.contacts);
    assert!(verified.contacts as usize <= all.len());
}

fuzz_target!(init: seeds::write_if_asked(seeds), |data: &[u8]| {
    let mut plan = Plan::of(data);
    let (bytes, holds) = match plan.below(3) {
        0 => (plan.rest().to_vec(), None),
        1 => {
            let mut bytes = GOOD[plan.below(GOOD.len())].clone();
            plan.edit(&mut bytes);
            (bytes, None)
        }
        _ => {
            let [to, purpose] =
                [0; 2].map(|_| String::from_utf8_lossy(plan.string()).into_owned());
            let made_at = u64::from(u32::from_be_bytes([0; 4].map(|_| plan.byte())));
            let which: Vec<usize> =
                (0..plan.below(6)).map(|_| plan.below(KEPT.len())).collect();
            let mut receipts: Vec<Vec<u8>> =
                which.iter().map(|which| KEPT[*which].bytes.clone()).collect();
            let said = u64::from(plan.byte());
            if let Some(last) = receipts.last_mut() {
                plan.edit(last);
            }
            let unchanged = receipts.last().zip(which.last()).is_none_or(|(last, which)| {
                *last == KEPT[*which].bytes
            });
            let words = |words: &str, most| words.is_empty() || rules::text(words, most);
            let holds = words(&to, 96)
                && words(&purpose, 256)
                && made_at >= 65_536
                && unchanged
                && said == which.len() as u64
                && said > 0
                && which.iter().all(|which| *which < 4)
                && which.windows(2).all(|two| two[0] < two[1]);
            let header = header_of("lapel proof", 1, ADA.person(), [&to, &purpose], made_at, said);
            let receipts: Vec<&[u8]> = receipts.iter().map(Vec::as_slice).collect();
            (signed_proof(&ADA, &header, &receipts), Some(holds))
        }
    };
    match verified(&bytes) {
        Ok((verified, all)) => {
            is_sound(&bytes, &verified, &all);
            assert_ne!(holds, Some(false), "{verified:?}");
            assert!(holds.is_some() || GOOD.contains(&bytes), "nobody signed {verified:?}");
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert_ne!(holds, Some(true), "{error}");
        }
    }
});
