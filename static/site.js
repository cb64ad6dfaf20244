// Every page works without this. With it, errors take the focus everywhere, pages print, and
// addresses are copied.
document.getElementById("error-summary")?.focus();

document.querySelector(".day-strip [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const status = button.parentElement.querySelector("[data-copy-status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    // Without https browsers refuse the clipboard; the selection can then be copied by hand.
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = status.textContent = button.dataset.copied;
    } catch {}
  });
}
