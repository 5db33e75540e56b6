//! A name in two parts, for formats that know no other.

/// The given and the family name: the last word is taken for the family name. A name of one word is
/// all given name.
///
/// This is a guess, wrong wherever the family name comes first or takes several words. Formats that
/// hold a whole name have it beside.
pub(super) fn parts(name: &str) -> (&str, &str) {
    match name.trim_end().rsplit_once(char::is_whitespace) {
        Some((given, family)) => (given.trim_end(), family),
        None => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_is_taken_for_the_family_name() {
        for (name, expected) in [
            ("Grace Hopper", ("Grace", "Hopper")),
            ("Grace  Brewster Murray\u{a0}Hopper", ("Grace  Brewster Murray", "Hopper")),
            ("山田太郎", ("山田太郎", "")),
            ("山田\u{3000}太郎", ("山田", "太郎")),
            ("محمد علي", ("محمد", "علي")),
            ("Ada", ("Ada", "")),
        ] {
            assert_eq!(parts(name), expected);
        }
    }
}
