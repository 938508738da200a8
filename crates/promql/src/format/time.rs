//! The calendar: what the date functions and RFC 3339 timestamps need.

/// A moment in UTC, taken apart (proleptic Gregorian calendar).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    /// The year; may be negative.
    pub(crate) year: i64,
    /// 1 to 12.
    pub(crate) month: u32,
    /// 1 to 31.
    pub(crate) day: u32,
    /// 1 to 366.
    pub(crate) day_of_year: u32,
    /// 0 (Sunday) to 6.
    pub(crate) weekday: u32,
    /// 0 to 23.
    pub(crate) hour: u32,
    /// 0 to 59.
    pub(crate) minute: u32,
    /// 0 to 59.
    pub(crate) second: u32,
}

const DAY: i128 = 86_400;
/// Days from 0000-03-01 to 1970-01-01.
const EPOCH_SHIFT: i128 = 719_468;
/// Days in 400 years.
const ERA: i128 = 146_097;

impl Civil {
    /// The moment `seconds` after the epoch.
    pub(crate) fn from_unix(seconds: i128) -> Self {
        let days = seconds.div_euclid(DAY);
        let in_day = seconds.rem_euclid(DAY) as u32;
        // Years that begin in March put the leap day at the end, which makes months regular.
        let shifted = days + EPOCH_SHIFT;
        let era = shifted.div_euclid(ERA);
        let day_of_era = shifted.rem_euclid(ERA);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let march_day = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * march_day + 2) / 153;
        let day = (march_day - (153 * march_month + 2) / 5 + 1) as u32;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 } as u32;
        let year = (year_of_era + era * 400 + i128::from(month <= 2)) as i64;
        let before = (1..month).map(|m| days_in_month(year, m)).sum::<u32>();
        Self {
            year,
            month,
            day,
            day_of_year: before + day,
            weekday: (days + 4).rem_euclid(7) as u32,
            hour: in_day / 3600,
            minute: in_day / 60 % 60,
            second: in_day % 60,
        }
    }

    /// How many days this month has.
    pub(crate) fn days_in_month(&self) -> u32 {
        days_in_month(self.year, self.month)
    }
}

fn days_in_month(year: i64, month: u32) -> u32 {
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `2024-01-01T00:00:00Z` of milliseconds since the epoch; parts of a second are cut.
pub(crate) fn rfc3339(ms: i64) -> String {
    // Go divides towards zero here.
    let c = Civil::from_unix(i128::from(ms / 1000));
    let (year, month, day) = (c.year, c.month, c.day);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", c.hour, c.minute, c.second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar() {
        let leap = Civil::from_unix(1_709_210_096);
        assert_eq!((leap.year, leap.month, leap.day, leap.day_of_year, leap.weekday), (2024, 2, 29, 60, 4));
        assert_eq!((leap.hour, leap.minute, leap.second, leap.days_in_month()), (12, 34, 56, 29));
        let before = Civil::from_unix(-1);
        assert_eq!((before.year, before.month, before.day, before.weekday), (1969, 12, 31, 3));
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(Civil::from_unix(i128::from(i64::MAX) / 2).days_in_month() / 28, 1);
    }
}
