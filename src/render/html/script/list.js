// The list of findings: filters, groups, order, and as much of it as is looked at.

const FACETS = [
  ['matter', 'Kind'],
  ['level', 'Level'],
  ['rule', 'Rule'],
  ['repository', 'Repository'],
  ['language', 'Language'],
  ['route', 'Route'],
  ['fix', 'Fix'],
  ['state', 'State'],
  ['where', 'Where'],
  ['confidence', 'Confidence'],
];

const ORDERS = {
  urgent: ['Most urgent first', (a, b) => a.urgency - b.urgency],
  path: ['By path', (a, b) => compare(a.repository, b.repository) || compare(a.finding.path, b.finding.path)],
  newest: ['Newest first', (a, b) => compare(b.date, a.date)],
  oldest: ['Oldest first', (a, b) => compare(a.date || '~', b.date || '~')],
};

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** What findings are grouped by: its name, the key of a finding, the title of a group. */
const GROUPS = {
  rule: ['Rule', (item) => item.rule, short],
  file: ['File', (item) => JSON.stringify([item.repository, item.finding.path]), (key) => JSON.parse(key).filter(Boolean).join(': ')],
  repository: ['Repository', (item) => item.repository, (key) => key || 'No name'],
  secret: ['Secret', (item) => item.finding.secret ?? '', (key) => (key ? `Secret ${key.slice(0, 12)}` : 'No secret of its own')],
  none: ['Nothing', () => '', () => 'All'],
};

// How much is shown at once: rows in all, of one group at most and at least, more of them when asked, and groups.
const ROWS = 300;
const MOST = 25;
const LEAST = 5;
const ALONE = 100;
const MORE = 200;
const SHOWN_GROUPS = 60;

class List {
  constructor({ report, matters }, items, place) {
    this.items = items;
    this.several = report.repositories.length > 1;
    this.rules = new Map(report.rules.map((rule) => [rule.id, rule]));
    this.byId = new Map(items.map((item) => [item.id, item]));
    this.secrets = Map.groupBy?.(items, (item) => item.finding.secret) ?? grouped(items, (item) => item.finding.secret);
    this.names = { ...NAMES, matter: Object.fromEntries(matters.map(({ id, title }) => [id, title])) };
    this.orders = {
      level: LEVELS,
      confidence: SURE,
      matter: matters.map(({ id }) => id),
      state: Object.keys(NAMES.state),
      fix: Object.keys(NAMES.fix),
    };
    this.chosen = Object.fromEntries(FACETS.map(([key]) => [key, null]));
    this.words = [];
    this.build(place);
    this.reset();
  }

  /** The controls, and the place for the rest. */
  build(place) {
    this.selects = {};
    const controls = FACETS.map(([key, label]) => this.facet(key, label));
    const choice = (label, entries, act) => {
      const select = element('select', {}, entries.map(([value, name]) => element('option', { value }, name)));
      select.addEventListener('change', () => act(select.value));
      return [element('label', {}, element('span', {}, label), select), select];
    };
    const dated = this.items.some(({ date }) => date);
    const secrets = this.items.some(({ finding }) => finding.secret);
    const groups = Object.entries(GROUPS).filter(
      ([key]) => (key !== 'repository' || this.several) && (key !== 'secret' || secrets),
    );
    const orders = Object.entries(ORDERS).filter(([key]) => dated || !['newest', 'oldest'].includes(key));
    const [group, groupSelect] = choice('Group by', groups.map(([key, [name]]) => [key, name]), (key) => {
      this.group = key;
      this.show();
    });
    const [order, orderSelect] = choice('Sort', orders.map(([key, [name]]) => [key, name]), (key) => {
      this.order = key;
      this.show();
    });
    [this.group, this.order, this.groupSelect, this.orderSelect] = ['rule', 'urgent', groupSelect, orderSelect];
    this.search = element('input', { type: 'search', placeholder: 'path, message or rule', 'aria-keyshortcuts': '/' });
    this.search.addEventListener('input', () => {
      this.words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
      cancelAnimationFrame(this.pending);
      this.pending = requestAnimationFrame(() => this.show());
    });
    this.clear = button('Clear filters', () => {
      this.reset();
      this.search.focus();
    });
    this.status = element('p', { class: 'count', role: 'status' });
    this.results = element('div', { class: 'results' });
    place.append(
      element(
        'form',
        { class: 'filters', role: 'search', 'aria-label': 'Findings' },
        element(
          'div',
          { class: 'view' },
          element('label', {}, element('span', {}, 'Search ', element('kbd', {}, '/')), this.search),
          group,
          order,
        ),
        controls.filter(Boolean),
      ),
      element('div', { class: 'said' }, this.status, this.clear),
      this.results,
    );
    place.querySelector('form').addEventListener('submit', (event) => event.preventDefault());
  }

