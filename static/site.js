// Every page works without this. With it, errors take the focus everywhere and pages print.
document.getElementById("error-summary")?.focus();

document.querySelector(".day-strip [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
