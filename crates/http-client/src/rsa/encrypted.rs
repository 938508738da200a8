//! Private keys with a passphrase: PKCS #8 (`ENCRYPTED PRIVATE KEY`, RFC 8018's PBES2 with PBKDF2) and the older form that
//! OpenSSL wrote before version 3 (`Proc-Type: 4,ENCRYPTED`, RFC 1421). Both with AES in CBC mode.

use std::num::NonZeroU32;

use aes::cipher::{BlockCipherDecrypt, KeyInit};
use aes::{Aes128Dec, Aes192Dec, Aes256Dec, Block};
use md5::{Digest, Md5};
use ring::pbkdf2::{self, PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, PBKDF2_HMAC_SHA384, PBKDF2_HMAC_SHA512};

const BLOCK_BYTES: usize = 16;
/// Much more than any tool writes: a key file must not stop us for minutes.
const ITERATIONS_MAX: u32 = 10_000_000;

const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
const INTEGER: u8 = 0x02;
const IDENTIFIER: u8 = 0x06;
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
/// `aes128-CBC-PAD` and its sisters differ in the last byte.
const AES: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01];
/// `hmacWithSHA1` and its sisters differ in the last byte.
const HMAC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02];

const WRONG: &str = "the passphrase does not fit the key";

/// The bytes of a key that is encrypted as PKCS #8 says.
pub(super) fn pkcs8(der: &[u8], passphrase: &str) -> Result<Vec<u8>, String> {
    let damaged = || "the encrypted key is damaged".to_owned();
    let unknown = || {
        "the key is encrypted in a way that is not read: expected PBES2 with PBKDF2 and AES, as \
         \"openssl pkcs8 -topk8 -v2 aes256\" writes"
            .to_owned()
    };
    let mut whole = Der(Der(der).get(SEQUENCE).ok_or_else(damaged)?);
    let mut scheme = Der(whole.get(SEQUENCE).ok_or_else(damaged)?);
    let data = whole.get(OCTETS).ok_or_else(damaged)?;
    if scheme.get(IDENTIFIER) != Some(PBES2) {
        return Err(unknown());
    }
    let mut parts = Der(scheme.get(SEQUENCE).ok_or_else(damaged)?);
    let mut derivation = Der(parts.get(SEQUENCE).ok_or_else(damaged)?);
    let mut cipher = Der(parts.get(SEQUENCE).ok_or_else(damaged)?);
    if derivation.get(IDENTIFIER) != Some(PBKDF2) {
        return Err(unknown());
    }
    let mut fields = Der(derivation.get(SEQUENCE).ok_or_else(damaged)?);
    let salt = fields.get(OCTETS).ok_or_else(damaged)?;
    let iterations = fields.get(INTEGER).and_then(number).filter(|count| *count <= ITERATIONS_MAX);
    let iterations = iterations.and_then(NonZeroU32::new).ok_or_else(damaged)?;
    // The key's length may stand here; the cipher tells it too.
    let _ = fields.get(INTEGER);
    let function = match fields.get(SEQUENCE).map(|function| Der(function).get(IDENTIFIER)) {
        None => PBKDF2_HMAC_SHA1,
        Some(name) => match name.and_then(|name| name.strip_prefix(HMAC)) {
            Some([7]) => PBKDF2_HMAC_SHA1,
            Some([9]) => PBKDF2_HMAC_SHA256,
            Some([10]) => PBKDF2_HMAC_SHA384,
            Some([11]) => PBKDF2_HMAC_SHA512,
            _ => return Err(unknown()),
        },
    };
    let key_bytes = match cipher.get(IDENTIFIER).and_then(|name| name.strip_prefix(AES)) {
        Some([2]) => 16,
        Some([22]) => 24,
        Some([42]) => 32,
        _ => return Err(unknown()),
    };
    let start = cipher.get(OCTETS).ok_or_else(damaged)?;
    let mut key = vec![0; key_bytes];
    pbkdf2::derive(function, iterations, salt, passphrase.as_bytes(), &mut key);
    decrypt(&key, start, data)
}