  /** A choice among the values that there are; null where there is but one. */
  facet(key, label) {
    const values = [...new Set(this.items.map((item) => item[key]))];
    if (values.length < 2) return null;
    const order = this.orders[key];
    values.sort((a, b) => (order ? order.indexOf(a) - order.indexOf(b) : compare(a, b)));
    const select = element('select', {}, element('option', { value: 'any' }, 'Any'));
    // By number: a value may be any text.
    values.forEach((_, at) => select.append(element('option', { value: String(at) })));
    select.addEventListener('change', () => {
      this.chosen[key] = select.value === 'any' ? null : values[Number(select.value)];
      this.show();
    });
    this.selects[key] = { select, values };
    return element('label', {}, element('span', {}, label), select);
  }

  name(key, value) {
    if (key === 'rule') return short(value);
    return this.names[key]?.[value] ?? (value || (key === 'language' ? 'Other text' : 'No name'));
  }

  /** Takes all filters back but that on what there is to do. */
  reset(chosen = {}) {
    const open = this.items.some((item) => item.state === 'open');
    const initial = { ...Object.fromEntries(FACETS.map(([key]) => [key, null])), state: open ? 'open' : null };
    this.initial = initial;
    this.chosen = { ...initial, ...chosen };
    this.words = [];
    this.search.value = '';
    this.show();
  }

  passes(item, except) {
    for (const key in this.chosen) {
      if (key !== except && this.chosen[key] !== null && item[key] !== this.chosen[key]) return false;
    }
    return this.words.every((word) => item.text.includes(word));
  }

  /** Shows what passes, from the start. */
  show() {
    const passing = this.items.filter((item) => this.passes(item)).sort(ORDERS[this.order][1]);
    this.count();
    const [, key] = GROUPS[this.group];
    this.groups = [...grouped(passing, key)];
    // A group comes where its most urgent finding does, and the larger one first.
    const urgency = new Map(this.groups.map(([key, items]) => [key, Math.min(...sample(items))]));
    if (this.order === 'urgent') {
      this.groups.sort(([a, ofA], [b, ofB]) => (urgency.get(a) >> 6) - (urgency.get(b) >> 6) || ofB.length - ofA.length || compare(a, b));
    }
    this.passing = passing;
    const all = this.items.length;
    const of = passing.length === all ? count(all, 'finding') : `${passing.length.toLocaleString('en')} of ${count(all, 'finding')}`;
    this.status.textContent = passing.length ? `${of}` : `None of ${count(all, 'finding')}`;
    this.clear.hidden =
      !this.words.length && FACETS.every(([key]) => this.chosen[key] === this.initial[key]);
    this.results.replaceChildren();
    this.limit = SHOWN_GROUPS;
    this.showGroups();
  }

  /** Writes into each choice how many there would be. */
  count() {
    for (const [key, { select, values }] of Object.entries(this.selects)) {
      const counts = new Map();
      for (const item of this.items) {
        if (this.passes(item, key)) counts.set(item[key], (counts.get(item[key]) ?? 0) + 1);
      }
      values.forEach((value, at) => {
        const n = counts.get(value) ?? 0;
        const option = select.options[at + 1];
        option.textContent = `${shown(this.name(key, value))} (${n.toLocaleString('en')})`;
        option.disabled = n === 0 && value !== this.chosen[key];
      });
      select.value = this.chosen[key] === null ? 'any' : String(values.indexOf(this.chosen[key]));
      select.classList.toggle('chosen', this.chosen[key] !== null);
    }
  }

  showGroups() {
    const from = this.results.querySelectorAll('.group').length;
    const made = this.groups.slice(from, this.limit).map(([key, items]) => this.section(key, items));
    this.results.querySelector(':scope > .more')?.remove();
    this.results.append(...made);
    const rest = this.groups.length - this.limit;
    if (rest > 0) {
      const more = button(`Show more groups (${rest.toLocaleString('en')} left)`, () => {
        this.limit += SHOWN_GROUPS;
        this.showGroups();
        this.results.querySelectorAll('.group')[from + made.length]?.querySelector('summary')?.focus();
      });
      this.results.append(element('p', { class: 'more' }, more));
    }
  }

