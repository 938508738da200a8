//! RSA keys and what is signed with them: statements of who we are (RFC 7519, 7523) and requests of Oracle's cloud.

mod encrypted;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{RSA_PKCS1_SHA256, RSA_PKCS1_SHA384, RSA_PKCS1_SHA512, RsaEncoding, RsaKeyPair};
use serde_json::Value;

/// How a signature is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Algorithm {
    /// PKCS #1 with SHA-256.
    #[default]
    Rs256,
    /// PKCS #1 with SHA-384.
    Rs384,
    /// PKCS #1 with SHA-512.
    Rs512,
}

impl Algorithm {
    /// Its name in a statement's head.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
        }
    }

    fn encoding(self) -> &'static dyn RsaEncoding {
        match self {
            Self::Rs256 => &RSA_PKCS1_SHA256,
            Self::Rs384 => &RSA_PKCS1_SHA384,
            Self::Rs512 => &RSA_PKCS1_SHA512,
        }
    }
}

/// A private key.
#[derive(Debug)]
pub struct SigningKey(RsaKeyPair);

impl SigningKey {
    /// Reads a key in PEM: `PRIVATE KEY` (PKCS #8) or `RSA PRIVATE KEY` (PKCS #1), both also with a passphrase.
    pub fn from_pem(pem: &str, passphrase: Option<&str>) -> Result<Self, String> {
        let (kind, mut der) = section(pem, |kind| kind.ends_with("PRIVATE KEY"))?;
        let passphrase = || passphrase.ok_or("the key is encrypted, and there is no passphrase for it");
        let info = pem.lines().find_map(|line| line.trim().strip_prefix("DEK-Info:"));
        if kind == "ENCRYPTED PRIVATE KEY" {
            der = encrypted::pkcs8(&der, passphrase()?)?;
        } else if let Some(info) = info {
            der = encrypted::pem(info, &der, passphrase()?)?;
        }
        let pair = match kind {
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der),
            "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => RsaKeyPair::from_pkcs8(&der),
            other => return Err(format!("\"{other}\" is not an RSA key")),
        };
        pair.map(Self).map_err(|error| format!("the RSA key cannot be used: {error}"))
    }

    /// The signature of a text.
    pub fn sign(&self, algorithm: Algorithm, text: &str) -> Result<Vec<u8>, String> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        self.0
            .sign(algorithm.encoding(), &SystemRandom::new(), text.as_bytes(), &mut signature)
            .map_err(|_| "cannot sign with the key".to_owned())?;
        Ok(signature)
    }

    /// A signed statement of `claims`, with the key's name in its head if it has one.
    pub fn statement(&self, algorithm: Algorithm, key_id: &str, claims: &Value) -> Result<String, String> {
        let mut head = serde_json::json!({ "alg": algorithm.name(), "typ": "JWT" });
        if !key_id.is_empty() {
            head["kid"] = key_id.into();
        }
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&head), encode(claims));
        let signature = self.sign(algorithm, &signed)?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The public half as `SubjectPublicKeyInfo` (RFC 5280).
    pub fn public_der(&self) -> Vec<u8> {
        /// `rsaEncryption` without parameters.
        const ALGORITHM: [u8; 15] =
            [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
        const BIT_STRING: u8 = 0x03;
        const SEQUENCE: u8 = 0x30;
        use ring::signature::KeyPair;
        let key = [&[0], self.0.public_key().as_ref()].concat();
        tagged(SEQUENCE, &[&ALGORITHM, tagged(BIT_STRING, &key).as_slice()].concat())
    }
}

