//! Go's syntax and its errors, the fast paths, and that these agree with the engine.

use super::*;

fn matches(pattern: &str, text: &str) -> bool {
    let fast = Regex::new(pattern).unwrap().is_match(text);
    let slow = compile(pattern).unwrap().is_match(Input::new(text).anchored(Anchored::Yes));
    assert_eq!(fast, slow, "{pattern:?} on {text:?}: fast path and engine");
    fast
}

#[test]
fn go_syntax() {
    for (pattern, yes, no) in [
        ("a.b", "a\nb", "ab"),
        ("(?-s)a.b", "axb", "a\nb"),
        (r"\d+", "12", "١٢"),
        (r"\w+", "a_1", "é"),
        (r"\W", "é", "a"),
        (r"\s", "\n", "\u{a0}"),
        (r"a\b é", "a é", "a"),
        (r"é\B", "é", "a"),
        (r"\Qa.b|\E+", "a.b||", "axb"),
        (r"\Qa.b", "a.b", "aXb"),
        ("a{,2}", "a{,2}", "aa"),
        ("a{b}", "a{b}", "ab"),
        ("a{2}", "aa", "a"),
        ("a{1,}b", "aab", "b"),
        ("a{01}", "a{01}", "a"),
        (r"\pL+", "éa", "1"),
        (r"\p{Greek}\PN", "αx", "α1"),
        (r"\p{^Greek}", "a", "α"),
        (r"a\z", "a", "a\n"),
        (r"\Aa$", "a", "a\n"),
        ("(?i)straSSe", "STRASSE", "strase"),
        ("(?i)k", "\u{212a}", "l"),
        ("(?i:a)b", "Ab", "AB"),
        ("[]a]+", "]a", "b"),
        ("[^]a]", "b", "]"),
        ("[a&&b]+", "a&b", "c"),
        ("[a-c-e]+", "b-e", "d"),
        ("[[:alpha:]_]+", "a_", "1"),
        ("[[:^digit:]]", "é", "1"),
        (r"[\d\-x]+", "1-x", "a"),
        (r"\x41\x{1F600}\101", "A😀A", "a"),
        (r"\.\_\-", "._-", "a_-"),
        ("a|b|", "", "c"),
        ("(?P<n>a)(?<m>b)", "ab", "a"),
        ("x*?y", "xxy", "xx"),
        ("(?U)x+y", "xxy", "xx"),
    ] {
        assert!(matches(pattern, yes), "{pattern:?} must match {yes:?}");
        assert!(!matches(pattern, no), "{pattern:?} must not match {no:?}");
    }
}

#[test]
fn go_errors() {
    for (pattern, message) in [
        ("(", "missing closing ): `(`"),
        ("a)", "unexpected ): `a)`"),
        ("[a", "missing closing ]: `[a`"),
        ("[z-a]", "invalid character class range: `z-a`"),
        ("[[:foo:]]", "invalid character class range: `[:foo:]`"),
        ("*a", "missing argument to repetition operator: `*`"),
        ("a|*", "missing argument to repetition operator: `*`"),
        ("a**", "invalid nested repetition operator: `**`"),
        ("a+?*", "invalid nested repetition operator: `+?*`"),
        ("a{1001}", "invalid repeat count: `{1001}`"),
        ("a{2,1}", "invalid repeat count: `{2,1}`"),
        (r"\1", r"invalid escape sequence: `\1`"),
        (r"\C", r"invalid escape sequence: `\C`"),
        (r"\", "trailing backslash at end of expression: ``"),
        (r"\p{Foo}", r"invalid character class range: `\p{Foo}`"),
        ("(?=a)", "invalid or unsupported Perl syntax: `(?=`"),
        ("(?x)a", "invalid or unsupported Perl syntax: `(?x`"),
        ("(?P<a-b>c)", "invalid named capture: `(?P<a-b>`"),
    ] {
        let error = Regex::new(pattern).unwrap_err();
        assert_eq!(error.to_string(), format!("error parsing regexp: {message}"), "{pattern}");
    }
    assert!(Regex::new(&"(".repeat(100_000)).is_err());
    assert!(Regex::new(&format!("{}a{}", "(".repeat(5_000), ")".repeat(5_000))).is_err());
    assert!(Regex::new(r"((\pL{1000}){1000}){1000}").is_err());
}

#[test]
fn sets() {
    let set = |pattern: &str| Regex::new(pattern).unwrap().set_matches().map(<[String]>::to_vec);
    assert_eq!(set("b|a|c|a").unwrap(), ["a", "b", "c"]);
    assert_eq!(set("(api|web)-[12]").unwrap(), ["api-1", "api-2", "web-1", "web-2"]);
    assert_eq!(set("foo").unwrap(), ["foo"]);
    assert_eq!(set("").unwrap(), [""]);
    assert_eq!(set("ab?").unwrap(), ["a", "ab"]);
    assert_eq!(set("2.."), None);
    assert_eq!(set("a.*"), None);
    assert_eq!(set("^a$"), None);
    let many = (0..3000).map(|n| format!("host-{n}")).collect::<Vec<_>>().join("|");
    assert_eq!(set(&many).map(|set| set.len()), Some(3000));
    assert!(matches(&many, "host-2999") && !matches(&many, "host-3000"));
}

#[test]
fn gaps() {
    for (pattern, yes, no) in [
        ("foo.*", &["foo", "foobar", "foo\n"][..], &["fo", "xfoo"][..]),
        ("foo.+", &["foox"], &["foo", "fo"]),
        (".*foo", &["foo", "xfoo"], &["foox"]),
        (".+foo", &["xfoo", "foofoo"], &["foo"]),
        (".*foo.*", &["foo", "xfoox"], &["fo"]),
        (".+foo.+", &["xfoox", "fooofoox"], &["foo", "xfoo", "foox", "é"]),
        (".*", &["", "x"], &[]),
        (".+", &["x"], &[""]),
        (".+.+", &["xx"], &["x", ""]),
        ("(foo|bar).*", &["foo", "barx"], &["baz"]),
        ("(.*)(foo|bar)(.+)", &["foox", "xbarx"], &["foo", "bar"]),
        ("é.+", &["éé"], &["é"]),
    ] {
        yes.iter().for_each(|text| assert!(matches(pattern, text), "{pattern:?} must match {text:?}"));
        no.iter().for_each(|text| assert!(!matches(pattern, text), "{pattern:?} must not match {text:?}"));
    }
    assert!(Regex::new(".*").unwrap().matches_all());
    assert!(!Regex::new(".+").unwrap().matches_all());
}

#[test]
fn prefixes() {
    let prefix = |pattern: &str| Regex::new(pattern).unwrap().prefix().map(str::to_owned);
    assert_eq!(prefix("foo.*bar").as_deref(), Some("foo"));
    assert_eq!(prefix("fo+").as_deref(), Some("f"));
    assert_eq!(prefix("(foo-a|foo-b).*").as_deref(), Some("foo-"));
    assert_eq!(prefix("(?i)foo.*"), None);
    assert_eq!(prefix("a?b"), None);
}
