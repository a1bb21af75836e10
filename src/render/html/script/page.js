// The page around the list: links into it, keys, the theme, printing, and the data taken out again.

const root = document.documentElement;

// Before anything is drawn: the plain list is for those without a script.
root.classList.add('js');

const remembered = {
  get: () => {
    try {
      return localStorage.getItem('dekey-theme');
    } catch {
      return null;
    }
  },
  set: (theme) => {
    try {
      localStorage.setItem('dekey-theme', theme);
    } catch {
      // A page from a file may have no memory; the theme holds until it is closed.
    }
  },
};

const themed = (theme) => {
  if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
};
themed(remembered.get());

const isDark = () =>
  root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;

const saved = (report) => {
  const address = URL.createObjectURL(new Blob([`${JSON.stringify(report, null, 2)}\n`], { type: 'application/json' }));
  const link = element('a', { href: address, download: 'dekey-report.json' });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
};

/** What paper can bear: findings shown whole, and findings shown at all. */
const WHOLE_ON_PAPER = 300;
const ON_PAPER = 5_000;

const start = () => {
  const known = read();
  const items = indexed(known);
  tools(known);
  if (items.length) browse(known, items);
  else root.classList.remove('js');
};

/** The buttons at the top. */
const tools = (known) => {
  const theme = button('', () => {
    themed(isDark() ? 'light' : 'dark');
    remembered.set(root.dataset.theme);
    label();
  });
  const label = () => {
    theme.textContent = isDark() ? 'Light theme' : 'Dark theme';
  };
  label();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', label);
  document.getElementById('tools').append(theme, button('Download JSON', () => saved(known.report)));
};

/** The list in place of the plain one. */
const browse = (known, items) => {
  const list = new List(known, items, document.getElementById('browse'));

  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[data-facet]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const chosen = { [link.dataset.facet]: link.dataset.value };
    list.reset(chosen);
    // What a row counts may all be done.
    if (!list.passing.length) list.reset({ ...chosen, state: null });
    const findings = document.getElementById('findings');
    findings.scrollIntoView({ block: 'start' });
    findings.focus({ preventScroll: true });
  });

  const follow = () => list.open(location.hash.slice(1));
  addEventListener('hashchange', follow);
  document.addEventListener('click', (event) => {
    // The same address again is no change.
    const link = event.target.closest?.('a[href^="#f-"]');
    if (link && link.getAttribute('href') === location.hash) follow();
  });

  document.addEventListener('keydown', (event) => {
    const writing = event.target.closest?.('input, select, textarea');
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/' && !writing) {
      event.preventDefault();
      list.search.focus();
      list.search.scrollIntoView({ block: 'nearest' });
    }
    const row = event.target.closest?.('.results summary');
    if (row && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const rows = [...document.querySelectorAll('.results summary')];
      const next = rows[rows.indexOf(row) + (event.key === 'ArrowDown' ? 1 : -1)];
      if (next) {
        event.preventDefault();
        next.focus();
      }
    }
  });

  addEventListener('beforeprint', () => list.unfold(WHOLE_ON_PAPER, ON_PAPER));
  addEventListener('afterprint', () => list.show());

  document.getElementById('plain').remove();
  if (location.hash && follow()) {
    // When it has loaded, a browser goes where the address leads by itself, and takes the focus away.
    addEventListener('load', () => setTimeout(follow));
  }
};

document.addEventListener('DOMContentLoaded', () => {
  try {
    start();
  } catch (error) {
    // Better a plain list than none.
    root.classList.remove('js');
    throw error;
  }
});
