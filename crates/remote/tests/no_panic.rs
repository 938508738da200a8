//! Whatever the bytes are, there is an answer; and a valid request that is cut or bent never stores part of a series
//! with an answer of the 500s.
#![allow(clippy::unwrap_used, reason = "what cannot be unwrapped is a failed test")]

use narthex_remote::receive::{Message, Options, Receiver};
use narthex_tsdb::Db;
use proptest::prelude::*;

fn packed(bytes: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(bytes).unwrap()
}

/// A valid request: `up{job="a"} 1 @1000` with an exemplar and a histogram.
fn valid(message: Message) -> Vec<u8> {
    let field = |number: u8, bytes: &[u8]| [&[number << 3 | 2, bytes.len() as u8], bytes].concat();
    let sample = [&[9][..], &1.0_f64.to_le_bytes(), &[16, 0xe8, 7]].concat();
    let observed = [&[17][..], &1.0_f64.to_le_bytes(), &[24, 0xe8, 7]].concat();
    let histogram = [8, 1, 0x20, 2, 0x5a, 4, 8, 0, 16, 1, 0x62, 1, 2, 0x78, 0xe9, 7];
    match message {
        Message::V1 => {
            let label = |name: &str, value: &str| {
                field(1, &[field(1, name.as_bytes()), field(2, value.as_bytes())].concat())
            };
            let exemplar = [label("trace", "x"), observed].concat();
            let series = [
                label("__name__", "up"),
                label("job", "a"),
                field(2, &sample),
                field(3, &exemplar),
                field(4, &histogram),
            ];
            field(1, &series.concat())
        }
        Message::V2 => {
            let symbols = ["", "__name__", "up", "job", "a"].map(|text| field(4, text.as_bytes())).concat();
            let exemplar = [field(1, &[3, 4]), observed].concat();
            let series = [
                field(1, &[1, 2, 3, 4]),
                field(2, &sample),
                field(3, &histogram),
                field(4, &exemplar),
                field(5, &[8, 1, 24, 2]),
            ];
            [symbols, field(5, &series.concat())].concat()
        }
    }
}

fn receive(message: Message, body: &[u8]) -> u16 {
    let dir = tempfile::tempdir().unwrap();
    let db = Db::open(dir.path(), narthex_tsdb::Options::default()).unwrap();
    let options = Options {
        keep_metadata: true,
        type_and_unit_labels: true,
        start_timestamp_zeros: true,
        ..Options::default()
    };
    let receiver = Receiver::new(options);
    let first = receiver.receive(&db, message, body, 10_000);
    // Again, with everything known by now.
    let _ = receiver.receive(&db, message, body, 10_000);
    first.status
}

#[test]
fn valid_requests_are_taken() {
    for message in [Message::V1, Message::V2] {
        assert_eq!(receive(message, &packed(&valid(message))), 204, "{message:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), second in any::<bool>()) {
        let message = if second { Message::V2 } else { Message::V1 };
        prop_assert!([204, 400].contains(&receive(message, &bytes)));
        prop_assert!([204, 400].contains(&receive(message, &packed(&bytes))));
    }

    #[test]
    fn bent_requests(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(), second in any::<bool>()) {
        let message = if second { Message::V2 } else { Message::V1 };
        let mut body = valid(message);
        let at = at.index(body.len());
        if cut { body.truncate(at) } else { body[at] = byte }
        prop_assert!([204, 400].contains(&receive(message, &packed(&body))));
    }
}
