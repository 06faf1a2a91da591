// Everything that moves: the theme, the drawer, what is copied, and search. Without it, all pages can be read.
(() => {
  "use strict";
  const root = new URL("..", document.currentScript.src).href;
  const $ = (selector, within = document) => within.querySelector(selector);
  const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];

  // A page that is opened as a file, or in a strict browser, may have no storage.
  const kept = (key, value) => {
    try {
      if (value === undefined) return localStorage.getItem(key);
      localStorage.setItem(key, value);
    } catch { /* The choice lasts as long as the page. */ }
    return null;
  };

  // Theme
  const html = document.documentElement;
  const isDark = () => html.dataset.theme
    ? html.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  $(".theme").addEventListener("click", () => {
    html.dataset.theme = isDark() ? "light" : "dark";
    kept("theme", html.dataset.theme);
  });

  // Drawer
  const drawer = $(".drawer"), menu = $(".menu");
  const slide = (open) => {
    drawer.classList.toggle("open", open);
    menu.setAttribute("aria-expanded", String(open));
  };
  menu.addEventListener("click", () => {
    const open = !drawer.classList.contains("open");
    slide(open);
    if (open) $("a", drawer)?.focus();
  });
  document.addEventListener("click", (event) => {
    if (!drawer.classList.contains("open") || menu.contains(event.target)) return;
    if (!drawer.contains(event.target) || event.target.closest("a")) slide(false);
  });

  // Where the reader is, in a list that may be long.
  const side = $(".side"), current = $("[aria-current]", side);
  if (current && current.offsetTop > side.clientHeight) side.scrollTop = current.offsetTop - side.clientHeight / 2;

  // What is wider than its box can be scrolled by keyboard.
  for (const box of $$("pre, .wide")) {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", box.tagName === "PRE" ? "Code" : "Table");
    }
  }

  // Copy
  for (const button of $$(".copy")) {
    if (!navigator.clipboard) break;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText($("code", button.parentElement).textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
  }

  // A link to something that is folded away unfolds it.
  const unfold = () => {
    let name = location.hash.slice(1);
    try { name = decodeURIComponent(name); } catch { /* as it is */ }
    const target = name && document.getElementById(name);
    const folded = target && target.closest("details:not([open])");
    if (folded) { folded.open = true; target.scrollIntoView(); }
  };
  addEventListener("hashchange", unfold);
  unfold();

  // The contents follow the reader.
  const entries = new Map($$(".contents a").map((link) => [link.hash.slice(1), link]));
  if (entries.size && "IntersectionObserver" in window) {
    let here;
    const watch = new IntersectionObserver((seen) => {
      for (const entry of seen) {
        if (!entry.isIntersecting) continue;
        here?.classList.remove("here");
        here = entries.get(encodeURIComponent(entry.target.id)) || entries.get(entry.target.id);
        here?.classList.add("here");
      }
    }, { rootMargin: "-10% 0px -80% 0px" });
    for (const id of entries.keys()) {
      const target = document.getElementById(decodeURIComponent(id));
      if (target) watch.observe(target);
    }
  }

  // Search
  const input = $(".find input"), panel = $(".results"), list = $(".results ul"), count = $(".results .count");
  const MOST = 40;
  let index = null, loading = null, results = [], chosen = -1;

  // An index that is not asked for costs nothing; a script can be read from a file, data cannot.
  const load = () => loading ??= new Promise((done) => {
    const script = document.createElement("script");
    script.src = root + "assets/search.js";
    script.onload = () => { index = unpacked(window.searchIndex); done(); };
    script.onerror = () => { loading = null; done(); };
    document.head.append(script);
  });

  function unpacked({ roles, pages }) {
    const found = [];
    for (const [path, prefix, rows] of pages) {
      for (const [name, role, anchor, text] of rows) {
        const isGuide = roles[role] === "guide";
        const full = isGuide || name === prefix ? name : `${prefix}.${name}`;
        const lower = name.toLowerCase();
        found.push({
          name, role, kind: roles[role], text, prefix: isGuide && name === prefix ? "" : prefix,
          href: path + (anchor === 0 ? "#" + encodeURI(name) : anchor ? "#" + encodeURI(anchor) : ""),
          lower, last: isGuide ? lower : lower.slice(lower.lastIndexOf(".") + 1),
          full: full.toLowerCase(), body: text.toLowerCase(),
        });
      }
    }
    return found;
  }

  // How many letters are wrong, missing, too many or swapped; more than `most` are not counted.
  function typos(left, right, most) {
    if (Math.abs(left.length - right.length) > most) return most + 1;
    let before = [], row = Array.from({ length: right.length + 1 }, (_, n) => n);
    for (let i = 1; i <= left.length; i++) {
      const next = [i];
      let least = i;
      for (let j = 1; j <= right.length; j++) {
        const same = left[i - 1] === right[j - 1] ? 0 : 1;
        let cost = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + same);
        if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
          cost = Math.min(cost, before[j - 2] + 1);
        }
        next.push(cost);
        least = Math.min(least, cost);
      }
      if (least > most) return most + 1;
      before = row;
      row = next;
    }
    return row[right.length];
  }

  // An exact name first, then one that begins so, then parts of names, then texts.
  function rank(entry, query) {
    if (entry.lower === query || entry.full === query) return 1000;
    // Many modules end alike; what is in them is meant more often.
    if (entry.last === query) return entry.kind === "module" ? 900 : 1000;
    if (query.includes(".") && entry.full.endsWith("." + query)) return 950;
    if (entry.last.startsWith(query)) return 800 - Math.min(entry.last.length - query.length, 50);
    if (query.includes(".") && entry.full.includes("." + query)) return 760;
    const at = entry.last.indexOf(query);
    if (at > 0) return (/[_\s]/.test(entry.last[at - 1]) ? 680 : 600) - Math.min(entry.last.length, 50);
    if (`.${entry.lower}.`.includes(`.${query}.`)) return 640;
    if (query.length > 2 && entry.full.includes(query)) return 480;
    const place = query.length > 1 ? entry.body.indexOf(query) : -1;
    if (place >= 0) {
      const begins = place === 0 || !/[\p{L}\p{N}_]/u.test(entry.body[place - 1]);
      return begins ? 300 : 200;
    }
    return 0;
  }

  function resembles(entry, query) {
    const most = query.length > 7 ? 2 : query.length > 3 ? 1 : 0;
    if (!most) return 0;
    const wrong = typos(query, entry.last, most);
    return wrong <= most ? 440 - 40 * wrong : 0;
  }

  function search(text) {
    const query = text.trim().toLowerCase().replace(/\(\)?$/, "");
    if (!query) return [];
    const parts = query.split(/\s+/);
    const scored = (judge) => {
      const found = [];
      for (const entry of index) {
        let least = Infinity, sum = 0;
        for (const part of parts) {
          const points = judge(entry, part);
          least = Math.min(least, points);
          sum += points;
          if (!points) break;
        }
        if (!least) continue;
        const whole = parts.length > 1 ? rank(entry, query) : 0;
        const score = Math.max(whole, 0.5 * least + 0.5 * sum / parts.length);
        found.push([score - entry.role * 1.5 - entry.name.length / 100, entry]);
      }
      return found.sort((a, b) => b[0] - a[0] || (a[1].full < b[1].full ? -1 : 1));
    };
    let found = scored(rank);
    if (found.length < 5) {
      const known = new Set(found.map(([, entry]) => entry));
      found = found.concat(scored((entry, part) => Math.max(rank(entry, part), resembles(entry, part)))
        .filter(([, entry]) => !known.has(entry)));
    }
    return found.slice(0, MOST).map(([, entry]) => entry);
  }

  function excerpt(entry, query) {
    const part = query.trim().toLowerCase().split(/\s+/)[0];
    const at = entry.full.includes(part) ? 0 : entry.body.indexOf(part);
    const start = at > 60 ? entry.text.lastIndexOf(" ", at - 40) + 1 : 0;
    return (start ? "… " : "") + entry.text.slice(start, start + 180);
  }

  function marked(name, query) {
    const hit = document.createElement("span");
    hit.className = "hit";
    const part = query.trim().split(/[\s.]+/).pop().replace(/\(\)?$/, "");
    const at = part ? name.toLowerCase().lastIndexOf(part.toLowerCase()) : -1;
    if (at < 0) { hit.textContent = name; return hit; }
    const mark = document.createElement("mark");
    mark.textContent = name.slice(at, at + part.length);
    hit.append(name.slice(0, at), mark, name.slice(at + part.length));
    return hit;
  }

  function show(text) {
    results = search(text);
    chosen = -1;
    list.replaceChildren(...results.map((entry, number) => {
      const item = document.createElement("li");
      item.id = `site:result-${number}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.href = root + entry.href;
      const what = document.createElement("span");
      what.className = "what";
      what.textContent = [entry.kind, entry.prefix === entry.name ? "" : entry.prefix].filter(Boolean).join(" · ");
      const about = document.createElement("span");
      about.className = "about";
      about.textContent = excerpt(entry, text);
      item.append(marked(entry.name, text), what, about);
      return item;
    }));
    const some = results.length;
    count.textContent = !text.trim() ? "" : some === MOST ? `The best ${MOST} results`
      : some ? `${some} ${some === 1 ? "result" : "results"}` : "Nothing found";
    count.hidden = !text.trim();
    open(Boolean(text.trim()));
    if (some) choose(0);
  }

  function open(state) {
    panel.hidden = !state;
    input.setAttribute("aria-expanded", String(state));
    if (!state) { input.removeAttribute("aria-activedescendant"); chosen = -1; }
  }

  function choose(number) {
    list.children[chosen]?.setAttribute("aria-selected", "false");
    chosen = (number + results.length) % results.length;
    const item = list.children[chosen];
    item.setAttribute("aria-selected", "true");
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  const ask = async () => {
    const text = input.value;
    await load();
    if (index && input.value === text) show(text);
  };
  input.addEventListener("focus", () => { load(); if (input.value) ask(); });
  input.addEventListener("input", ask);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (panel.hidden) input.blur(); else open(false);
      event.preventDefault();
    } else if (!panel.hidden && results.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      choose(chosen + (event.key === "ArrowDown" ? 1 : -1));
      event.preventDefault();
    } else if (event.key === "Enter" && results[chosen]) {
      event.preventDefault();
      const { href } = results[chosen];
      open(false);
      location.href = root + href;
    }
  });
  const follow = (event) => {
    const href = event.target.closest("li")?.dataset.href;
    if (!href || event.button > 1) return;
    if (event.button === 1 || event.ctrlKey || event.metaKey) { window.open(href); return; }
    open(false);
    location.href = href;
  };
  list.addEventListener("click", follow);
  list.addEventListener("auxclick", follow);
  document.addEventListener("click", (event) => { if (!event.target.closest(".find, .ask")) open(false); });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    if (event.key === "Escape" && drawer.classList.contains("open")) { slide(false); menu.focus(); }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") { event.preventDefault(); input.focus(); input.select(); }
  });
  for (const button of $$(".ask")) {
    button.hidden = false;
    button.addEventListener("click", () => input.focus());
  }
})();
