&[
    ("chunk-7VJUYPXZ.js", "text/javascript; charset=utf-8", include_bytes!("chunk-7VJUYPXZ.js.gz")),
    ("chunk-GFKRC7D6.js", "text/javascript; charset=utf-8", include_bytes!("chunk-GFKRC7D6.js.gz")),
    ("chunk-OB4ZIQ2F.js", "text/javascript; charset=utf-8", include_bytes!("chunk-OB4ZIQ2F.js.gz")),
    ("icon-f2747776.svg", "image/svg+xml", include_bytes!("icon-f2747776.svg.gz")),
    ("main-KSA33TIX.css", "text/css; charset=utf-8", include_bytes!("main-KSA33TIX.css.gz")),
    ("main-SN2AQNLF.js", "text/javascript; charset=utf-8", include_bytes!("main-SN2AQNLF.js.gz")),
    ("page-chat-YALS7AEE.js", "text/javascript; charset=utf-8", include_bytes!("page-chat-YALS7AEE.js.gz")),
    ("page-home-NEV2GOCW.js", "text/javascript; charset=utf-8", include_bytes!("page-home-NEV2GOCW.js.gz")),
]
