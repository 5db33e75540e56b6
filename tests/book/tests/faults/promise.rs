//! What a book owes, folded from what the process that had it open said aloud.

use crate::facts::Facts;

/// What a call in flight, or one that failed without saying how far it got, may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Change {
    Add(String),
    /// Everything about this person goes.
    Forget(String),
}

impl Change {
    fn read(line: &str) -> Self {
        match line.split_at(2) {
            ("+ ", fact) => Self::Add(fact.into()),
            ("- ", person) => Self::Forget(person.into()),
            _ => panic!("not a change: {line}"),
        }
    }

    fn apply(&self, facts: &mut Facts) {
        match self {
            Self::Add(fact) => drop(facts.insert(fact.clone())),
            Self::Forget(person) => facts.retain(|fact| !fact.starts_with(person)),
        }
    }
}

/// What is owed by now.
#[derive(Clone, Debug, Default)]
pub(crate) struct Promise {
    kept: Facts,
    doubts: Vec<Change>,
    trying: Option<Change>,
    /// What it says that it reads, until it says when.
    has: Facts,
    /// It was open at least once.
    pub(crate) opened: bool,
    /// Things that were acknowledged.
    pub(crate) acknowledged: usize,
    /// People that were forgotten for good, each of which made a new epoch.
    pub(crate) forgotten: u32,
    /// What is being forgotten isn't yet for good.
    key_remains: bool,
}

impl Promise {
    /// What a book owes that is there from the start.
    pub(crate) fn from_facts(facts: Facts) -> Self {
        Self { kept: facts, opened: true, ..Self::default() }
    }

    /// Takes in one line.
    pub(crate) fn hear(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "has" => drop(self.has.insert(rest.into())),
            "reads" | "opened" => {
                let has = std::mem::take(&mut self.has);
                // What was in flight when it was killed.
                self.doubts.extend(self.trying.take());
                self.check(&has).unwrap_or_else(|flaw| panic!("on {word}: {flaw}"));
                if word == "opened" {
                    (self.kept, self.opened) = (has, true);
                    self.doubts.clear();
                }
            }
            "try" => self.trying = Some(Change::read(rest)),
            "done" => {
                let change = self.trying.take().unwrap();
                self.acknowledged += 1;
                let is_for_good = !std::mem::take(&mut self.key_remains);
                self.forgotten += u32::from(is_for_good && matches!(change, Change::Forget(_)));
                change.apply(&mut self.kept);
            }
            // The vault couldn't destroy it, and is asked again by the next open. Said before it is
            // "done", so that nothing falls between the two.
            "the" if rest == "old key remains" => self.key_remains = true,
            // Refused, and nothing was written.
            "none" => self.trying = None,
            // Refused, and it isn't known how far it got.
            "maybe" => self.doubts.extend(self.trying.take()),
            _ => {}
        }
    }

    /// Whether a book that holds `facts` is what is owed: everything that was acknowledged, and
    /// nothing else but what is in doubt, whole.
    pub(crate) fn check(&self, facts: &Facts) -> Result<(), String> {
        if !self.opened {
            // Nobody was told of an owner yet.
            return if facts.len() == 1 { Ok(()) } else { Err(format!("{facts:#?}")) };
        }
        let doubts: Vec<&Change> = self.doubts.iter().chain(&self.trying).collect();
        assert!(doubts.len() < 10, "too much is in doubt: {doubts:?}");
        let may_be = (0..1_usize << doubts.len()).any(|set| {
            let mut may = self.kept.clone();
            let chosen = doubts.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1);
            chosen.for_each(|(_, change)| change.apply(&mut may));
            may == *facts
        });
        if may_be {
            return Ok(());
        }
        let lost: Vec<_> = self.kept.difference(facts).collect();
        let surplus: Vec<_> = facts.difference(&self.kept).collect();
        Err(format!("missing {lost:#?}, unasked for {surplus:#?}, in doubt {doubts:#?}"))
    }
}
