// Printing shows what is folded away; a link to something folded opens it.
(() => {
  "use strict";
  const unfold = (element) => {
    for (let each = element; each; each = each.parentElement) {
      if (each instanceof HTMLDetailsElement) each.open = true;
    }
  };
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target) {
      unfold(target);
      target.scrollIntoView();
    }
  };
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of opened) each.open = false;
  });
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
})();
