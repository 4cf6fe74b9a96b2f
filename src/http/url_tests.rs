//! What is and what is not an address.

use super::*;

fn origin(text: &str) -> Origin {
    match Origin::parse(text) {
        Ok(origin) => origin,
        Err(problem) => panic!("{text} {}", problem.message()),
    }
}

fn base(text: &str) -> String {
    match BaseUrl::parse(text) {
        Ok(base) => base.to_string(),
        Err(problem) => problem.rule().to_owned(),
    }
}

#[test]
fn a_base_url_has_one_spelling() {
    for (text, expected) in [
        ("https://app.daytona.io/api", "https://app.daytona.io/api"),
        ("HTTPS://App.Daytona.IO:443/api/", "https://app.daytona.io/api"),
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:3000//", "http://localhost:3000"),
        ("https://daytona_api:8443/a/b//", "https://daytona_api:8443/a/b"),
        ("http://10.0.0.5:3000/api", "http://10.0.0.5:3000/api"),
        ("http://daytona2:3000/api", "http://daytona2:3000/api"),
        ("https://app.example2/api", "https://app.example2/api"),
        ("https://host/api%20v1/a:b@c", "https://host/api%20v1/a:b@c"),
        ("https://xn--bcher-kva.example/Api", "https://xn--bcher-kva.example/Api"),
    ] {
        assert_eq!(base(text), expected, "{text}");
    }
}

#[test]
fn everything_that_hosts_disagree_about_is_refused_with_its_rule() {
    for (text, rule) in [
        ("", "url-scheme"),
        ("app.daytona.io/api", "url-scheme"),
        ("ftp://app.daytona.io", "url-scheme"),
        ("https:/app.daytona.io", "url-scheme"),
        ("https://user:hunter2@app.daytona.io/api", "url-user-info"),
        ("https://user@app.daytona.io", "url-user-info"),
        ("https://app.daytona.io/api?x=1", "url-query"),
        ("https://app.daytona.io?x=1", "url-query"),
        ("https://app.daytona.io/api#top", "url-fragment"),
        ("https://app.daytona.io/api#a?b", "url-fragment"),
        ("https://[::1]:3000/api", "url-ipv6"),
        ("https://::1/api", "url-ipv6"),
        ("https://", "url-host"),
        ("https:///api", "url-host"),
        ("https://:3000/api", "url-host"),
        ("https://a..b/api", "url-host"),
        ("https://app.daytona.io./api", "url-host"),
        ("https://-a.example", "url-host"),
        ("https://a-.example", "url-host"),
        ("https://a%2eb", "url-host"),
        ("https://a\\b", "url-host"),
        ("https://127.1/api", "url-host"),
        ("https://2130706433", "url-host"),
        ("https://0x7f000001", "url-host"),
        ("https://127.0.0.0x1", "url-host"),
        ("https://127.0.0.01", "url-host"),
        ("https://256.0.0.1", "url-host"),
        ("https://1.2.3.4.5", "url-host"),
        ("https://host:", "url-port"),
        ("https://host:0", "url-port"),
        ("https://host:65536", "url-port"),
        ("https://host:+80", "url-port"),
        ("https://host:8a", "url-port"),
        ("https://host#a", "url-fragment"),
        ("https://bücher.example", "url-non-ascii"),
        (" https://host", "url-whitespace"),
        ("https://host/api\n", "url-whitespace"),
        ("https://host/a\u{0}b", "url-whitespace"),
        ("https://host/a\u{a0}b", "url-whitespace"),
        ("https://host/api\u{200b}", "url-whitespace"),
        ("https://host/a\u{7f}b", "url-whitespace"),
        ("\u{feff}https://host/api", "url-whitespace"),
        ("https://host\u{2028}/api", "url-whitespace"),
        ("https://host/{id}", "url-path-character"),
        ("https://host/a\"b", "url-path-character"),
        ("https://host/é", "url-path-character"),
        ("https://host/%2", "url-path-character"),
        ("https://host/%zz", "url-path-character"),
        ("https://host//api", "url-path-segment"),
        ("https://host/a/../b", "url-path-segment"),
        ("https://host/.", "url-path-segment"),
    ] {
        assert_eq!(base(text), rule, "{text}");
    }
    assert_eq!(base(&format!("https://host/{}", "a".repeat(MAX_URL))), "url-too-long");
    assert_eq!(base(&format!("https://{}.example", "a".repeat(64))), "url-host");
    assert_eq!(base(&format!("https://{}example", "a.".repeat(130))), "url-host");
}

