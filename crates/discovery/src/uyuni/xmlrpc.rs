//! XML-RPC: a call with texts, whole numbers and lists out, a value of any kind in (as JSON, which the rest reads).

use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue};
use roxmltree::Node;
use serde_json::{Map, Value};
use url::Url;

use crate::rest::{Rest, shown};
use crate::{DiscoveryError, xml};

/// Deeper nesting than any answer of this interface has.
const DEPTH_MAX: usize = 32;

/// Calls a method.
pub(super) async fn call(
    rest: &mut Rest,
    url: &Url,
    method: &str,
    arguments: &[Value],
) -> Result<Value, DiscoveryError> {
    let kind = HeaderValue::from_static("text/xml");
    let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind.clone()), (ACCEPT, kind)]);
    let (_, body) = rest.request(Method::POST, url, headers, request(method, arguments)).await?;
    let text = xml::utf8(url, &body)?;
    let document = xml::parse(url, text)?;
    let failed = |reason: String| DiscoveryError::Answer { url: shown(url), reason };
    answer(document.root_element()).map_err(|reason| failed(format!("{method}: {reason}")))
}

fn request(method: &str, arguments: &[Value]) -> String {
    let mut out = format!("<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params>");
    for argument in arguments {
        out.push_str("<param>");
        write(&mut out, argument);
        out.push_str("</param>");
    }
    out.push_str("</params></methodCall>");
    out
}

fn write(out: &mut String, value: &Value) {
    out.push_str("<value>");
    match value {
        Value::Array(values) => {
            out.push_str("<array><data>");
            values.iter().for_each(|value| write(out, value));
            out.push_str("</data></array>");
        }
        Value::Number(number) => out.push_str(&format!("<int>{number}</int>")),
        other => {
            let text = other.as_str().unwrap_or_default();
            let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            out.push_str(&format!("<string>{text}</string>"));
        }
    }
    out.push_str("</value>");
}

/// The value of an answer, or why there is none.
fn answer(root: Node<'_, '_>) -> Result<Value, String> {
    if let Some(fault) = xml::at(root, "fault/value") {
        let fault = read(fault, 0)?;
        let field = |name: &str| fault.get(name).map(|value| crate::ask::text(value, "")).unwrap_or_default();
        return Err(format!("the server refused: {} (code {})", field("faultString"), field("faultCode")));
    }
    match xml::at(root, "params/param/value") {
        Some(value) => read(value, 0),
        None => Err("the answer holds no value".to_owned()),
    }
}

fn read(value: Node<'_, '_>, depth: usize) -> Result<Value, String> {
    if depth > DEPTH_MAX {
        return Err(format!("the answer is nested deeper than {DEPTH_MAX}"));
    }
    let Some(typed) = value.children().find(Node::is_element) else {
        // A value without a type is a text.
        return Ok(Value::from(value.text().unwrap_or_default()));
    };
    let text = typed.text().unwrap_or_default();
    let number = |what: &str| format!("\"{text}\" is not {what}");
    Ok(match typed.tag_name().name() {
        "int" | "i4" | "i8" => Value::from(text.trim().parse::<i64>().map_err(|_| number("a whole number"))?),
        "double" => Value::from(text.trim().parse::<f64>().map_err(|_| number("a number"))?),
        "boolean" => Value::from(matches!(text.trim(), "1" | "true")),
        "array" => {
            let values = xml::elements(typed, "data").map(|value| read(value, depth + 1));
            Value::from(values.collect::<Result<Vec<_>, _>>()?)
        }
        "struct" => {
            let mut fields = Map::new();
            for member in xml::children(typed, "member") {
                if let Some(value) = xml::child(member, "value") {
                    fields.insert(xml::text(member, "name").to_owned(), read(value, depth + 1)?);
                }
            }
            Value::from(fields)
        }
        "nil" => Value::Null,
        _ => Value::from(text),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read_text(text: &str) -> Result<Value, String> {
        answer(roxmltree::Document::parse(text).unwrap().root_element())
    }

    #[test]
    fn requests() {
        let written = request("a.b", &[json!("x & <y>"), json!(7), json!([1, 2])]);
        let expected = "<?xml version=\"1.0\"?><methodCall><methodName>a.b</methodName><params>\
             <param><value><string>x &amp; &lt;y&gt;</string></value></param><param><value><int>7</int></value></param>\
             <param><value><array><data><value><int>1</int></value><value><int>2</int></value></data></array></value></param>\
             </params></methodCall>";
        assert_eq!(written, expected);
    }

    #[test]
    fn answers() {
        let text = "<methodResponse><params><param><value><array><data><value><struct>
            <member><name>a</name><value><i4>-3</i4></value></member>
            <member><name>b</name><value>plain</value></member>
            <member><name>c</name><value><boolean>1</boolean></value></member>
            <member><name>d</name><value><string/></value></member>
            <member><name>e</name><value><nil/></value></member></struct></value></data></array></value></param></params></methodResponse>";
        assert_eq!(
            read_text(text).unwrap(),
            json!([{ "a": -3, "b": "plain", "c": true, "d": "", "e": null }])
        );
        let fault = "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>2950</int></value></member>
            <member><name>faultString</name><value>Either the password or username is incorrect.</value></member>
            </struct></value></fault></methodResponse>";
        let error = read_text(fault).unwrap_err();
        assert_eq!(error, "the server refused: Either the password or username is incorrect. (code 2950)");
        let number =
            "<methodResponse><params><param><value><int>x</int></value></param></params></methodResponse>";
        assert_eq!(read_text(number).unwrap_err(), "\"x\" is not a whole number");
        assert_eq!(read_text("<methodResponse/>").unwrap_err(), "the answer holds no value");
        let deep = format!(
            "<r><params><param>{}<value>x</value>{}</param></params></r>",
            "<value><array><data>".repeat(40),
            "</data></array></value>".repeat(40)
        );
        assert!(read_text(&deep).unwrap_err().contains("nested deeper"));
    }
}
