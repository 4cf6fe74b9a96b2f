use super::Verdict;

/// One test suite for each host, one test case for each case.
pub fn junit(verdicts: &[Verdict]) -> String {
    let mut hosts: Vec<&str> = Vec::new();
    for verdict in verdicts {
        if !hosts.contains(&verdict.host.as_str()) {
            hosts.push(&verdict.host);
        }
    }
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"conformance\">\n");
    for host in hosts {
        let of_host = || verdicts.iter().filter(|verdict| verdict.host == host);
        let failures = of_host().filter(|verdict| !verdict.problems.is_empty()).count();
        let (host, count) = (escaped(host), of_host().count());
        xml.push_str(&format!(
            "  <testsuite name=\"{host}\" tests=\"{count}\" failures=\"{failures}\" skipped=\"0\">\n"
        ));
        for verdict in of_host() {
            let (case, group) = (escaped(&verdict.case), escaped(&verdict.group));
            let seconds = format!("{}.{:03}", verdict.took_ms / 1000, verdict.took_ms % 1000);
            xml.push_str(&format!("    <testcase classname=\"{host}.{group}\" name=\"{case}\" time=\"{seconds}\""));
            match verdict.problems.first() {
                None => xml.push_str("/>\n"),
                Some(first) => xml.push_str(&format!(
                    ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>\n",
                    escaped(first),
                    escaped(&verdict.problems.join("\n"))
                )),
            }
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// A text for XML 1.0, which has no way of writing most control characters.
fn escaped(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => made.push_str("&amp;"),
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '"' => made.push_str("&quot;"),
            '\n' | '\t' => made.push(c),
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => made.push('\u{fffd}'),
            _ => made.push(c),
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_carry_is_escaped_and_a_failure_is_counted() {
        let verdict = |case: &str, problems: &[&str]| Verdict {
            host: "fresh".to_owned(),
            case: case.to_owned(),
            group: "g".to_owned(),
            took_ms: 1_005,
            problems: problems.iter().map(|problem| (*problem).to_owned()).collect(),
        };
        let xml = junit(&[verdict("a", &[]), verdict("b", &["1 < 2 & \"x\"\u{0}"])]);
        assert!(xml.contains(r#"<testsuite name="fresh" tests="2" failures="1" skipped="0">"#), "{xml}");
        assert!(xml.contains(r#"<testcase classname="fresh.g" name="a" time="1.005"/>"#), "{xml}");
        assert!(xml.contains("1 &lt; 2 &amp; &quot;x&quot;\u{fffd}"), "{xml}");
    }
}