#[test]
fn every_problem_has_a_rule_of_its_own_and_names_a_remedy() {
    use UrlProblem as P;
    let all = [
        P::TooLong,
        P::Whitespace,
        P::Scheme,
        P::UserInfo,
        P::Ipv6,
        P::NonAscii,
        P::Host,
        P::Port,
        P::Query,
        P::Fragment,
        P::PathCharacter,
        P::PathSegment,
    ];
    for (index, problem) in all.iter().enumerate() {
        assert!(
            all.iter().take(index).all(|other| other.rule() != problem.rule() && other.message() != problem.message())
        );
        assert!(problem.rule().starts_with("url-"), "{problem:?}");
        assert!(problem.remedy("https://api.example").ends_with('.'), "{problem:?}");
    }
}

#[test]
fn a_base_url_tells_origin_and_path_apart() {
    let Ok(base) = BaseUrl::parse("https://daytona.example:8443/api/") else { panic!("refused") };
    assert_eq!((base.origin().to_string().as_str(), base.path()), ("https://daytona.example:8443", "/api"));
    let Ok(base) = BaseUrl::parse("https://daytona.example/") else { panic!("refused") };
    assert_eq!(base.path(), "");
}

#[test]
fn the_origin_of_a_url_is_what_stands_before_its_path() {
    for text in [
        "https://proxy.host:4000",
        "https://proxy.host:4000/",
        "https://proxy.host:4000/toolbox?x#y",
        "https://proxy.host:4000?x",
    ] {
        assert_eq!(origin(text).to_string(), "https://proxy.host:4000", "{text}");
    }
    assert_eq!(Origin::parse("https://key@host/toolbox").err(), Some(UrlProblem::UserInfo));
    assert_eq!(origin("https://host/toolbox@key").to_string(), "https://host");
}

#[test]
fn an_origin_tells_its_parts() {
    let plain = origin("http://Host:8080");
    assert!(plain.scheme() == Scheme::Http);
    assert_eq!((plain.host(), plain.port, plain.authority().as_ref()), ("host", 8080, "host:8080"));
    let secure = origin("https://host");
    assert_eq!((secure.port, secure.authority().as_ref()), (443, "host"));
    assert_eq!(origin("http://host:443").authority(), "host:443");
    assert!(origin("https://host:443") == secure);
    assert!(origin("http://host") != secure);
}

#[test]
fn loopback_is_this_machine_only() {
    for text in ["http://localhost:3000", "http://daytona.localhost", "http://127.0.0.1", "http://127.255.0.1"] {
        assert!(origin(text).is_loopback(), "{text}");
    }
    for text in
        ["http://localhost.example", "http://mylocalhost", "http://128.0.0.1", "http://127.example", "http://10.0.0.1"]
    {
        assert!(!origin(text).is_loopback(), "{text}");
    }
}

#[test]
fn an_address_is_told_from_a_name() {
    assert!(origin("http://10.0.0.5:3000").is_ip());
    assert!(!origin("http://10.0.0.example").is_ip());
    assert!(!origin("http://10.0.0.example5").is_ip());
}

#[test]
fn a_segment_can_neither_end_a_path_nor_climb_in_it() {
    let encoded = |text: &str| Segment::new(text).map(|segment| segment.as_str().to_owned());
    assert_eq!(encoded("abc-DEF_1.2~"), Some("abc-DEF_1.2~".to_owned()));
    assert_eq!(encoded("a/../b?c#d%"), Some("a%2F..%2Fb%3Fc%23d%25".to_owned()));
    assert_eq!(encoded("é 日"), Some("%C3%A9%20%E6%97%A5".to_owned()));
    assert_eq!(encoded("..."), Some("...".to_owned()));
    assert_eq!(encoded(&"a".repeat(512)), Some("a".repeat(512)));
    for refused in ["", ".", "..", "a\0", "a\nb", &"a".repeat(513)] {
        assert_eq!(encoded(refused), None, "{refused:?}");
    }
}

#[test]
fn a_query_value_stays_one_value() {
    assert_eq!(encode_query("{\"a\":\"b&c=d\"}"), "%7B%22a%22%3A%22b%26c%3Dd%22%7D");
}