/// The bytes of a key that is encrypted as RFC 1421 says; `info` is what follows `DEK-Info:`.
pub(super) fn pem(info: &str, data: &[u8], passphrase: &str) -> Result<Vec<u8>, String> {
    let (cipher, start) = info.trim().split_once(',').unwrap_or((info.trim(), ""));
    let key_bytes = match cipher {
        "AES-128-CBC" => 16,
        "AES-192-CBC" => 24,
        "AES-256-CBC" => 32,
        other => return Err(format!("the key is encrypted with {other}: only AES is read")),
    };
    let byte = |at: usize| start.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
    let start: Option<Vec<u8>> = (0..BLOCK_BYTES).map(|index| byte(2 * index)).collect();
    let start = start.ok_or("the encrypted key's DEK-Info is damaged")?;
    // The first bytes of the start value are the salt.
    let salt = start.get(..8).unwrap_or_default();
    let mut key = Vec::new();
    let mut hash: Vec<u8> = Vec::new();
    while key.len() < key_bytes {
        hash = Md5::new().chain_update(&hash).chain_update(passphrase).chain_update(salt).finalize().to_vec();
        key.extend_from_slice(&hash);
    }
    key.truncate(key_bytes);
    decrypt(&key, &start, data)
}

/// AES in CBC mode; the padding is checked and cut off.
fn decrypt(key: &[u8], start: &[u8], data: &[u8]) -> Result<Vec<u8>, String> {
    if start.len() != BLOCK_BYTES || data.is_empty() || !data.len().is_multiple_of(BLOCK_BYTES) {
        return Err("the encrypted key is damaged".to_owned());
    }
    let plain = match key.len() {
        16 => Aes128Dec::new_from_slice(key).ok().map(|cipher| blocks(&cipher, start, data)),
        24 => Aes192Dec::new_from_slice(key).ok().map(|cipher| blocks(&cipher, start, data)),
        _ => Aes256Dec::new_from_slice(key).ok().map(|cipher| blocks(&cipher, start, data)),
    };
    let mut plain = plain.ok_or(WRONG)?;
    let padding = plain.last().map_or(0, |last| usize::from(*last));
    let kept =
        plain.len().checked_sub(padding).filter(|_| (1..=BLOCK_BYTES).contains(&padding)).ok_or(WRONG)?;
    if plain.get(kept..).is_some_and(|rest| rest.iter().any(|byte| usize::from(*byte) != padding)) {
        return Err(WRONG.to_owned());
    }
    plain.truncate(kept);
    Ok(plain)
}

fn blocks<C>(cipher: &C, start: &[u8], data: &[u8]) -> Vec<u8>
where
    C: BlockCipherDecrypt<BlockSize = aes::cipher::consts::U16>,
{
    let mut plain = Vec::with_capacity(data.len());
    let mut before = start;
    for chunk in data.chunks_exact(BLOCK_BYTES) {
        let mut block = Block::default();
        block.copy_from_slice(chunk);
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(before).map(|(byte, before)| byte ^ before));
        before = chunk;
    }
    plain
}

/// A whole number of at most four bytes.
fn number(bytes: &[u8]) -> Option<u32> {
    let bytes = match bytes {
        [0, rest @ ..] => rest,
        bytes => bytes,
    };
    (bytes.len() <= 4).then(|| bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// The rest of a sequence of DER values.
struct Der<'d>(&'d [u8]);

impl<'d> Der<'d> {
    /// The content of the next value if it has this tag; otherwise nothing is taken.
    fn get(&mut self, tag: u8) -> Option<&'d [u8]> {
        let (_, rest) = self.0.split_first().filter(|(first, _)| **first == tag)?;
        let (length, rest) = rest.split_first()?;
        let (length, rest) = match *length {
            short @ 0..0x80 => (usize::from(short), rest),
            long => {
                let (bytes, rest) = rest.split_at_checked(usize::from(long & 0x7f))?;
                (usize::try_from(number(bytes)?).ok()?, rest)
            }
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }
}
