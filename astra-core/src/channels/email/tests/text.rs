//! The new text of mails.

use serde_json::json;

use super::{as_json, connection, message, posted, posted_with};
use crate::channels::email::html;
use crate::channels::email::quote::new_text;

#[test]
fn what_a_mail_quotes_at_its_end_is_left_out() {
    for (text, new) in [
        ("Yes.\n\nOn Mon, 1 Jun 2026 at 10:00, Astra <astra@example.com> wrote:\n> Shall I?\n> Really?\n", "Yes."),
        ("Yes.\r\n\r\nOn Mon, 1 Jun 2026 at 10:00, Astra\r\n<astra@example.com> wrote:\r\n\r\n> Shall I?\r\n", "Yes."),
        ("Ja.\n\nAm 01.06.2026 um 10:00 schrieb Astra:\n> Soll ich?\n>\n>> Und das?", "Ja."),
        ("Yes.\n> quoted", "Yes."),
        ("See this:\n> quoted", "See this:"),
        ("> Which one?\n\nThe second.\n\n> And when?\n\nNow.", "> Which one?\n\nThe second.\n\n> And when?\n\nNow."),
        ("Yes.\n-- \nAda\n+44 1", "Yes."),
        ("a\n--\nb", "a\n--\nb"),
        ("Yes.\n\n-----Original Message-----\nFrom: Astra\nSent: Monday\nTo: Ada\n\nShall I?", "Yes."),
        ("Ja.\n\n________________________________\nVon: Astra\nGesendet: Montag\nAn: Ada\n\nSoll ich?", "Ja."),
        ("a\n________________________________\nb", "a\n________________________________\nb"),
        ("> only quoted", ""),
        ("", ""),
        ("e\u{301} 👨‍👩‍👧‍👦\n", "e\u{301} 👨‍👩‍👧‍👦"),
    ] {
        assert_eq!(new_text(text), new, "{text}");
    }
}

#[test]
fn what_is_passed_on_stays() {
    let text =
        "What is this?\n\n---------- Forwarded message ---------\nFrom: A <a@b.example>\nDate: Sun\nSubject: x\n\nbuy";
    assert_eq!(new_text(text), text);
    let text = "-----Forwarded Message-----\nFrom: A\nSent: B\nTo: C\n\nbuy";
    assert_eq!(new_text(text), text);
}

#[test]
fn the_subject_comes_before_the_first_mail_of_a_thread_alone() {
    let said = |subject: &str, body: &str, is_first: bool| {
        let mut mail = if is_first { posted() } else { posted_with(&[("References", "<a@b.example>")]) };
        (mail["Subject"], mail["TextBody"]) = (json!(subject), json!(body));
        message(&connection(), &as_json(&mail)).text
    };
    assert_eq!(said("Numbers", "Add 1 and 2.", true), "Subject: Numbers\n\nAdd 1 and 2.");
    assert_eq!(said("Re: Numbers", "And 3?", false), "And 3?");
    assert_eq!(said("Hello", "/reset", true), "/reset");
    assert_eq!(said("Add 1 and 2", "", true), "Add 1 and 2");
    assert_eq!(said("", "Hello", true), "Hello");
}

#[test]
fn html_is_read_if_there_is_no_text() {
    let said = |html: &str| {
        let mut mail = posted();
        (mail["TextBody"], mail["HtmlBody"]) = (json!(" "), json!(html));
        message(&connection(), &as_json(&mail)).text
    };
    for (html, text) in [
        ("<html><body><p>This is a test html body.</p></body></html>", "This is a test html body."),
        ("<title>t</title><style>p {}</style><SCRIPT>if (a<b) alert(1)</SCRIPT>One &amp; <b>two</b>.", "One & two."),
        ("<p>a</p>\n\n<p>b<br>c</p><div><div>d</div></div>", "a\n\nb\nc\n\nd"),
        ("<ul><li>a</li><li>b</li></ul>c", "- a\n- b\n\nc"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("a &lt;b&gt; &#8364; &#x1F44B; &unknown; & &#0; &#xffffffff;", "a <b> € 👋 &unknown; & &#0; &#xffffffff;"),
        ("1 < 2 <!-- <p>no</p> --> and 3 > 2", "1 < 2 and 3 > 2"),
        ("a <b", "a"),
        ("<style>p", ""),
        (
            "<div dir=\"ltr\">Yes.<br></div>\
             <div>On Mon, 1 Jun 2026 at 10:00, Astra &lt;astra@example.com&gt; wrote:<br></div>\
             <blockquote class=\"gmail_quote\"><p>Shall I?</p><p>Really?</p></blockquote>",
            "Yes.",
        ),
    ] {
        assert_eq!(said(html), text, "{html}");
    }
}

#[test]
fn html_that_was_made_to_hurt_is_read_in_proportion_to_its_length() {
    for piece in [
        "<div>",
        "<b>",
        "<table><tr><td>",
        "<ul><li>",
        "<",
        "<a<",
        "</",
        "<!--",
        "&#0;",
        "&",
        "<blockquote>",
        "é",
        "<style>",
    ] {
        // Of a reader that takes the square of it this would take hours.
        let text = html::text(&piece.repeat((512 << 10) / piece.len()));
        assert!(text.len() <= 1 << 20, "{piece}");
    }
}
