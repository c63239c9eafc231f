// Swagger UI's style sheet has a dark theme behind a class: it follows what the system prefers, before the first paint.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
