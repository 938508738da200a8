//! DNS messages (RFC 1035, 2782, 3596): one question out, the answers of one type in.
//!
//! ```text
//! header 12 bytes: id, flags, counts of questions, answers, authorities, additionals (each <2b>, big-endian)
//! question:        name, type <2b>, class <2b>
//! answer:          name, type <2b>, class <2b>, ttl <4b>, length <2b>, data
//! name:            (length <1b>, bytes)* 0, or 0b11 and 14 bits: goes on at that offset
//! ```

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::DnsType;

const CLASS_IN: u16 = 1;
/// Recursion desired.
const FLAG_RD: u16 = 0x0100;
/// Cut off: ask again by TCP.
const FLAG_TC: u16 = 0x0200;
const FLAG_RESPONSE: u16 = 0x8000;
const RCODE_MASK: u16 = 0x000f;
const RCODE_NO_SUCH_NAME: u16 = 3;
const TYPE_OPT: u16 = 41;
/// The largest answer by UDP that arrives whole everywhere.
const UDP_BYTES_MAX: u16 = 1232;
/// More jumps than this in one name are a loop.
const JUMPS_MAX: usize = 32;
const NAME_BYTES_MAX: usize = 255;

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record {
    Address(IpAddr),
    Srv { target: String, port: u16 },
    Mx(String),
    Ns(String),
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Records(Vec<Record>),
    NoSuchName,
    /// There is more than fits into a UDP packet.
    CutOff,
}

pub(super) fn type_code(record_type: DnsType) -> u16 {
    match record_type {
        DnsType::A => 1,
        DnsType::Ns => 2,
        DnsType::Mx => 15,
        DnsType::Aaaa => 28,
        DnsType::Srv => 33,
    }
}

/// A question; `None` if `name` cannot be a DNS name.
pub(super) fn question(id: u16, name: &str, record_type: DnsType) -> Option<Vec<u8>> {
    let mut message = Vec::with_capacity(64);
    for word in [id, FLAG_RD, 1, 0, 0, 1] {
        message.extend_from_slice(&word.to_be_bytes());
    }
    let name = name.trim_end_matches('.');
    if name.len() >= NAME_BYTES_MAX {
        return None;
    }
    for label in name.split('.').filter(|_| !name.is_empty()) {
        let length = u8::try_from(label.len()).ok().filter(|length| (1..=63).contains(length))?;
        message.push(length);
        message.extend_from_slice(label.as_bytes());
    }
    message.push(0);
    for word in [type_code(record_type), CLASS_IN] {
        message.extend_from_slice(&word.to_be_bytes());
    }
    // The additional record says how large an answer may be.
    message.push(0);
    for word in [TYPE_OPT, UDP_BYTES_MAX, 0, 0, 0] {
        message.extend_from_slice(&word.to_be_bytes());
    }
    Some(message)
}

/// Reads the answer to the question `id`.
pub(super) fn answer(id: u16, record_type: DnsType, message: &[u8]) -> Result<Answer, String> {
    let damaged = || "the name server's answer is damaged".to_owned();
    let mut reader = Reader { message, at: 0 };
    let mut words = [0; 6];
    for word in &mut words {
        *word = reader.u16().ok_or_else(damaged)?;
    }
    let [answer_id, flags, questions, answers, _, _] = words;
    if answer_id != id || flags & FLAG_RESPONSE == 0 {
        return Err("the name server answered another question".to_owned());
    }
    match flags & RCODE_MASK {
        0 => {}
        RCODE_NO_SUCH_NAME => return Ok(Answer::NoSuchName),
        code => return Err(format!("the name server answered with code {code}")),
    }
    if flags & FLAG_TC != 0 {
        return Ok(Answer::CutOff);
    }
    for _ in 0..questions {
        reader.name().and_then(|_| reader.skip(4)).ok_or_else(damaged)?;
    }
    let mut records = Vec::new();
    for _ in 0..answers {
        // Others than the wanted ones are the aliases on the way to them.
        if let Some(record) = reader.record(record_type).ok_or_else(damaged)? {
            records.push(record);
        }
    }
    Ok(Answer::Records(records))
}

struct Reader<'m> {
    message: &'m [u8],
    at: usize,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = *self.message.get(self.at..)?.first_chunk::<N>()?;
        self.at += N;
        Some(bytes)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take().map(u16::from_be_bytes)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| *at <= self.message.len())?;
        Some(())
    }

    /// A name with its final dot; the reader is behind it then.
    fn name(&mut self) -> Option<String> {
        let mut name = String::new();
        let mut at = self.at;
        let mut end = None;
        for _ in 0..JUMPS_MAX {
            loop {
                let length = usize::from(*self.message.get(at)?);
                if length == 0 {
                    self.at = end.unwrap_or(at + 1);
                    if name.is_empty() {
                        name.push('.');
                    }
                    return Some(name);
                }
                if length & 0xc0 == 0xc0 {
                    let low = usize::from(*self.message.get(at + 1)?);
                    end = end.or(Some(at + 2));
                    at = (length & 0x3f) << 8 | low;
                    break;
                }
                let label = self.message.get(at + 1..at + 1 + length).filter(|_| length <= 63)?;
                name.push_str(&String::from_utf8_lossy(label));
                name.push('.');
                if name.len() > NAME_BYTES_MAX * 3 {
                    return None;
                }
                at += 1 + length;
            }
        }
        None
    }

    /// One answer; the inner `None` is one of another type.
    fn record(&mut self, wanted: DnsType) -> Option<Option<Record>> {
        self.name()?;
        let code = self.u16()?;
        let class = self.u16()?;
        self.skip(4)?;
        let length = usize::from(self.u16()?);
        let end = self.at.checked_add(length).filter(|end| *end <= self.message.len())?;
        let mut record = None;
        if code == type_code(wanted) && class == CLASS_IN {
            record = Some(match wanted {
                DnsType::A => Record::Address(Ipv4Addr::from(self.take::<4>()?).into()),
                DnsType::Aaaa => Record::Address(Ipv6Addr::from(self.take::<16>()?).into()),
                DnsType::Mx => {
                    self.skip(2)?;
                    Record::Mx(self.name()?)
                }
                DnsType::Ns => Record::Ns(self.name()?),
                DnsType::Srv => {
                    self.skip(4)?;
                    let port = self.u16()?;
                    Record::Srv { target: self.name()?, port }
                }
            });
        }
        self.at = end;
        Some(record)
    }
}
