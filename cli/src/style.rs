//! Colour, where somebody can see it.

use std::fmt;
use std::io::IsTerminal;

use sandbox_host::Status;

/// Whether one stream gets colour: it is a terminal, and `NO_COLOR` is not set.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    colour: bool,
}

#[derive(Clone, Copy)]
enum Ink {
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Blue,
}

impl Style {
    pub fn stdout() -> Self {
        Self::of(std::io::stdout().is_terminal())
    }

    pub fn stderr() -> Self {
        Self::of(std::io::stderr().is_terminal())
    }

    /// Without colour.
    #[cfg(test)]
    pub fn plain() -> Self {
        Self { colour: false }
    }

    fn of(terminal: bool) -> Self {
        // By the convention, an empty value does not count.
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self { colour: terminal && !refused && !dumb }
    }

    /// Whether lines may be overwritten.
    pub fn is_live(self) -> bool {
        self.colour
    }

    pub fn bold(self, text: impl fmt::Display) -> String {
        self.paint(Ink::Bold, text)
    }

    pub fn dim(self, text: impl fmt::Display) -> String {
        self.paint(Ink::Dim, text)
    }

    pub fn good(self, text: impl fmt::Display) -> String {
        self.paint(Ink::Green, text)
    }

    pub fn warning(self, text: impl fmt::Display) -> String {
        self.paint(Ink::Yellow, text)
    }

    pub fn bad(self, text: impl fmt::Display) -> String {
        self.paint(Ink::Red, text)
    }

    pub fn busy(self, text: impl fmt::Display) -> String {
        self.paint(Ink::Blue, text)
    }

    /// A status in its colour.
    pub fn status(self, status: Status, text: impl fmt::Display) -> String {
        match status {
            Status::Provisioning => self.busy(text),
            Status::Running => self.good(text),
            Status::Failed => self.bad(text),
            Status::Terminated => self.dim(text),
        }
    }

    fn paint(self, ink: Ink, text: impl fmt::Display) -> String {
        if !self.colour {
            return text.to_string();
        }
        let code = match ink {
            Ink::Bold => 1,
            Ink::Dim => 2,
            Ink::Red => 31,
            Ink::Green => 32,
            Ink::Yellow => 33,
            Ink::Blue => 36,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// Text without control characters: what a vendor wrote must not move the cursor of whoever reads it.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Style, clean};

    #[test]
    fn text_has_no_escapes_where_nobody_sees_colour() {
        let plain = Style { colour: false };
        assert_eq!(plain.bad("no"), "no");
        let coloured = Style { colour: true };
        assert_eq!(coloured.bad("no"), "\x1b[31mno\x1b[0m");
    }

    #[test]
    fn a_vendors_text_cannot_steer_the_terminal() {
        assert_eq!(clean("a\x1b[2Jb\nc"), "a [2Jb c");
    }
}
