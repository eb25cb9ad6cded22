//! Markdown as HTML for Matrix clients.

use crate::channels::Platform;
use crate::channels::matrix::Matrix;

#[test]
fn each_thing_is_written_in_tags_that_clients_show() {
    for (markdown, html) in [
        ("a **b** _c_ ~~d~~ `e`", "a <strong>b</strong> <em>c</em> <del>d</del> <code>e</code>"),
        ("# A\n\ntext\nmore\n\nend", "<h4>A</h4>text<br>more<br><br>end"),
        ("- a\n- b\n  - c", "• a<br>• b<br>&nbsp;&nbsp;• c"),
        ("3. a\n4. b", "3. a<br>4. b"),
        ("> a\n> b\n\nc", "<blockquote>a<br>b</blockquote>c"),
        ("a\n\n---\n\nb", "a<hr>b"),
        (
            "a\n\n```rust\nlet a = 1;\n  b\n```\n\nc",
            "a<pre><code class=\"language-rust\">let a = 1;\n  b\n</code></pre>c",
        ),
        ("```\"><script>\nx\n```", "<pre><code>x\n</code></pre>"),
        ("[a](https://b.example?c=d&e)", "<a href=\"https://b.example?c=d&amp;e\">a</a>"),
        ("[a](javascript:alert%281%29)", "a (javascript:alert%281%29)"),
        ("| a |\n|---|\n| 1 |", "<pre><code>| a |\n|---|\n| 1 |\n</code></pre>"),
        ("", ""),
    ] {
        assert_eq!(Matrix.render(markdown), html, "{markdown}");
    }
}

#[test]
fn each_character_with_a_meaning_is_escaped() {
    assert_eq!(Matrix.render("a < b > c & d \" e ' f"), "a &lt; b &gt; c &amp; d &quot; e ' f");
    assert_eq!(Matrix.render("`<&>\"`"), "<code>&lt;&amp;&gt;&quot;</code>");
    assert_eq!(
        Matrix.render("```\n<pre></pre><br>\n```"),
        "<pre><code>&lt;pre&gt;&lt;/pre&gt;&lt;br&gt;\n</code></pre>"
    );
    assert_eq!(Matrix.render("<img src=x onerror=alert(1)> @room"), "&lt;img src=x onerror=alert(1)&gt; @room");
    assert_eq!(
        Matrix.render("[a](https://b.example/\"onclick=\"x)"),
        "<a href=\"https://b.example/&quot;onclick=&quot;x\">a</a>"
    );
}
