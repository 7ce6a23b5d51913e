// What visitors do, said once: type into the box, search, read the cards and the map.

import { leads } from "./browser.mjs";

/** Counts what a person does on the way; `interactions` is the number so far. */
export class Visitor {
  constructor(page) {
    this.page = page;
    this.interactions = 0;
  }

  /** Types into a field. */
  async type(selector, text) {
    this.interactions += 1;
    await this.page.locator(selector).fill(text);
  }

  /** Presses a key that leads to another page. */
  async press(key) {
    this.interactions += 1;
    await leads(this.page, () => this.page.keyboard.press(key));
  }

  /** Ticks a box or opens a fold. */
  async click(locator) {
    this.interactions += 1;
    await locator.click();
  }

  /** Clicks what leads to another page. */
  async follow(locator) {
    this.interactions += 1;
    await leads(this.page, () => locator.click());
  }
}

/** The cards of the list, in order: number, name, address of the clinic, whole text. */
export const cardsOf = (page) =>
  page.locator("main .card").evaluateAll((cards) =>
    cards.map((card) => {
      const link = card.querySelector("h3 a");
      return {
        number: Number(card.querySelector(".pin").textContent),
        name: link.querySelector("bdi").textContent,
        href: link.getAttribute("href"),
        text: card.textContent.replace(/\s+/g, " "),
      };
    }),
  );

/** The marks of the map, in order: number as drawn, what is read out, address, place in the drawing. */
export const marksOf = (page) =>
  page.locator("figure.map svg a").evaluateAll((marks) =>
    marks.map((mark) => {
      const circle = mark.querySelector("circle");
      return {
        number: Number(mark.querySelector("text").textContent),
        label: mark.getAttribute("aria-label"),
        href: mark.getAttribute("href"),
        x: Number(circle.getAttribute("cx")),
        y: Number(circle.getAttribute("cy")),
      };
    }),
  );
