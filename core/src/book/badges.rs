//! The owner's own badges, each under a label, one of them on show.

use rand_core::CryptoRng;

use super::entry::Target;
use super::write::Write;
use super::written::Written;
use super::{Book, BookError, ReadError};
use crate::badge::Badge;

impl Book {
    /// The owner's badges by label, in the order they were first set.
    pub fn badges(&self) -> Result<Vec<(String, Badge)>, ReadError> {
        let wardrobe = self.written(Target::Owner)?;
        let badges = wardrobe.badges().map(|(label, badge, _)| (label.to_owned(), badge.clone()));
        Ok(badges.collect())
    }

    /// The badge to show, with its label; `None` before one was set.
    pub fn badge_on_show(&self) -> Result<Option<(String, Badge)>, ReadError> {
        let wardrobe = self.written(Target::Owner)?;
        let badge = on_show(&wardrobe).and_then(|label| badge(&wardrobe, label));
        Ok(badge.map(|(label, badge, _)| (label.to_owned(), badge.clone())))
    }

    /// Sets a badge under a label such as `work`. The first one set is on show.
    pub fn set_badge(
        &mut self,
        label: &str,
        badge: &Badge,
        rng: &mut dyn CryptoRng,
    ) -> Result<(), BookError> {
        if !(1..=32).contains(&label.len()) || label.contains(char::is_control) {
            return Err(BookError::Label);
        }
        let wardrobe = self.written(Target::Owner)?;
        let since = match self::badge(&wardrobe, label) {
            Some((_, there, _)) if there == badge => return Ok(()),
            Some((.., since)) => since,
            None => self.stamp(&wardrobe)?.clock,
        };
        let mut writes = vec![Write::Badge(label.to_owned(), Some(badge.clone().into()), since)];
        if on_show(&wardrobe).is_none() {
            writes.push(Write::Shown(label.to_owned()));
        }
        self.set(Target::Owner, &wardrobe, writes, rng)
    }

    /// Chooses the badge to show.
    pub fn show_badge(&mut self, label: &str, rng: &mut dyn CryptoRng) -> Result<(), BookError> {
        let wardrobe = self.written(Target::Owner)?;
        badge(&wardrobe, label).ok_or_else(|| BookError::NoSuchBadge(label.to_owned()))?;
        if on_show(&wardrobe) == Some(label) {
            return Ok(());
        }
        self.set(Target::Owner, &wardrobe, vec![Write::Shown(label.to_owned())], rng)
    }

    /// Removes a badge that isn't on show.
    pub fn remove_badge(&mut self, label: &str, rng: &mut dyn CryptoRng) -> Result<(), BookError> {
        let wardrobe = self.written(Target::Owner)?;
        let there = badge(&wardrobe, label);
        let (.., since) = there.ok_or_else(|| BookError::NoSuchBadge(label.to_owned()))?;
        if on_show(&wardrobe) == Some(label) {
            return Err(BookError::OnShow(label.to_owned()));
        }
        let removal = Write::Badge(label.to_owned(), None, since);
        self.set(Target::Owner, &wardrobe, vec![removal], rng)
    }
}

/// The label of the badge on show: the one that was chosen, or, where a merge or damage took that
/// away, the first there is.
fn on_show(wardrobe: &Written) -> Option<&str> {
    let chosen = wardrobe.shown().filter(|label| badge(wardrobe, label).is_some());
    chosen.or_else(|| wardrobe.badges().next().map(|(label, ..)| label))
}

fn badge<'a>(wardrobe: &'a Written, label: &str) -> Option<(&'a str, &'a Badge, u64)> {
    wardrobe.badges().find(|(there, ..)| *there == label)
}
