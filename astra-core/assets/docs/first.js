// Runs before all else on the page: the colours that the reader chose, and what Scalar needs to live under a policy that
// allows neither inline styles nor code made of strings. What Scalar's own code styles is styled by ways that are open to
// scripts alone, so that markup that slips into the page styles nothing.
"use strict";

const chosen = localStorage.getItem("colorMode");
if (chosen === "dark" || chosen === "light") document.documentElement.classList.add(chosen);

// Zod, within Scalar, otherwise tries whether it may evaluate strings.
globalThis.__zod_globalConfig = { jitless: true };

// Stands in for <style>: its text becomes a sheet that the document adopts.
customElements.define("adopted-style", class extends HTMLElement {
  #sheet = new CSSStyleSheet();
  #changes = new MutationObserver(() => this.#read());

  #read() {
    this.#sheet.replaceSync(this.textContent);
  }

  connectedCallback() {
    this.#read();
    this.#changes.observe(this, { childList: true, characterData: true, subtree: true });
    document.adoptedStyleSheets.push(this.#sheet);
  }

  disconnectedCallback() {
    this.#changes.disconnect();
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
  }
});

const { createElement } = Document.prototype;
Document.prototype.createElement = function (name, options) {
  return createElement.call(this, `${name}`.toLowerCase() === "style" ? "adopted-style" : name, options);
};

const { setAttribute } = Element.prototype;
Element.prototype.setAttribute = function (name, value) {
  if (`${name}`.toLowerCase() === "style" && this.style) this.style.cssText = value;
  else setAttribute.call(this, name, value);
};

// Scalar's code blocks say in their markup how wide their line numbers are. An attribute says it as well: see page.css.
const widths = / style="--line-count: \d+; --line-digits: (\d+);"/g;
const inner = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
Object.defineProperty(Element.prototype, "innerHTML", {
  ...inner,
  set(value) {
    const text = `${value}`;
    const plain = text.replace(widths, ' data-digits="$1"');
    inner.set.call(this, plain === text ? value : plain);
  },
});

// Markup that is written past Vue: drawings, nothing that acts.
const acts = /<(script|iframe|object|embed|base|meta|link|style)\b|<[^>]*\s((on\w+|srcdoc|style)\s*=|\w+\s*=\s*["']?\s*javascript:)/i;
globalThis.trustedTypes?.createPolicy("default", { createHTML: (text) => (acts.test(text) ? null : text) });

// Scalar also cancels the readers of streams that have ended, which is refused, and waits for no refusal.
const { cancel } = ReadableStreamDefaultReader.prototype;
ReadableStreamDefaultReader.prototype.cancel = function (reason) {
  return cancel.call(this, reason).catch(() => {});
};