/// An identifier that no other has (RFC 9562, version 4), for statements that are good once.
pub fn unique() -> Result<String, String> {
    let mut bytes = [0_u8; 16];
    SystemRandom::new().fill(&mut bytes).map_err(|_| "the system gives no random numbers".to_owned())?;
    let bits = u128::from_be_bytes(bytes) & !(0xf << 76 | 0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let hex = format!("{bits:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default().to_owned();
    Ok([part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-"))
}

/// A DER value: tag, length, content.
fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let start = length.iter().position(|byte| *byte != 0).unwrap_or(length.len() - 1);
    let length = length.get(start..).unwrap_or_default();
    let mut out = vec![tag];
    if content.len() >= 0x80 {
        out.push(0x80 | length.len() as u8);
    }
    out.extend_from_slice(length);
    out.extend_from_slice(content);
    out
}

/// The first wanted section of a PEM file: its kind and its bytes.
pub fn section(pem: &str, wanted: impl Fn(&str) -> bool) -> Result<(&str, Vec<u8>), String> {
    let mut found: Option<(&str, String)> = None;
    for line in pem.lines().map(str::trim) {
        if let Some(kind) = line.strip_prefix("-----BEGIN ").and_then(|line| line.strip_suffix("-----")) {
            found = wanted(kind).then(|| (kind, String::new()));
        } else if line.starts_with("-----END ") {
            let Some((kind, text)) = found.take() else { continue };
            let bytes = STANDARD.decode(text).map_err(|error| format!("the {kind} is damaged: {error}"))?;
            return Ok((kind, bytes));
        } else if let Some((_, text)) = found.as_mut().filter(|_| !line.contains(':')) {
            text.push_str(line);
        }
    }
    Err("there is no such section: expected \"-----BEGIN … PRIVATE KEY-----\" or a certificate".to_owned())
}

#[cfg(test)]
mod tests {
    use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey};

    use super::*;

    const KEY: &str = include_str!("test_keys/plain.pem");

    #[test]
    fn statements() {
        let key = SigningKey::from_pem(KEY, None).unwrap();
        let claims = serde_json::json!({ "iss": "me" });
        let statement = key.statement(Algorithm::Rs512, "k1", &claims).unwrap();
        let (signed, signature) = statement.rsplit_once('.').unwrap();
        let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA512, key.0.public_key().as_ref());
        public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
        let head = URL_SAFE_NO_PAD.decode(signed.split('.').next().unwrap()).unwrap();
        assert_eq!(head, br#"{"alg":"RS512","kid":"k1","typ":"JWT"}"#);
    }

    #[test]
    fn a_statement_without_a_key_name_and_its_identifier() {
        let key = SigningKey::from_pem(KEY, None).unwrap();
        let statement = key.statement(Algorithm::Rs384, "", &serde_json::json!({})).unwrap();
        let head = URL_SAFE_NO_PAD.decode(statement.split('.').next().unwrap()).unwrap();
        assert_eq!(head, br#"{"alg":"RS384","typ":"JWT"}"#);
        let (one, other) = (unique().unwrap(), unique().unwrap());
        assert_ne!(one, other);
        assert_eq!((one.len(), &one[14..15], one.matches('-').count()), (36, "4", 4));
    }

    #[test]
    fn public_half() {
        let der = SigningKey::from_pem(KEY, None).unwrap().public_der();
        // A 2048-bit key: 294 bytes, two of them for the length after the tag.
        assert_eq!(der.len(), 294);
        assert_eq!(der[..4], [0x30, 0x82, 0x01, 0x22]);
        assert_eq!(tagged(0x04, &[7; 3]), [4, 3, 7, 7, 7]);
        assert_eq!(tagged(0x04, &[0; 200])[..3], [4, 0x81, 200]);
        assert_eq!(tagged(0x04, &[]), [4, 0]);
    }

    /// The same key, as OpenSSL 3 wrote it with passphrases: by -v2 aes256, -v2 aes-128-cbc, and -traditional.
    #[test]
    fn encrypted_keys() {
        let plain = SigningKey::from_pem(KEY, None).unwrap().public_der();
        for pem in [
            include_str!("test_keys/pkcs8_aes256.pem"),
            include_str!("test_keys/pkcs8_aes128_sha1.pem"),
            include_str!("test_keys/traditional_aes192.pem"),
        ] {
            assert_eq!(SigningKey::from_pem(pem, Some("open sesame")).unwrap().public_der(), plain);
            let error = SigningKey::from_pem(pem, Some("wrong")).unwrap_err();
            assert!(error.contains("passphrase does not fit") || error.contains("cannot be used"), "{error}");
            assert!(SigningKey::from_pem(pem, None).unwrap_err().contains("no passphrase"));
        }
    }

    #[test]
    fn unusable() {
        for (pem, expected) in [
            ("", "no such section"),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----", "damaged"),
            ("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----", "not an RSA key"),
            ("-----BEGIN PRIVATE KEY-----\n??\n-----END PRIVATE KEY-----", "damaged"),
            ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "cannot be used"),
            (
                "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----",
                "only AES is read",
            ),
        ] {
            let error = SigningKey::from_pem(pem, Some("p")).unwrap_err();
            assert!(error.contains(expected), "{pem}: {error}");
        }
    }
}
