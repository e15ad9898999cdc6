// Lets the reference bundle run under `script-src 'self'; style-src 'self'`.
//
// The bundle writes styles in three ways that the policy refuses: style elements, `setAttribute("style")`, and
// style attributes within markup given to `innerHTML`. Scripts may set the same styles through the object model,
// which the policy allows because no markup is involved. So each way is led there. Loaded before the bundle.
"use strict";

// The bundle's validator tries `Function("")` to see whether it may compile code; told beforehand, it does not try.
globalThis.__zod_globalConfig = { jitless: true };

(() => {
  // The sheet that the bundle writes first repeats the file that the page already links.
  const LINKED = "scalar-style";
  const stoodIn = new Map();

  const adopt = () => {
    const live = [];
    for (const [element, sheet] of stoodIn) {
      if (element.isConnected && element.id !== LINKED) live.push(sheet);
    }
    document.adoptedStyleSheets = live;
  };

  const texts = new MutationObserver((changes) => {
    for (const { target } of changes) {
      const element = target.nodeType === Node.TEXT_NODE ? target.parentNode : target;
      stoodIn.get(element)?.replaceSync(element.textContent);
    }
    adopt();
  });
  new MutationObserver(adopt).observe(document.head, { childList: true });

  // A script element of a type that is no script is a mere holder of text, to the browser and to the policy.
  const createElement = Document.prototype.createElement;
  Document.prototype.createElement = function (name, options) {
    if (String(name).toLowerCase() !== "style") return createElement.call(this, name, options);
    const element = createElement.call(this, "script");
    element.type = "text/css";
    stoodIn.set(element, new CSSStyleSheet());
    texts.observe(element, { childList: true, characterData: true, subtree: true });
    return element;
  };

  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (String(name).toLowerCase() === "style" && this.style) this.style.cssText = value;
    else setAttribute.call(this, name, value);
  };

  const innerHTML = Object.getOwnPropertyDescriptor(Element.prototype, "innerHTML");
  Object.defineProperty(Element.prototype, "innerHTML", {
    ...innerHTML,
    set(markup) {
      const renamed = String(markup ?? "").replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle=/gi, " data-style="));
      innerHTML.set.call(this, renamed);
      const root = this instanceof HTMLTemplateElement ? this.content : this;
      for (const element of root.querySelectorAll("[data-style]")) {
        element.style.cssText = element.dataset.style;
        element.removeAttribute("data-style");
      }
    },
  });
})();
