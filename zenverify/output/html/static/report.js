"use strict";
(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  for (const one of all("[data-script]")) one.hidden = false;

  const status = document.getElementById("status");
  const say = (text) => { if (status) status.textContent = text; };

  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copies);
    const text = source.textContent.replace(/\n+$/, "\n");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const range = document.createRange();
      range.selectNodeContents(source);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      document.execCommand("copy");
    }
    const before = button.textContent;
    button.textContent = "Copied";
    say("Copied");
    setTimeout(() => { button.textContent = before; }, 1500);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copies]");
    if (button) copy(button);
  });

  const rows = all("#causes tbody tr");
  const articles = all("article.discrepancy");
  const filter = document.getElementById("filter");
  const narrow = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row) => {
      const article = document.getElementById(row.dataset.anchor);
      const hides = !words.every((word) => row.textContent.toLowerCase().includes(word));
      row.hidden = hides;
      if (article) article.hidden = hides;
      if (!hides) shown += 1;
    });
    say(`${shown} of ${rows.length} shown`);
  };
  if (filter) filter.addEventListener("input", narrow);

  const sort = document.getElementById("sort");
  if (sort) {
    sort.addEventListener("change", () => {
      const key = sort.value;
      const value = (row) => row.dataset[key];
      const ordered = [...rows].sort((a, b) =>
        key === "operation"
          ? value(a).localeCompare(value(b))
          : key === "seen" ? value(b) - value(a) : value(a) - value(b));
      ordered.forEach((row) => row.parentNode.append(row));
    });
  }

  const folds = all("article.discrepancy > details");
  const fold = document.getElementById("fold");
  if (fold) {
    fold.addEventListener("click", () => {
      const open = folds.some((one) => one.open);
      folds.forEach((one) => { one.open = !open; });
      fold.textContent = open ? "Unfold all" : "Fold all";
    });
  }

  const go = (step) => {
    const visible = articles.filter((one) => !one.hidden);
    if (!visible.length) return;
    const top = (one) => one.getBoundingClientRect().top;
    let place = visible.findIndex((one) => top(one) > 8);
    if (place < 0) place = visible.length;
    const next = step > 0 ? (place < visible.length && top(visible[place]) <= 16 ? place + 1 : place)
      : place - 1 - (place > 0 && Math.abs(top(visible[place - 1])) <= 16 ? 1 : 0);
    const target = visible[Math.min(Math.max(next, 0), visible.length - 1)];
    target.scrollIntoView();
    target.querySelector("summary").focus({ preventScroll: true });
  };
  const help = document.getElementById("help");
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select, textarea")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "j") go(1);
    else if (event.key === "k") go(-1);
    else if (event.key === "/" && filter) { event.preventDefault(); filter.focus(); }
    else if (event.key === "f" && fold) fold.click();
    else if (event.key === "?" && help) { if (help.open) help.close(); else help.showModal(); }
  });
  const keys = document.getElementById("keys");
  if (keys && help) keys.addEventListener("click", () => help.showModal());

  const unfold = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target) all("details", target).slice(0, 1).forEach((one) => { one.open = true; });
  };
  addEventListener("hashchange", unfold);
  unfold();
})();
