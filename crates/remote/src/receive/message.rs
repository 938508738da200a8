//! [`Message`]: which of the two forms a request has, read from its headers; [`Accepted`]: which ones the server takes.

/// A remote write message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// Remote write 1.0.
    V1,
    /// Remote write 2.0.
    V2,
}

const MEDIA_TYPE: &str = "application/x-protobuf";
const ALL: &str = "prometheus.WriteRequest, io.prometheus.write.v2.Request";

impl Message {
    /// The name of the protobuf message.
    pub fn name(self) -> &'static str {
        match self {
            Self::V1 => "prometheus.WriteRequest",
            Self::V2 => "io.prometheus.write.v2.Request",
        }
    }

    fn from_name(name: &str) -> Result<Self, String> {
        [Self::V1, Self::V2]
            .into_iter()
            .find(|message| message.name() == name)
            .ok_or_else(|| format!("unknown type for remote write protobuf message {name}, supported: {ALL}"))
    }

    /// The message that a content type announces; 1.0 when there is none, as old senders do.
    pub fn from_content_type(content_type: &str) -> Result<Self, String> {
        if content_type.is_empty() {
            return Ok(Self::V1);
        }
        let mut parts = content_type.split(';').map(str::trim);
        if parts.next() != Some(MEDIA_TYPE) {
            return Err(format!(
                "expected {MEDIA_TYPE} as the first (media) part, got {content_type} content-type"
            ));
        }
        for part in parts {
            let Some((key, value)) = part.split_once('=') else {
                return Err(format!(
                    "as per https://www.rfc-editor.org/rfc/rfc9110#parameter expected parameters to be key-values, \
                     got {part} in {content_type} content-type"
                ));
            };
            if key == "proto" {
                return Self::from_name(value)
                    .map_err(|error| format!("got {content_type} content type; {error}"));
            }
        }
        Ok(Self::V1)
    }
}

/// The encoding of a body; only one is taken.
pub fn check_encoding(encoding: &str) -> Result<(), String> {
    match encoding {
        // Old senders do not say it.
        "" | "snappy" => Ok(()),
        other => Err(format!(
            "{other} encoding (compression) is not accepted by this server; only snappy is acceptable"
        )),
    }
}

/// The messages that a server takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted(Vec<Message>);

impl Default for Accepted {
    fn default() -> Self {
        Self(vec![Message::V1, Message::V2])
    }
}

impl Accepted {
    /// Reads names separated by commas; empty is both.
    pub fn parse(names: &str) -> Result<Self, String> {
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        let accepted: Vec<_> = names.map(Message::from_name).collect::<Result<_, _>>()?;
        Ok(if accepted.is_empty() { Self::default() } else { Self(accepted) })
    }

    /// Whether `message` is taken; else why not.
    pub fn check(&self, message: Message) -> Result<(), String> {
        if self.0.contains(&message) {
            return Ok(());
        }
        let names: Vec<_> = self.0.iter().map(|message| message.name()).collect();
        Err(format!(
            "{} protobuf message is not accepted by this server; only accepts {}",
            message.name(),
            names.join(", ")
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        for (header, message) in [
            ("", Message::V1),
            ("application/x-protobuf", Message::V1),
            ("application/x-protobuf;proto=prometheus.WriteRequest", Message::V1),
            ("application/x-protobuf; proto=io.prometheus.write.v2.Request", Message::V2),
            ("application/x-protobuf;charset=x", Message::V1),
        ] {
            assert_eq!(Message::from_content_type(header), Ok(message), "{header}");
        }
        let error = |header| Message::from_content_type(header).unwrap_err();
        assert!(error("text/plain").ends_with("got text/plain content-type"));
        assert!(error("application/x-protobuf;proto=foo").contains("unknown type"));
        assert!(error("application/x-protobuf;proto").contains("key-values"));
    }

    #[test]
    fn accepted_messages() {
        let only_new = Accepted::parse("io.prometheus.write.v2.Request").unwrap();
        assert_eq!(only_new.check(Message::V2), Ok(()));
        assert!(
            only_new.check(Message::V1).unwrap_err().ends_with("only accepts io.prometheus.write.v2.Request")
        );
        assert_eq!(Accepted::parse("").unwrap(), Accepted::default());
        assert!(Accepted::parse("x").is_err());
        assert!(check_encoding("gzip").is_err() && check_encoding("").is_ok());
    }
}
