// The search. Its data is a script, since pages that are opened from the file system may not fetch.
(() => {
  const box = document.getElementById("search"), list = document.getElementById("results"), root = document.body.dataset.root;
  const most = 12;
  const entries = searchData.map(([title, place, url, text]) => ({ title, place, url, text, lowTitle: title.toLowerCase(), low: `${title} ${place} ${text}`.toLowerCase() }));

  // Every word must occur. What is named so comes before what is told of so, the page of a type before its members.
  function rank(entry, words) {
    let score = 0;
    for (const word of words) {
      if (!entry.low.includes(word)) return 0;
      score += entry.lowTitle === word ? 60 : entry.lowTitle.startsWith(word) ? 20 : entry.lowTitle.includes(word) ? 10 : 1;
    }
    const isApi = entry.url.startsWith("api/"), isPart = entry.url.includes("#");
    return score + (isApi ? 0 : 6) - (isPart ? (isApi ? 8 : 0.5) : 0) - Math.min(entry.title.length, 80) / 100 + 10;
  }

  function snippet(entry, word) {
    const at = Math.max(0, entry.text.toLowerCase().indexOf(word) - 40);
    return (at > 0 ? "… " : "") + entry.text.slice(at, at + 130).trim() + (at + 130 < entry.text.length ? " …" : "");
  }

  function line(element, text) {
    const made = document.createElement(element);
    made.textContent = text;
    return made;
  }

  function show() {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.replaceChildren();
    list.hidden = words.length === 0;
    if (words.length === 0) return;
    const found = entries.map(entry => ({ entry, score: rank(entry, words) })).filter(hit => hit.score > 0).sort((a, b) => b.score - a.score).slice(0, most);
    for (const { entry } of found) {
      const link = line("a", entry.title);
      link.href = root + entry.url;
      link.append(line("small", [entry.place, snippet(entry, words[0])].filter(Boolean).join(" · ")));
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    if (found.length === 0) {
      const item = document.createElement("li");
      item.append(line("p", "Nothing found."));
      list.append(item);
    }
  }

  function move(step) {
    const links = [...list.querySelectorAll("a")], at = links.indexOf(document.activeElement);
    if (at + step < 0) box.focus(); else links[Math.min(at + step, links.length - 1)]?.focus();
  }

  box.addEventListener("input", show);
  box.addEventListener("focus", show);
  document.addEventListener("keydown", event => {
    if (event.key === "/" && document.activeElement !== box) { box.focus(); event.preventDefault(); }
    else if (event.key === "Escape") { list.hidden = true; box.blur(); }
    else if (!list.hidden && event.key === "ArrowDown") { move(1); event.preventDefault(); }
    else if (!list.hidden && event.key === "ArrowUp") { move(-1); event.preventDefault(); }
    else if (event.key === "Enter" && document.activeElement === box) { list.querySelector("a")?.click(); }
  });
  document.addEventListener("click", event => { if (!event.target.closest(".search")) list.hidden = true; });
})();
