//! Sums of money.

use core::fmt;
use core::str::FromStr;

/// A sum of money, to the hundredth of a currency's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount {
    hundredths: i64,
    currency: [u8; 3],
}

/// Why something isn't an [`Amount`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an amount is a number with at most two decimals and a currency of three letters: 1200.50 EUR"
)]
pub struct NotAnAmount;

impl Amount {
    /// So many hundredths of a currency, by its three letters (ISO 4217, which isn't looked up).
    ///
    /// # Errors
    /// [`NotAnAmount`] unless there are three capital letters from A to Z.
    pub fn new(hundredths: i64, currency: &str) -> Result<Self, NotAnAmount> {
        let currency: [u8; 3] = currency.as_bytes().try_into().map_err(|_| NotAnAmount)?;
        let is_code = currency.iter().all(u8::is_ascii_uppercase);
        if is_code { Ok(Self { hundredths, currency }) } else { Err(NotAnAmount) }
    }

    /// How many hundredths.
    pub fn hundredths(&self) -> i64 {
        self.hundredths
    }

    /// Of which currency.
    pub fn currency(&self) -> &str {
        core::str::from_utf8(&self.currency).unwrap_or_default()
    }
}

/// `1200.50 EUR`; without decimals where they are zero.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) =
            (self.hundredths.unsigned_abs() / 100, self.hundredths.unsigned_abs() % 100);
        let sign = if self.hundredths < 0 { "-" } else { "" };
        match rest {
            0 => write!(f, "{sign}{whole} {}", self.currency()),
            _ => write!(f, "{sign}{whole}.{rest:02} {}", self.currency()),
        }
    }
}

impl FromStr for Amount {
    type Err = NotAnAmount;

    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        let (number, currency) = text.trim().rsplit_once(' ').ok_or(NotAnAmount)?;
        let number = number.trim_end();
        let (sign, digits) = number.strip_prefix('-').map_or((1, number), |digits| (-1, digits));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_number = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(decimals) || decimals.len() > 2 {
            return Err(NotAnAmount);
        }
        let parse = |s: &str| s.parse::<i64>().map_err(|_| NotAnAmount);
        let tens = if decimals.len() == 1 { 10 } else { 1 };
        let hundredths = parse(whole)?.checked_mul(100).ok_or(NotAnAmount)?;
        let hundredths = hundredths.checked_add(parse(decimals)? * tens).ok_or(NotAnAmount)?;
        Self::new(sign * hundredths, &currency.to_ascii_uppercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_they_are_written() {
        for (text, hundredths, shown) in [
            ("1200.50 EUR", 120_050, "1200.50 EUR"),
            ("0.5 usd", 50, "0.50 USD"),
            ("-3 CHF", -300, "-3 CHF"),
            ("007.00  JPY", 700, "7 JPY"),
            ("92233720368547758.07 EUR", i64::MAX, "92233720368547758.07 EUR"),
        ] {
            let amount: Amount = text.parse().unwrap();
            assert_eq!((amount.hundredths(), amount.to_string().as_str()), (hundredths, shown));
        }
        for text in [
            "",
            "12",
            "EUR",
            "12 EURO",
            "1,5 EUR",
            "1.234 EUR",
            ". EUR",
            "1. EUR",
            "--1 EUR",
            "1e3 EUR",
            "92233720368547758.08 EUR",
            "1 E1R",
            "+1 EUR",
            "１ EUR",
        ] {
            assert_eq!(text.parse::<Amount>(), Err(NotAnAmount), "{text}");
        }
        assert_eq!(Amount::new(i64::MIN, "EUR").unwrap().to_string(), "-92233720368547758.08 EUR");
    }
}
