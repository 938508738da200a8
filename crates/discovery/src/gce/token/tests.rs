//! A signed statement, checked with the public half of the key; refused files.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::signature::{KeyPair, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};

use super::*;

const KEY: &str = include_str!("../../../../http-client/src/rsa/test_keys/plain.pem");

fn file(kind: &str) -> String {
    serde_json::json!({
        "type": kind, "client_email": "me@example", "private_key": KEY, "private_key_id": "k1",
    })
    .to_string()
}

#[test]
fn statement() {
    let file: File = serde_json::from_str(&file("service_account")).unwrap();
    let assertion = assertion(&file, "https://token.example", 1000).unwrap();
    let (signed, signature) = assertion.rsplit_once('.').unwrap();
    let claims = URL_SAFE_NO_PAD.decode(signed.split('.').nth(1).unwrap()).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["iss"], "me@example");
    assert_eq!(claims["aud"], "https://token.example");
    assert_eq!(claims["exp"], 4600);
    let der: String = KEY.lines().filter(|line| !line.starts_with("-----")).collect();
    let pair = RsaKeyPair::from_pkcs8(&STANDARD.decode(der).unwrap()).unwrap();
    let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
    public.verify(signed.as_bytes(), &URL_SAFE_NO_PAD.decode(signature).unwrap()).unwrap();
}

#[tokio::test]
async fn refused_files() {
    let mut tokens = Tokens::new(false);
    for (text, expected) in [
        ("{".to_owned(), "EOF"),
        (file("external_account"), "not supported"),
        (r#"{"type": "service_account", "private_key": "?"}"#.to_owned(), "private_key"),
    ] {
        let error = match tokens.of_file("key.json", &text).await {
            Ok(_) => panic!("{text} was taken"),
            Err(error) => error.to_string(),
        };
        assert!(error.starts_with("key.json: ") && error.contains(expected), "{error}");
    }
    assert!(Tokens::new(true).header().await.unwrap().is_none(), "the configuration's own are used");
}
