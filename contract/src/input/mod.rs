//! What people and peers write, read with errors that never repeat it: an environment, a key or a whole credential may
//! stand where something else was expected. An error names the place, the path and the type, and that is enough to mend it.

mod doubled;
mod json;
mod key;
mod mistake;
mod text;

pub use doubled::doubled;
pub use json::{from_str, from_str_except, from_value};
pub use key::{bare_key, oddity};

pub use mistake::{Mistake, is_plain_name, plain_name};
pub use text::{TextError, decode, read, read_text};
