// What scrolls must be within reach of the keyboard; what does not should be no stop for it.
const reach = (box) => {
  if (box.scrollWidth > box.clientWidth) {
    box.tabIndex = 0;
  } else {
    box.removeAttribute("tabindex");
  }
};
const watcher = new ResizeObserver((entries) => entries.forEach((entry) => reach(entry.target)));
document
  .querySelectorAll("article pre, article .table-wrapper, article div.math")
  .forEach((box) => watcher.observe(box));

// A screen reader lists the page's two side columns: by their names.
for (const [column, name] of [[".sidebar-drawer", "Course"], [".toc-drawer", "On this page"]]) {
  document.querySelector(column)?.setAttribute("aria-label", name);
}
