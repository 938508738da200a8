//! ZooKeeper's messages: each a length (4 bytes) and that many bytes; numbers are big-endian.
//!
//! ```text
//! request:  xid <4b>, type <4b>, fields           reply:  xid <4b>, zxid <8b>, error <4b>, fields
//! text:     length <4b>, bytes                    event:  as a reply with xid -1: type <4b>, state <4b>, path
//! connect:  version <4b>, last zxid <8b>, timeout in ms <4b>, session <8b>, password (as a text)
//! ```

/// The longest message that is read, in bytes. A node holds at most 1 MiB; a long list of children may be larger.
pub(super) const MESSAGE_BYTES_MAX: usize = 64 << 20;
/// The number of a reply that is an event.
pub(super) const XID_EVENT: i32 = -1;
/// The number of pings and their replies.
pub(super) const XID_PING: i32 = -2;
/// There is no such node.
pub(super) const NO_NODE: i32 = -101;
const PASSWORD_BYTES: i32 = 16;

/// What can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Exists = 3,
    Data = 4,
    Children = 8,
    Ping = 11,
}

/// A question about a node, which leaves a watch.
pub(super) fn question(xid: i32, operation: Operation, path: &str) -> Vec<u8> {
    let mut message = Vec::with_capacity(path.len() + 17);
    for number in [xid, operation as i32, path.len() as i32] {
        message.extend_from_slice(&number.to_be_bytes());
    }
    message.extend_from_slice(path.as_bytes());
    message.push(1);
    framed(&message)
}

/// A sign of life.
pub(super) fn ping() -> Vec<u8> {
    framed(&[XID_PING.to_be_bytes(), (Operation::Ping as i32).to_be_bytes()].concat())
}

/// The request for a new session.
pub(super) fn connect(timeout_ms: i32) -> Vec<u8> {
    let mut message = vec![0; 12];
    message.extend_from_slice(&timeout_ms.to_be_bytes());
    message.extend_from_slice(&[0; 8]);
    message.extend_from_slice(&PASSWORD_BYTES.to_be_bytes());
    message.extend_from_slice(&[0; PASSWORD_BYTES as usize]);
    framed(&message)
}

fn framed(message: &[u8]) -> Vec<u8> {
    [&(message.len() as u32).to_be_bytes(), message].concat()
}

/// What the server says about a session: its timeout in milliseconds; 0 when it refuses it.
pub(super) fn session(message: &[u8]) -> Option<i32> {
    let mut reader = Reader(message);
    reader.i32()?;
    reader.i32()
}

/// The head of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) xid: i32,
    pub(super) error: i32,
}

/// The rest of a message that is being read.
#[derive(Debug)]
pub(super) struct Reader<'m>(pub(super) &'m [u8]);

impl<'m> Reader<'m> {
    fn take(&mut self, count: usize) -> Option<&'m [u8]> {
        let (front, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(front)
    }

    pub(super) fn i32(&mut self) -> Option<i32> {
        self.take(4)?.try_into().ok().map(i32::from_be_bytes)
    }

    /// The head of a reply.
    pub(super) fn head(&mut self) -> Option<Head> {
        let xid = self.i32()?;
        self.take(8)?;
        Some(Head { xid, error: self.i32()? })
    }

    /// Bytes with their length before them; a length of -1 stands for none.
    pub(super) fn bytes(&mut self) -> Option<&'m [u8]> {
        match usize::try_from(self.i32()?) {
            Ok(length) => self.take(length),
            Err(_) => Some(&[]),
        }
    }

    pub(super) fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    /// A list of texts.
    pub(super) fn texts(&mut self) -> Option<Vec<String>> {
        let count = usize::try_from(self.i32()?).unwrap_or_default();
        // No more than fit into what is left: a bad number must not take memory.
        if count > self.0.len() / 4 {
            return None;
        }
        (0..count).map(|_| self.text()).collect()
    }

    /// The path of an event.
    pub(super) fn event(&mut self) -> Option<String> {
        self.i32()?;
        self.i32()?;
        self.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests() {
        let expected = b"\0\0\0\x0f\0\0\0\x07\0\0\0\x04\0\0\0\x02/a\x01";
        assert_eq!(question(7, Operation::Data, "/a"), expected);
        assert_eq!(ping(), b"\0\0\0\x08\xff\xff\xff\xfe\0\0\0\x0b");
        let connect = connect(10_000);
        assert_eq!(connect.len(), 4 + 44);
        assert_eq!(connect[16..20], 10_000_i32.to_be_bytes());
    }

    #[test]
    fn damaged() {
        for message in [&b""[..], b"\0\0\0", b"\0\0\0\x05ab", b"\0\0\0\x02\0\0\0\x01a"] {
            assert_eq!(Reader(message).texts(), None, "{message:?}");
        }
        assert_eq!(Reader(b"\x7f\xff\xff\xff\0\0\0\0").texts(), None, "more than there can be");
        assert_eq!(Reader(b"\xff\xff\xff\xff").bytes(), Some(&b""[..]));
        assert_eq!(Reader(b"\0\0\0\x01\xff").text(), None, "not UTF-8");
        assert_eq!(Reader(b"\0\0\0\x01").head(), None);
        assert_eq!(session(b"\0\0\0\0\0\0\x27\x10"), Some(10_000));
        assert_eq!(session(b"\0"), None);
    }
}
