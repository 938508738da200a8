// Runs before the first paint, so that a page never flashes in the wrong theme. A file of its own because the
// content security policy allows no inline script.
(function () {
  var wish = null;
  try {
    wish = localStorage.getItem('narthex.theme');
  } catch {
    // Storage may be forbidden: the system's theme is used then.
  }
  var forced = new URLSearchParams(location.search).get('theme');
  if (forced === 'light' || forced === 'dark') wish = forced;
  var dark = wish === 'dark' || (wish !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
