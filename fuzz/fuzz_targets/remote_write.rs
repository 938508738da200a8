//! No bytes make the receiver of remote write panic, in either form, as they are and behind a valid compression; nothing
//! but a good request and a wrong one is answered.
#![no_main]

use libfuzzer_sys::fuzz_target;
use narthex_fuzz::AnySeries;
use narthex_remote::receive::{Message, Options, Receiver};

fuzz_target!(|input: &[u8]| {
    let Some((bits, body)) = input.split_first() else { return };
    let message = if bits & 1 == 0 { Message::V1 } else { Message::V2 };
    let receiver = Receiver::new(Options {
        keep_metadata: bits & 2 != 0,
        type_and_unit_labels: bits & 4 != 0,
        start_timestamp_zeros: bits & 8 != 0,
        ..Options::default()
    });
    let packed = snap::raw::Encoder::new().compress_vec(body).unwrap_or_default();
    for body in [body, &packed] {
        let reply = receiver.receive(&AnySeries, message, body, 1_000_000);
        assert!([204, 400].contains(&reply.status), "{reply:?}");
    }
});