  section(key, items) {
    const [, , title] = GROUPS[this.group];
    const groups = this.groups.length;
    const first = groups === 1 ? ALONE : Math.min(MOST, Math.max(LEAST, Math.floor(ROWS / groups)));
    const rows = element('ol', { class: 'rows' });
    const head = this.group === 'none' ? null : element('h3', {}, element('span', {}, title(key)), element('small', {}, count(items.length, 'finding')));
    const made = element('section', { class: 'group', ...(head ? {} : { 'aria-label': 'Findings' }) }, head, this.group === 'rule' ? this.about(key) : null, rows);
    made.rows = { items, rows };
    this.extend(made, first);
    return made;
  }

  /** What a rule says, once for its group. */
  about(id) {
    const rule = this.rules.get(id);
    if (!rule) return null;
    return element(
      'details',
      { class: 'about' },
      element('summary', {}, sentence(rule.summary), ' ', element('span', { class: 'hint' }, 'Why, and what to do')),
      definitions([
        ['Why', sentence(rule.why)],
        ['What to do', sentence(rule.remedy)],
        ['The vendor says', sentence(rule.statement)],
        ['Read', linkTo(rule.help)],
      ]),
    );
  }

  /** Adds rows to a group. */
  extend(section, more) {
    const { items, rows } = section.rows;
    const from = rows.children.length;
    rows.append(...items.slice(from, from + more).map((item) => this.row(item)));
    section.querySelector(':scope > .more')?.remove();
    const rest = items.length - rows.children.length;
    if (rest > 0) {
      const next = Math.min(rest, MORE);
      const act = () => {
        this.extend(section, MORE);
        rows.children[from + more]?.querySelector('summary').focus();
      };
      section.append(element('p', { class: 'more' }, button(`Show ${next.toLocaleString('en')} more of ${rest.toLocaleString('en')}`, act)));
    }
  }

  row(item) {
    const fold = element('details', { class: 'finding', id: item.id }, summaryOf(item, this.several));
    fold.addEventListener('toggle', () => fold.open && this.fill(fold, item));
    return element('li', {}, fold);
  }

  fill(fold, item) {
    if (fold.children.length > 1) return;
    const { secret, rule } = item.finding;
    const others = secret ? this.secrets.get(secret).filter((other) => other !== item) : [];
    fold.append(bodyOf(item, this.rules.get(rule), others, (text) => this.say(text)));
  }

  say(text) {
    this.status.textContent = text;
  }

  /** Opens a finding wherever it is in the list; whether there is one of this id. */
  open(id) {
    const item = this.byId.get(id);
    if (!item) return false;
    if (!this.passes(item)) this.reset({ state: null });
    const at = this.groups.findIndex(([, items]) => items.includes(item));
    if (at >= this.limit) {
      this.limit = at + 1;
      this.showGroups();
    }
    const section = this.results.querySelectorAll('.group')[at];
    const missing = section.rows.items.indexOf(item) + 1 - section.rows.rows.children.length;
    if (missing > 0) this.extend(section, missing);
    const fold = document.getElementById(id);
    fold.open = true;
    this.fill(fold, item);
    fold.scrollIntoView({ block: 'start' });
    fold.querySelector('summary').focus({ preventScroll: true });
    return true;
  }

  /** Everything that passes, whole as far as paper can bear it. */
  unfold(whole, most) {
    this.limit = Infinity;
    this.showGroups();
    let left = most;
    for (const section of this.results.querySelectorAll('.group')) {
      this.extend(section, Math.max(0, Math.min(left, section.rows.items.length) - section.rows.rows.children.length));
      left -= section.rows.rows.children.length;
    }
    if (this.passing.length > whole) return;
    for (const fold of this.results.querySelectorAll('.finding')) {
      this.fill(fold, this.byId.get(fold.id));
      fold.open = true;
    }
    for (const about of this.results.querySelectorAll('.about')) about.open = true;
  }
}

/** A few of the urgencies of a group in order of urgency, or all where the order is another. */
const sample = (items) => items.slice(0, 1_000).map((item) => item.urgency);

const grouped = (items, key) => {
  const groups = new Map();
  for (const item of items) {
    const of = key(item);
    if (groups.has(of)) groups.get(of).push(item);
    else groups.set(of, [item]);
  }
  return groups;
};

