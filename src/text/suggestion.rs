//! `did you mean …`: the known word nearest to an unknown one.

/// The candidate nearest to `word`, if one is near enough to be what was meant.
///
/// Letter case does not count. A quarter of the word may be wrong, where a letter too many, too
/// few, another one, or two neighbours that changed places are one mistake each.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word: Vec<char> = word
        .chars()
        .take(LONGEST + 1)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if word.len() > LONGEST {
        return None;
    }
    let near = |candidate: &str| {
        let length = candidate.chars().count();
        let allowed = word.len().max(length) / 4;
        if word.len().abs_diff(length) > allowed {
            return None;
        }
        let candidate: Vec<char> = candidate.chars().map(|c| c.to_ascii_lowercase()).collect();
        let mistakes = distance(&word, &candidate);
        (mistakes <= allowed && mistakes < word.len().min(length)).then_some(mistakes)
    };
    candidates
        .into_iter()
        .filter_map(|candidate| near(candidate).map(|mistakes| (mistakes, candidate)))
        .min_by_key(|(mistakes, _)| *mistakes)
        .map(|(_, candidate)| candidate)
}

/// Words longer than this are nobody's slip of the finger.
const LONGEST: usize = 40;

/// The restricted Damerau–Levenshtein distance, row by row.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(before_last[j - 2] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_finger_are_seen_through() {
        let words = [
            "cycles",
            "cycle",
            "restart",
            "restarts",
            "port",
            "unmonitor",
        ];
        assert_eq!(nearest("cylces", words), Some("cycles"));
        assert_eq!(nearest("Restar", words), Some("restart"));
        assert_eq!(nearest("unmonitr", words), Some("unmonitor"));
        assert_eq!(nearest("prot", words), Some("port"));
    }

    #[test]
    fn other_words_are_left_alone() {
        assert_eq!(nearest("banana", ["cycles", "port"]), None);
        assert_eq!(nearest("ab", ["cd", "x", "a", "b"]), None);
        assert_eq!(nearest("now", ["not"]), None);
        assert_eq!(nearest(&"x".repeat(50), ["x"]), None);
        assert_eq!(nearest("", ["a"]), None);
    }
}
