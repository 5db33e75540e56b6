//! Where things go in the picture: time to the right, rows so that nothing covers anything.

use std::collections::BTreeSet;

use super::html::isolated;
use crate::date::Date;

/// The width of the picture, which scales.
pub(super) const WIDTH: f64 = 1_000.0;
/// From either end to the first and the last day.
const MARGIN: f64 = 14.0;
/// More years than this aren't all written under the axis.
const MAX_YEARS: i16 = 14;
/// A lane grows no further. What is left goes where it covers least.
const MAX_ROWS: usize = 10;
/// Titles are written beside what they belong to in so many rows of a lane.
const LABELLED_ROWS: usize = 5;
/// The widest part of a title that is written.
const MAX_LABEL: f64 = 230.0;

/// Whole years from left to right.
pub(super) struct Axis {
    first: i16,
    last: i16,
}

impl Axis {
    pub(super) fn over(days: impl Iterator<Item = Date>) -> Self {
        let years: BTreeSet<i16> = days.map(Date::year).collect();
        let end = |year: Option<&i16>| year.copied().unwrap_or(1970);
        Self { first: end(years.first()), last: end(years.last()) }
    }

    pub(super) fn years(&self) -> (i16, i16) {
        (self.first, self.last)
    }

    pub(super) fn x(&self, date: Date) -> f64 {
        self.at(date.days())
    }

    fn at(&self, day: i32) -> f64 {
        let (from, to) = (new_year(self.first), new_year(self.last + 1));
        let part = f64::from(day - from) / f64::from((to - from).max(1));
        MARGIN + part * (WIDTH - 2.0 * MARGIN)
    }

    /// A line for the beginning of each year, and its name at the foot.
    pub(super) fn drawn(&self, height: f64) -> String {
        let years = self.last - self.first + 1;
        let steps = [1, 2, 5, 10, 20, 50, 100];
        let step = steps.into_iter().find(|step| years / step <= MAX_YEARS).unwrap_or(100);
        let (mut svg, foot) = (String::new(), height - 22.0);
        for year in (self.first..=self.last + 1).filter(|year| year % step == 0) {
            let x = self.at(new_year(year));
            svg += &format!("<path class=\"year\" d=\"M{x:.1} 24V{foot:.1}\"/>\n");
            if year <= self.last {
                // One year is named in its middle, several where they begin.
                let x = if step == 1 { (x + self.at(new_year(year + 1))) / 2.0 } else { x };
                let (x, y) = (x.max(20.0), height - 6.0);
                svg += &format!("<text class=\"when\" x=\"{x:.1}\" y=\"{y:.1}\">{year}</text>\n");
            }
        }
        svg
    }
}

/// Days from 1970-01-01 to the first day of a year.
fn new_year(year: i16) -> i32 {
    let before = i32::from(year) - 1;
    before * 365 + before / 4 - before / 100 + before / 400 - 719_162
}

/// A lane's rows, by how far each is taken from the left.
pub(super) struct Rows(Vec<f64>);

/// A title beside what it belongs to.
pub(super) struct Beside {
    pub(super) row: usize,
    pub(super) x: f64,
    /// It ends there instead of beginning.
    pub(super) is_left: bool,
    pub(super) text: String,
}

impl Rows {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn used(&self) -> usize {
        self.0.len()
    }

    /// A row for what goes from `from` to `to`; what was put before began further left.
    pub(super) fn put(&mut self, from: f64, to: f64) -> usize {
        self.free(from, to, MAX_ROWS).unwrap_or_else(|| {
            let least = self.0.iter_mut().enumerate().min_by(|a, b| a.1.total_cmp(b.1));
            least.map_or(0, |(row, taken)| {
                *taken = taken.max(to);
                row
            })
        })
    }

    fn free(&mut self, from: f64, to: f64, rows: usize) -> Option<usize> {
        let free = self.0.iter().take(rows).position(|taken| *taken <= from);
        let row = free.or_else(|| (self.0.len() < rows).then_some(self.0.len()))?;
        match self.0.get_mut(row) {
            Some(taken) => *taken = to,
            None => self.0.push(to),
        }
        Some(row)
    }

    /// A row for a mark at `x` with the beginning of its title, if there is room for any.
    pub(super) fn beside(&mut self, title: &str, x: f64) -> Option<Beside> {
        let text = beginning(title)?;
        let width = width_of(&text);
        let is_left = x + 10.0 + width > WIDTH;
        let (from, to) =
            if is_left { (x - 10.0 - width, x + 9.0) } else { (x - 9.0, x + 18.0 + width) };
        let row = if from < 0.0 { None } else { self.free(from, to, LABELLED_ROWS) }?;
        let x = if is_left { x - 10.0 } else { x + 10.0 };
        Some(Beside { row, x, is_left, text: isolated(&text) })
    }
}

/// As many words as fit. A word is never cut: in many scripts, letters are more than one character.
fn beginning(title: &str) -> Option<String> {
    if width_of(title) <= MAX_LABEL {
        return Some(title.to_owned());
    }
    let mut text = String::new();
    for word in title.split_whitespace() {
        if width_of(&text) + width_of(word) > MAX_LABEL - 16.0 {
            break;
        }
        text += word;
        text.push(' ');
    }
    let text = text.trim_end();
    (!text.is_empty()).then(|| format!("{text} \u{2026}"))
}

/// A little more than the width of a text in the picture's letters, whatever the font.
pub(super) fn width_of(text: &str) -> f64 {
    let width = |c: char| match c {
        '\u{2068}' | '\u{2069}' => 0.0,
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | '\'' | '|' | ' ' => 4.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 11.6,
        'A'..='Z' => 9.0,
        c if u32::from(c) < 0x0900 => 7.6,
        _ => 13.0,
    };
    text.chars().map(width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_begin_where_the_calendars_do() {
        for year in [1900_i16, 1970, 2000, 2001, 2024, 2100, 2199] {
            let date: Date = format!("{year}-01-01").parse().unwrap();
            assert_eq!(new_year(year), date.days());
        }
    }

    #[test]
    fn every_day_is_inside_and_later_ones_are_further_right() {
        let days = ["1900-01-01", "1970-01-01", "2199-12-31"].map(|day| day.parse().unwrap());
        let axis = Axis::over(days.into_iter());
        let xs = days.map(|day| axis.x(day));
        assert!(xs.is_sorted() && xs[0] >= 0.0 && xs[2] <= WIDTH, "{xs:?}");
    }

    #[test]
    fn what_is_close_goes_into_another_row() {
        let mut rows = Rows::new();
        assert_eq!([0.0, 5.0, 10.0, 12.0].map(|x| rows.put(x, x + 8.0)), [0, 1, 0, 2]);
        assert_eq!(rows.used(), 3);
        for _ in 0..50 {
            rows.put(20.0, 30.0);
        }
        assert_eq!(rows.used(), MAX_ROWS);
    }

    #[test]
    fn titles_are_cut_between_words_or_left_out() {
        let long = "one word after the other until there is no more room for any of them";
        assert!(beginning(long).unwrap().ends_with(" \u{2026}"));
        assert_eq!(beginning("short").unwrap(), "short");
        assert_eq!(beginning(&"x".repeat(200)), None);
    }
}
