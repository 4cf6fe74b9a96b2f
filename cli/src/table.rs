//! Rows of equal columns, for people.

use std::fmt::Write as _;

use super::style::Style;

/// A heading and rows below it; each column is as wide as its widest text, the last one ends where it ends.
pub fn table<const N: usize>(style: Style, heading: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = heading.map(|text| text.chars().count());
    for row in rows {
        for (width, text) in widths.iter_mut().zip(row) {
            *width = (*width).max(text.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let padded: Vec<String> = cells.iter().zip(widths).map(|(text, width)| format!("{text:<width$}")).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = writeln!(text, "{}", style.dim(line(heading)));
    for row in rows {
        let _ = writeln!(text, "{}", line(row.each_ref().map(String::as_str)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::style::Style;
    use super::table;

    #[test]
    fn columns_are_as_wide_as_they_have_to_be() {
        let rows = [["longer", "x"], ["é", "y"]].map(|row| row.map(str::to_owned));
        assert_eq!(table(Style::plain(), ["A", "B"], &rows), "A       B\nlonger  x\né       y\n");
    }
}
