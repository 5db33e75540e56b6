//! A plan read from any bytes: what is missing at the end is zero, so that every input is a plan.

/// The bytes that are left of a plan.
pub struct Plan<'a>(&'a [u8]);

impl<'a> Plan<'a> {
    /// A plan of these bytes.
    pub fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Whether nothing is left.
    pub fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    /// The next byte.
    pub fn byte(&mut self) -> u8 {
        let Some((byte, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *byte
    }

    /// The next two bytes, as a number.
    pub fn short(&mut self) -> usize {
        usize::from(u16::from_be_bytes([self.byte(), self.byte()]))
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        usize::from(self.byte()) % n
    }

    /// The next `n` bytes, or as many as are left.
    pub fn bytes(&mut self, n: usize) -> &'a [u8] {
        let (bytes, rest) = self.0.split_at(n.min(self.0.len()));
        self.0 = rest;
        bytes
    }

    /// As many bytes as the next byte says.
    pub fn string(&mut self) -> &'a [u8] {
        let n = usize::from(self.byte());
        self.bytes(n)
    }

    /// Everything that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        self.bytes(usize::MAX)
    }

    /// Changes `bytes` in up to seven places: a byte, a bit, a cut, something put in.
    pub fn edit(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..self.below(8) {
            let (what, at) = (self.below(6), self.short());
            if bytes.is_empty() {
                return;
            }
            let at = at % bytes.len();
            match what {
                0 => bytes[at] = self.byte(),
                1 => bytes[at] ^= 1 << self.below(8),
                2 => bytes.truncate(at),
                3 => drop(bytes.remove(at)),
                4 => bytes.insert(at, self.byte()),
                _ => bytes.extend(self.string()),
            }
        }
    }
}
