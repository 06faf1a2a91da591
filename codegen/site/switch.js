// The switch between versions and variants: two lists in the bar, which lead to this page in another edition.
(() => {
  "use strict";
  const { version, variant, editions } = window.siteEditions;
  const root = new URL("..", document.currentScript.src).href;
  const box = document.querySelector(".switches");
  if (!box) return;
  // A page that is opened as a file has an address, too, but may not fetch one.
  const page = decodeURI(location.href.split(/[?#]/)[0].slice(root.length)) || "index.html";

  function go(version, variant) {
    const found = editions.find((one) => one[0] === version && one[1] === variant);
    if (!found) return;
    const there = new URL(found[2], root).href;
    const script = document.createElement("script");
    const lead = (has) => { location.href = there + (has ? encodeURI(page) + location.hash : "index.html"); };
    window.sitePages = null;
    script.src = there + "assets/pages.js";
    script.onload = () => lead(window.sitePages?.includes(page));
    script.onerror = () => lead(false);
    document.head.append(script);
  }

  function add(name, label, values, chosen, follow) {
    if (values.length < 2) return;
    const select = document.createElement("select");
    select.id = `site:${name}`;
    select.setAttribute("aria-label", label);
    for (const value of values) select.add(new Option(value || "All", value, false, value === chosen));
    select.addEventListener("change", () => follow(select.value));
    // A browser that comes back may have kept what was chosen last.
    addEventListener("pageshow", () => { select.value = chosen; });
    box.append(select);
  }

  // On a phone, the bar has no room for them.
  const narrow = matchMedia("(max-width: 56rem)"), bar = box.parentElement, next = box.nextElementSibling;
  const place = () => {
    if (narrow.matches) document.querySelector(".drawer").prepend(box);
    else bar.insertBefore(box, next);
  };
  narrow.addEventListener("change", place);
  place();

  const distinct = (position) => [...new Set(editions.map((one) => one[position]))];
  add("version", "Version", distinct(0), version, (chosen) => go(chosen, variant));
  add("variant", "Variant", distinct(1), variant, (chosen) => go(version, chosen));
})();
