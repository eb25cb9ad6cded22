&[
    ("chunk-NAGTKU33.js", "text/javascript; charset=utf-8", include_bytes!("chunk-NAGTKU33.js.gz")),
    ("icon-f2747776.svg", "image/svg+xml", include_bytes!("icon-f2747776.svg.gz")),
    ("main-5FELK345.css", "text/css; charset=utf-8", include_bytes!("main-5FELK345.css.gz")),
    ("main-INJ3JCXA.js", "text/javascript; charset=utf-8", include_bytes!("main-INJ3JCXA.js.gz")),
    ("page-home-N4TNIZM4.js", "text/javascript; charset=utf-8", include_bytes!("page-home-N4TNIZM4.js.gz")),
]
