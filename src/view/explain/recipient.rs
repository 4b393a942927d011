//! Who hears of a service by mail, of what, and what the mails look like.

use crate::model::{AlertTarget, EventKind, EventSet, MailFormat};

use super::Ordinal;

/// `you@example.org (only of checksum; again in every 2nd cycle; with the subject "down")`.
pub(super) fn recipient(target: &AlertTarget) -> String {
    let AlertTarget {
        address,
        events,
        format: own,
        reminder_cycles,
    } = target;
    let again = reminder_cycles.map(|cycles| format!("again in every {} cycle", Ordinal(cycles)));
    let terms: Vec<String> = filter(*events)
        .into_iter()
        .chain(again)
        .chain(format(own))
        .collect();
    if terms.is_empty() {
        return address.to_string();
    }
    format!("{address} ({})", terms.join("; "))
}

/// What a format says, a phrase for each of its keys.
pub(super) fn format(format: &MailFormat) -> Vec<String> {
    let MailFormat {
        from,
        reply_to,
        subject,
        message,
    } = format;
    let keys = [
        ("from", from),
        ("with answers to", reply_to),
        ("with the subject", subject),
        ("with the text", message),
    ];
    let said = keys.into_iter().filter_map(|(key, text)| {
        let text = text.as_deref()?;
        let words: Vec<&str> = text.split_whitespace().collect();
        Some(format!("{key} \"{}\"", words.join(" ")))
    });
    said.collect()
}

fn filter(events: EventSet) -> Option<String> {
    let chosen = |wanted: bool| -> Vec<&str> {
        let kinds = EventKind::ALL.into_iter();
        kinds
            .filter(|kind| events.contains(*kind) == wanted)
            .map(EventKind::filter_word)
            .collect()
    };
    let (wanted, unwanted) = (chosen(true), chosen(false));
    if unwanted.is_empty() {
        None
    } else if unwanted.len() < wanted.len() {
        Some(format!("not of {}", unwanted.join(", ")))
    } else {
        Some(format!("only of {}", wanted.join(", ")))
    }
}
