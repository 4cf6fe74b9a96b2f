//! The parameters of a message: bounded, by name, and without names that stand twice.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::error::RpcError;
use super::surrogates;
use crate::input::doubled;

/// Values that the parameters of a message may have: each takes some thirty times of the two bytes that it is written in.
pub const MOST_VALUES: usize = 500_000;

/// Reads the parameters of a message; null is none of them.
pub fn read(raw: &RawValue) -> Result<Value, RpcError> {
    let text = raw.get();
    let values = text.bytes().filter(|byte| matches!(byte, b',' | b':' | b'[' | b'{')).count();
    // Those within texts are counted as well, so that only what may be too much is counted exactly.
    if values > MOST_VALUES && values_of(text) > MOST_VALUES {
        let message = format!("the parameters have more than {MOST_VALUES} values");
        return Err(RpcError::invalid_params(message));
    }
    match serde_json::from_str(text) {
        Ok(Value::Null) => Ok(json!({})),
        Ok(params @ Value::Object(_)) => match doubled(text, CONFIGURATIONS) {
            Some(mistake) => Err(mistake.without_place().into()),
            None => Ok(with_configurations(params, text)),
        },
        Ok(_) => Err(RpcError::invalid_params("`params` has to be an object: they go by name")),
        Err(_) if let Some(path) = surrogates::path(text) => Err(RpcError::invalid_params(format!(
            "`{path}` has half of a character (a lone surrogate): a text was cut in the middle of one. Cut it elsewhere"
        ))
        .with_data(json!({ "path": path }))),
        Err(error) => {
            // The parser's words for what is no value are fixed texts.
            let words = error.to_string();
            let words = words.split(" at line ").next().unwrap_or_default();
            Err(RpcError::invalid_params(format!("`params` cannot be read: {words} at column {}", error.column())))
        }
    }
}

/// Where a pool's configuration lies in parameters. Names that stand twice in it are the provider's to tell.
const CONFIGURATIONS: &[&[&str]] = &[&["config"], &["context", "config"]];

/// The parameters with each configuration that is an object as the text that it came in: a value would keep one of two
/// members with the same name, and the provider could not tell.
fn with_configurations(mut params: Value, text: &str) -> Value {
    #[derive(Deserialize)]
    struct Configuration<'a> {
        #[serde(borrow, default)]
        config: Option<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct InContext<'a> {
        #[serde(borrow)]
        context: Configuration<'a>,
    }
    let put = |params: &mut Value, found: Option<&RawValue>| {
        if let Some(config) = params.get_mut("config").filter(|config| config.is_object())
            && let Some(raw) = found
        {
            *config = Value::String(raw.get().to_owned());
        }
    };
    if let Ok(Configuration { config }) = serde_json::from_str(text) {
        put(&mut params, config);
    }
    if let Some(context) = params.get_mut("context")
        && let Ok(InContext { context: Configuration { config } }) = serde_json::from_str(text)
    {
        put(context, config);
    }
    params
}

/// Values in a text of JSON, without what is within its texts.
fn values_of(text: &str) -> usize {
    let (mut within, mut escaped, mut values) = (false, false, 0);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if within => escaped = true,
            b'"' => within = !within,
            b',' | b':' | b'[' | b'{' if !within => values += 1,
            _ => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::values_of;

    #[test]
    fn what_is_within_texts_is_no_value() {
        assert_eq!(values_of(r#"{"a,b":"c\",{","d":[1,2]}"#), 6);
    }
}
