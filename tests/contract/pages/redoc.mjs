// Redoc, which only shows: its free edition tries nothing.

export const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Redoc</title>
<link rel="icon" href="data:,"><div id="page"></div><script src="/page/redoc/bundles/redoc.standalone.js"></script>
<script>Redoc.init("/openapi.json", { disableGoogleFont: true }, document.getElementById("page"));</script></html>`;

// Its makers' logo comes from their network, and no option leaves it out.
export const patched = (text) => text.replaceAll("https://cdn.redoc.ly/redoc/logo-mini.svg", "data:,");
