//! The table: sections of rows with figures, and what each goal has come to.

use std::fmt;

/// Rows that have the same columns.
pub struct Section {
    title: String,
    columns: Vec<String>,
    rows: Vec<Row>,
}

/// One line: a name, a figure for each column, and the goals that it is held to.
pub struct Row {
    name: String,
    cells: Vec<String>,
    goals: Vec<Goal>,
}

/// What a figure should be.
#[derive(Clone, Debug)]
pub struct Goal {
    /// Which figure of the row, where it has several; empty otherwise.
    which: &'static str,
    value: f64,
    bound: Bound,
    unit: &'static str,
}

#[derive(Clone, Copy, Debug)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// Columns that names have in every section, so that the figures of all stand below each other.
const NAMES: usize = 44;

/// Columns that the narrowest figure has.
const NARROWEST: usize = 10;

impl Section {
    /// A title says what all of its figures have in common.
    pub fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        Self {
            title: title.into(),
            columns: columns.iter().map(|&column| column.to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    pub fn row<C: Into<String>>(&mut self, name: impl Into<String>, cells: impl IntoIterator<Item = C>) -> &mut Row {
        let cells = cells.into_iter().map(Into::into).collect();
        self.rows.push(Row { name: name.into(), cells, goals: Vec::new() });
        let last = self.rows.len() - 1;
        &mut self.rows[last]
    }

    /// Every goal of its rows, with whether it is met.
    pub fn goals(&self) -> impl Iterator<Item = (String, bool)> {
        let named = |row: &Row, goal: &Goal| (format!("{}: {goal}", row.name.trim()), goal.is_met());
        self.rows.iter().flat_map(move |row| row.goals.iter().map(move |goal| named(row, goal)))
    }
}

impl Row {
    /// A goal for one of its figures: `which` names it where there are several.
    pub fn at_most(&mut self, which: &'static str, value: f64, bound: f64, unit: &'static str) -> &mut Self {
        self.goals.push(Goal { which, value, bound: Bound::AtMost(bound), unit });
        self
    }

    pub fn at_least(&mut self, which: &'static str, value: f64, bound: f64, unit: &'static str) -> &mut Self {
        self.goals.push(Goal { which, value, bound: Bound::AtLeast(bound), unit });
        self
    }
}

impl Goal {
    fn is_met(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.value <= bound,
            Bound::AtLeast(bound) => self.value >= bound,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.which.is_empty() {
            write!(f, "{} ", self.which)?;
        }
        let (sign, bound) = match self.bound {
            Bound::AtMost(bound) => ('≤', bound),
            Bound::AtLeast(bound) => ('≥', bound),
        };
        // As it was written down, not as measurements are.
        let bound = if bound.fract() == 0.0 { grouped(bound as u64) } else { bound.to_string() };
        write!(f, "{sign} {bound}{}", self.unit)
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.cells.get(column));
            cells.chain(self.columns.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0).max(NARROWEST)
        };
        let line = |cells: &[String]| -> String {
            cells.iter().enumerate().map(|(column, cell)| format!("{cell:>0$}", width(column) + 1)).collect()
        };
        writeln!(f, "{}", format!("{:<1$}{2}", self.title, NAMES + 2, line(&self.columns)).trim_end())?;
        for row in &self.rows {
            let goals = row.goals.iter().map(|goal| format!("{goal}: {}", if goal.is_met() { "yes" } else { "NO" }));
            let goals = goals.collect::<Vec<_>>().join(", ");
            let text = format!("  {:<1$}{2}   {goals}", row.name, NAMES, line(&row.cells));
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

/// A number as people read it: three digits that count, thousands apart.
pub fn figure(number: f64) -> String {
    match number.abs() {
        size if size >= 100.0 => grouped(number.round() as u64),
        size if size >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

/// A whole number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Seconds as microseconds.
pub fn micros(seconds: f64) -> String {
    figure(seconds * 1e6)
}

/// Seconds as milliseconds.
pub fn millis(seconds: f64) -> String {
    figure(seconds * 1e3)
}

/// How many of the goals are met, and which are not.
pub fn verdict(goals: &[(String, bool)]) -> String {
    let missed: Vec<&str> = goals.iter().filter(|(_, met)| !met).map(|(goal, _)| goal.as_str()).collect();
    let met = goals.len() - missed.len();
    let mut text = format!("Goals: {met} of {} are met", goals.len());
    text.push_str(if missed.is_empty() { ".\n" } else { "; missed are\n" });
    for goal in missed {
        text.push_str(&format!("  {goal}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_below_each_other_and_goals_behind_them() {
        let mut section = Section::new("Calls, µs", &["fresh", "a very wide column"]);
        section.row("describe", ["1.50", "20"]).at_most("", 1.5, 2.0, " µs");
        section.row("wide", ["123,456,789,012", "µ"]).at_most("fresh", 9.0, 2.0, " µs").at_least("", 1.0, 3.0, " ×");
        let lines: Vec<String> = section.to_string().lines().map(str::to_owned).collect();
        let at = |line: &str, what: &str| {
            let byte = line.find(what).expect("it is there");
            line[..byte].chars().count() + what.chars().count()
        };
        let ends = [(&lines[0], "fresh"), (&lines[1], "1.50"), (&lines[2], "123,456,789,012")];
        assert!(ends.iter().all(|(line, what)| at(line, what) == at(ends[0].0, "fresh")), "{section}");
        let ends = [(&lines[0], "column"), (&lines[1], "20"), (&lines[2], " µ ")];
        assert_eq!(at(ends[0].0, ends[0].1), at(ends[1].0, ends[1].1), "{section}");
        assert_eq!(at(ends[0].0, ends[0].1) + 1, at(ends[2].0, ends[2].1), "{section}");
        assert!(lines[1].ends_with("   ≤ 2 µs: yes"), "{section}");
        assert!(lines[2].ends_with("   fresh ≤ 2 µs: NO, ≥ 3 ×: NO"), "{section}");
    }

    #[test]
    fn a_bound_itself_is_met() {
        let mut section = Section::new("", &[]);
        let row = section.row("row", [""]);
        row.at_most("", 2.0, 2.0, "")
            .at_most("", 2.001, 2.0, "")
            .at_least("", 2.0, 2.0, "")
            .at_least("", 1.999, 2.0, "");
        assert_eq!(section.goals().map(|(_, met)| met).collect::<Vec<_>>(), [true, false, true, false]);
    }

    #[test]
    fn a_goal_is_shown_as_it_was_set() {
        let mut section = Section::new("", &[]);
        section.row("row", [""]).at_most("", 1.0, 0.5, " ms").at_most("", 1.0, 200_000.0, " bytes");
        let goals: Vec<String> = section.goals().map(|(goal, _)| goal).collect();
        assert_eq!(goals, ["row: ≤ 0.5 ms", "row: ≤ 200,000 bytes"]);
    }

    #[test]
    fn the_verdict_hides_no_miss() {
        let goals = [("a: ≤ 1".to_owned(), true), ("b: ≤ 2".to_owned(), false)];
        assert_eq!(verdict(&goals), "Goals: 1 of 2 are met; missed are\n  b: ≤ 2\n");
        assert_eq!(verdict(&goals[..1]), "Goals: 1 of 1 are met.\n");
    }

    #[test]
    fn numbers_have_the_digits_that_count() {
        let texts = [(0.0, "0.00"), (0.034, "0.03"), (1.3, "1.30"), (12.34, "12.3"), (100.4, "100"), (999.6, "1,000")];
        for (number, text) in texts.into_iter().chain([(218_360.0, "218,360"), (1e6, "1,000,000")]) {
            assert_eq!(figure(number), text);
        }
        assert_eq!((micros(0.000_015), millis(0.000_5)), ("15.0".to_owned(), "0.50".to_owned()));
    }
}
