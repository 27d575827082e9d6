// Puts the colour scheme that was chosen on the document before anything is painted. A classic script for that reason.
'use strict';
(function applyTheme() {
  let chosen = null;
  try {
    chosen = localStorage.getItem('medstreams.theme');
  } catch {
    // Storage may be forbidden; then the system's scheme holds.
  }
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen;
})();
