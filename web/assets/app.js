// Every page works without this file. It adds four comforts: the place of the device (asked for
// on a click, rounded before it goes anywhere), a quick way out that leaves no page behind in the
// tab's history, a print button, and a limit of five clinics to compare.
"use strict";

(() => {
  const MOST_COMPARED = 5;

  // Leaving replaces this page, so that "back" does not lead here again.
  const leave = document.getElementById("leave");
  leave?.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(leave.href);
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }

  // Two decimals are about one kilometre: near enough to find care, too coarse to find a home.
  const locate = document.querySelector("[data-locate]");
  const say = document.querySelector("[data-locate-say]");
  if (locate && "geolocation" in navigator) {
    locate.hidden = false;
    locate.addEventListener("click", () => {
      say.textContent = locate.dataset.wait;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          const form = new FormData(locate.form);
          const query = new URLSearchParams();
          for (const [name, value] of form) {
            if (value !== "" && name !== "q") query.append(name, value);
          }
          query.set("lat", coords.latitude.toFixed(2));
          query.set("lon", coords.longitude.toFixed(2));
          location.assign(`${locate.form.getAttribute("action")}?${query}`);
        },
        () => {
          say.textContent = locate.dataset.fail;
        },
        { maximumAge: 600000, timeout: 15000 },
      );
    });
  }

  // Fields that were left alone stay out of the address.
  for (const form of document.querySelectorAll("form[data-tidy]")) {
    form.addEventListener("formdata", ({ formData }) => {
      for (const name of [...new Set(formData.keys())]) {
        const kept = formData.getAll(name).filter((value) => value !== "");
        formData.delete(name);
        for (const value of kept) formData.append(name, value);
      }
    });
  }

  const picks = [...document.querySelectorAll("input[data-compare]")];
  const update = () => {
    const full = picks.filter((pick) => pick.checked).length >= MOST_COMPARED;
    for (const pick of picks) pick.disabled = full && !pick.checked;
  };
  for (const pick of picks) pick.addEventListener("change", update);
  if (picks.length) update();
})();
