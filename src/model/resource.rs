//! Numbers to compare with: limits of a size, of a load, of a share.

/// A comparison with a number; the test fails while it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// How.
    pub comparison: Comparison,
    /// With what, in the test's [`Unit`].
    pub value: u64,
}

impl Limit {
    /// Whether `value` OP limit.
    pub const fn holds(self, value: u64) -> bool {
        match self.comparison {
            Comparison::Greater => value > self.value,
            Comparison::Less => value < self.value,
            Comparison::GreaterOrEqual => value >= self.value,
            Comparison::LessOrEqual => value <= self.value,
            Comparison::Equal => value == self.value,
            Comparison::NotEqual => value != self.value,
        }
    }

    /// What holds whenever this does not.
    pub const fn opposite(self) -> Self {
        let comparison = match self.comparison {
            Comparison::Greater => Comparison::LessOrEqual,
            Comparison::Less => Comparison::GreaterOrEqual,
            Comparison::GreaterOrEqual => Comparison::Less,
            Comparison::LessOrEqual => Comparison::Greater,
            Comparison::Equal => Comparison::NotEqual,
            Comparison::NotEqual => Comparison::Equal,
        };
        Self { comparison, ..self }
    }
}

/// An operator of the control file; each has three spellings (reference F152).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `>`, `gt`, `greater`, `more`, `newer` and `older` in their places.
    Greater,
    /// `<`, `lt`, `less`.
    Less,
    /// `>=`, `ge`, `greaterorequal`.
    GreaterOrEqual,
    /// `<=`, `le`, `lessorequal`.
    LessOrEqual,
    /// `=`, `==`, `eq`, `equal`, or nothing.
    Equal,
    /// `!=`, `ne`, `notequal`.
    NotEqual,
}

impl Comparison {
    /// `>`, `<`, `>=`, `<=`, `=`, `!=`.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::Less => "<",
            Self::GreaterOrEqual => ">=",
            Self::LessOrEqual => "<=",
            Self::Equal => "=",
            Self::NotEqual => "!=",
        }
    }
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Thousandths of a percent.
    Percent,
    /// Thousandths of a bare number: a load average.
    Thousandth,
    /// Things.
    Count,
    /// Bytes.
    Bytes,
    /// Bytes per second.
    BytesPerSecond,
    /// Thousandths of something per second; which is the word.
    PerSecond(&'static str),
    /// Thousandths of a millisecond per operation.
    MillisecondsPerOperation,
    /// Seconds.
    Seconds,
}
