//! Durations in selectors: fixed ones, and expressions such as `[5m + step()]`.

use super::PosRange;

/// A duration as written in a range, a subquery step or an offset.
#[derive(Debug, Clone, PartialEq)]
pub enum DurationValue {
    /// A plain literal, in milliseconds. An offset may be negative.
    Fixed(i64),
    /// Arithmetic, to be evaluated when step and range of the query are known.
    Expr(Box<DurationExpr>),
}

impl DurationValue {
    /// No duration: the offset of a selector without one.
    pub const ZERO: Self = Self::Fixed(0);

    /// Whether this is the literal zero.
    pub fn is_zero(&self) -> bool {
        *self == Self::ZERO
    }

    /// The milliseconds when this is a literal.
    pub fn fixed(&self) -> Option<i64> {
        match self {
            Self::Fixed(ms) => Some(*ms),
            Self::Expr(_) => None,
        }
    }

    /// The milliseconds of a range or a subquery step, which must be positive.
    pub fn resolve_positive(&self, context: DurationContext) -> Result<i64, DurationError> {
        match self {
            Self::Fixed(ms) => Ok(*ms),
            Self::Expr(expr) => {
                let seconds = expr.evaluate(context)?;
                if seconds <= 0.0 {
                    return Err(DurationError::NotPositive(expr.pos()));
                }
                to_ms(seconds, expr.pos())
            }
        }
    }

    /// The milliseconds of an offset, which may be negative.
    pub fn resolve_offset(&self, context: DurationContext) -> Result<i64, DurationError> {
        match self {
            Self::Fixed(ms) => Ok(*ms),
            Self::Expr(expr) => to_ms(expr.evaluate(context)?, expr.pos()),
        }
    }
}

fn to_ms(seconds: f64, pos: PosRange) -> Result<i64, DurationError> {
    // 2^63 nanoseconds: what a Go duration can hold. NaN fails the comparison, too.
    if seconds.abs() <= 9_223_372_036.854_776 {
        Ok((seconds * 1000.0) as i64)
    } else {
        Err(DurationError::OutOfRange(pos))
    }
}

/// What `step()` and `range()` mean while a query runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DurationContext {
    /// The step in milliseconds; 0 for an instant query.
    pub step_ms: i64,
    /// End minus start in milliseconds; 0 for an instant query.
    pub range_ms: i64,
}

/// A duration expression that has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// A range or step must be positive.
    #[error("duration must be greater than 0")]
    NotPositive(PosRange),
    /// Longer than 292 years, or not a number.
    #[error("duration is out of range")]
    OutOfRange(PosRange),
    /// `5m / 0`
    #[error("division by zero")]
    DivisionByZero(PosRange),
    /// `5m % 0`
    #[error("modulo by zero")]
    ModuloByZero(PosRange),
}

impl DurationError {
    /// Where the expression stands.
    pub fn pos(self) -> PosRange {
        match self {
            Self::NotPositive(pos)
            | Self::OutOfRange(pos)
            | Self::DivisionByZero(pos)
            | Self::ModuloByZero(pos) => pos,
        }
    }
}

/// An operator between durations; they are numbers of seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DurationOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `^`
    Pow,
}

impl DurationOp {
    /// The operator as written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Pow => "^",
        }
    }

    /// How tightly it binds, as for [`BinaryOp`](super::BinaryOp).
    pub fn precedence(self) -> u8 {
        match self {
            Self::Add | Self::Sub => 4,
            Self::Mul | Self::Div | Self::Mod => 5,
            Self::Pow => 6,
        }
    }
}

/// A function of two durations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DurationFunction {
    /// `min_of(a, b)`
    MinOf,
    /// `max_of(a, b)`
    MaxOf,
}

impl DurationFunction {
    /// The name as written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MinOf => "min_of",
            Self::MaxOf => "max_of",
        }
    }
}

/// Arithmetic on durations.
#[derive(Debug, Clone, PartialEq)]
pub enum DurationExpr {
    /// `5m` or `300`
    Literal {
        /// The value in seconds.
        seconds: f64,
        /// Whether it was written with units.
        is_duration: bool,
        /// Where it stands.
        pos: PosRange,
    },
    /// `step()`
    Step(PosRange),
    /// `range()`
    Range(PosRange),
    /// `-x`; literals carry their sign themselves.
    Signed {
        /// What the sign stands before.
        expr: Box<Self>,
        /// The whole.
        pos: PosRange,
    },
    /// `a + b`
    Binary {
        /// The operator.
        op: DurationOp,
        /// The left side.
        left: Box<Self>,
        /// The right side.
        right: Box<Self>,
    },
    /// `min_of(a, b)`
    Function {
        /// Which function.
        function: DurationFunction,
        /// The first argument.
        left: Box<Self>,
        /// The second argument.
        right: Box<Self>,
        /// The whole.
        pos: PosRange,
    },
    /// `(x)`
    Paren {
        /// What the parentheses hold.
        expr: Box<Self>,
        /// The whole.
        pos: PosRange,
    },
}

impl DurationExpr {
    /// Where it stands.
    pub fn pos(&self) -> PosRange {
        match self {
            Self::Literal { pos, .. }
            | Self::Step(pos)
            | Self::Range(pos)
            | Self::Signed { pos, .. }
            | Self::Function { pos, .. }
            | Self::Paren { pos, .. } => *pos,
            Self::Binary { left, right, .. } => left.pos().to(right.pos()),
        }
    }

    /// The value in seconds.
    pub fn evaluate(&self, context: DurationContext) -> Result<f64, DurationError> {
        Ok(match self {
            Self::Literal { seconds, .. } => *seconds,
            Self::Step(_) => context.step_ms as f64 / 1000.0,
            Self::Range(_) => context.range_ms as f64 / 1000.0,
            Self::Signed { expr, .. } => -expr.evaluate(context)?,
            Self::Paren { expr, .. } => expr.evaluate(context)?,
            Self::Function { function, left, right, .. } => {
                let (left, right) = (left.evaluate(context)?, right.evaluate(context)?);
                match function {
                    DurationFunction::MinOf => left.min(right),
                    DurationFunction::MaxOf => left.max(right),
                }
            }
            Self::Binary { op, left, right } => {
                let (a, b) = (left.evaluate(context)?, right.evaluate(context)?);
                match op {
                    DurationOp::Add => a + b,
                    DurationOp::Sub => a - b,
                    DurationOp::Mul => a * b,
                    DurationOp::Div if b == 0.0 => return Err(DurationError::DivisionByZero(self.pos())),
                    DurationOp::Div => a / b,
                    DurationOp::Mod if b == 0.0 => return Err(DurationError::ModuloByZero(self.pos())),
                    DurationOp::Mod => a % b,
                    DurationOp::Pow => a.powf(b),
                }
            }
        })
    }
}
