// What runs inside a page to tell which elements a person can reach and how large they are. Each
// function stands alone, since it is sent to the browser as text.

/** Marks every element that a person can act on with `data-at` and describes them, in order. */
export function markInteractive() {
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])";
  const seen = [...document.querySelectorAll(wanted)].filter((element) => !element.disabled && element.checkVisibility({ visibilityProperty: true }));
  return seen.map((element, at) => {
    element.dataset.at = at;
    return `${element.tagName.toLowerCase()} ${(element.getAttribute("aria-label") ?? element.name ?? "") || element.textContent.trim().slice(0, 60)}`;
  });
}

/** The element that has the focus: its mark, and what a person sees of it. */
export function describeFocus() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const points = [0.1, 0.5, 0.9].flatMap((x) => [0.2, 0.5, 0.8].map((y) => [box.left + box.width * x, box.top + box.height * y]));
  const shown = points.some(([x, y]) => {
    const top = document.elementFromPoint(x, y);
    return top && (element.contains(top) || top.contains(element) || top.closest("label")?.control === element);
  });
  const style = getComputedStyle(element);
  const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  // A mark of the map shows its focus by the stroke of its circle.
  const circle = element.querySelector(":scope > circle");
  const stroke = circle && parseFloat(getComputedStyle(circle).strokeWidth) >= 4;
  return { at: element.dataset.at, what: element.outerHTML.slice(0, 160), shown, marked: ring || Boolean(stroke) };
}

/**
 * Targets that are too small by WCAG 2.5.8: less than 24 by 24 pixels, with another target within 24
 * pixels of the middle, not a link inside a sentence, and not a mark of the map whose clinic can be
 * reached by a link of full size on the same page.
 */
export function smallTargets() {
  const least = 24;
  const targets = [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.matches(".skip"))
    .map((element) => {
      // A label is part of its control's target.
      const boxes = [element, ...(element.labels ?? [])].map((part) => part.getBoundingClientRect());
      const width = Math.max(...boxes.map((box) => box.width));
      const height = Math.max(...boxes.map((box) => box.height));
      return { element, box: boxes[0], width, height };
    });
  const large = ({ width, height }) => width >= least && height >= least;
  const inSentence = (element) => {
    const block = element.closest("p, li, dd, td, dt, th, figcaption");
    return getComputedStyle(element).display === "inline" && block && block.textContent.trim().length > element.textContent.trim().length;
  };
  const middle = ({ box }) => [box.left + box.width / 2, box.top + box.height / 2];
  const crowded = (target) => {
    const [x, y] = middle(target);
    return targets.some((other) => {
      if (other.element === target.element) return false;
      const nearest = [Math.max(other.box.left, Math.min(x, other.box.right)), Math.max(other.box.top, Math.min(y, other.box.bottom))];
      const [ox, oy] = large(other) ? nearest : middle(other);
      return Math.hypot(ox - x, oy - y) < (large(other) ? least / 2 : least);
    });
  };
  const elsewhere = ({ element }) => {
    const twin = (other) => !other.element.closest("svg") && other.element.getAttribute("href") === element.getAttribute("href");
    return element.closest("svg") && targets.some((other) => twin(other) && large(other));
  };
  return targets
    .filter((target) => !large(target) && !inSentence(target.element) && crowded(target) && !elsewhere(target))
    .map(({ element, width, height }) => `${width.toFixed(0)}x${height.toFixed(0)} ${element.outerHTML.slice(0, 160)}`);
}

/** How far the page can be scrolled sideways, and what sticks out, when it should not. */
export function sidewaysScroll() {
  const root = document.scrollingElement;
  const wide = root.scrollWidth - root.clientWidth;
  if (wide <= 0) return [];
  const inside = (element) => element.closest(".scroll, .hush, svg");
  const out = [...document.body.querySelectorAll("*")].filter((element) => !inside(element) && element.getBoundingClientRect().right > root.clientWidth + 1);
  return [`${wide} px`, ...out.slice(0, 5).map((element) => element.outerHTML.slice(0, 160))];
}

/** Elements that move by themselves or on the way. */
export function moving() {
  return [...document.querySelectorAll("*")]
    .filter((element) => {
      const style = getComputedStyle(element);
      const lasts = (text) => text.split(",").some((part) => parseFloat(part) > 0);
      return style.scrollBehavior === "smooth" || style.animationName !== "none" || lasts(style.transitionDuration);
    })
    .map((element) => element.outerHTML.slice(0, 120));
}

/** Sets text as WCAG 1.4.12 lets readers set it: more room between lines, paragraphs, letters and words. */
export function spreadText() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }");
  document.adoptedStyleSheets = [sheet];
}
