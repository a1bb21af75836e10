// A finding as elements. All text gets into the page as text nodes, and what could act in one is shown by its number.

const HOSTILE =
  /[\0-\x08\x0a-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;

/** A text without characters that turn others around, break lines or hide; as `escape.rs` has it. */
const shown = (text) =>
  String(text).replace(HOSTILE, (character) => {
    const code = character.codePointAt(0);
    return code < 128 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });

/** An element with attributes, and with elements and texts in it; what is null is left out. */
const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null) made.setAttribute(key, value);
  }
  for (const child of children.flat()) {
    if (child !== null) made.append(child instanceof Node ? child : shown(child));
  }
  return made;
};

const button = (label, act, attributes = {}) => {
  const made = element('button', { type: 'button', ...attributes }, label);
  made.addEventListener('click', () => act(made));
  return made;
};

/** `1 file`, `12,345 files`, `2 repositories`. */
const count = (n, noun) => {
  const many = noun.endsWith('y') ? `${noun.slice(0, -1)}ies` : `${noun}s`;
  return `${n.toLocaleString('en')} ${n === 1 ? noun : many}`;
};

const sentence = (words) => {
  const whole = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(whole) || whole === '' ? whole : `${whole}.`;
};

const NAMES = {
  level: { error: 'Error', warning: 'Warning', note: 'Note' },
  route: {
    'access-token': 'Access token (your own data)',
    oauth: 'OAuth (other people’s data)',
    remove: 'Remove (nothing uses it)',
    '': 'Not decided',
  },
  fix: { safe: 'Safe fix', unsafe: 'Fix to look at', manual: 'Steps by hand', none: 'No fix' },
  state: {
    open: 'To mend',
    suppressed: 'Accepted by a directive',
    baselined: 'Accepted by the baseline',
    unchanged: 'There before the change',
    resolved: 'Resolved',
  },
  confidence: { high: 'High', medium: 'Medium', low: 'Low' },
  where: { present: 'There now', past: 'In the history only' },
};

const FIXES = {
  safe: () => [' Applied by ', element('code', {}, 'dekey check --fix'), '.'],
  unsafe: () => [' Applied by ', element('code', {}, 'dekey check --fix --unsafe-fixes'), '; look at it then.'],
  manual: () => [],
};

const located = ({ path, start }) => `${path}:${start.line}`;

const commit = ({ commit, date }) => [element('code', {}, commit.slice(0, 12)), ` of ${date.slice(0, 10)}`];

/** What a fold is opened by: how bad, what, where. */
const summaryOf = ({ finding, where, fix }, several) => {
  const marks = [];
  if (finding.state !== 'open') marks.push(NAMES.state[finding.state]);
  if (where === 'past') marks.push('in the history only');
  if (fix === 'safe' && finding.state === 'open') marks.push('fixable');
  return element(
    'summary',
    {},
    element('span', { class: `level ${finding.level}` }, finding.level),
    element('span', { class: 'message' }, finding.message),
    element(
      'span',
      { class: 'whereabouts' },
      several && finding.repository ? element('span', { class: 'repository' }, finding.repository) : null,
      element('code', { class: 'place' }, located(finding)),
      marks.map((mark) => element('span', { class: 'mark' }, mark)),
    ),
  );
};

/** Lines with their numbers, the finding's behind a sign. */
const excerptOf = ({ excerpt, start, end }) => {
  if (!excerpt) return null;
  const last = end.column <= 1 && end.line > start.line ? end.line - 1 : end.line;
  const wide = String(excerpt.line + excerpt.lines.length).length;
  const rows = excerpt.lines.map((line, at) => {
    const number = excerpt.line + at;
    const hit = number >= start.line && number <= last;
    const gutter = `${hit ? '>' : ' '} ${String(number).padStart(wide)} `;
    return element(
      'span',
      { class: hit ? 'row hit' : 'row' },
      element('span', { class: 'gutter' }, gutter),
      element('span', {}, line),
      lineEnd(),
    );
  });
  return element('pre', { class: 'code' }, rows);
};

/** For whoever copies lines; as a text of its own it is not shown by its number. */
const lineEnd = () => document.createTextNode('\n');

const KINDS = { '-': 'row removed', '+': 'row added' };

const diffOf = (fix) => {
  if (!fix?.diff?.length) return null;
  const rows = fix.diff.map((line) =>
    element('span', { class: KINDS[/^[ \d]*([-+])/.exec(line)?.[1]] ?? 'row' }, line, lineEnd()),
  );
  return element('pre', { class: 'code' }, rows);
};

const historyOf = ({ first, last, in_tip: inTip, tip }) => {
  const said = [];
  if (first) said.push(element('li', {}, 'came in with ', ...commit(first)));
  if (last && last.commit !== first?.commit) said.push(element('li', {}, 'last in ', ...commit(last)));
  if (!first && !last) said.push(element('li', {}, 'no branch or tag leads to it'));
  const there = tip ? ['still in ', element('code', {}, tip)] : ['still in a branch or tag'];
  said.push(element('li', {}, ...(inTip ? there : ['at the tip of no branch or tag any more'])));
  return element('ul', {}, said);
};

/** A link to a page of the web; anything else is text. */
const linkTo = (address) => {
  if (!/^https?:\/\/\S+$/i.test(address)) return address ? element('span', {}, address) : null;
  return element('a', { href: address, rel: 'noopener noreferrer' }, address);
};

const definitions = (pairs) => {
  const there = pairs.filter(([, ...words]) => words.flat().some((word) => word !== null && word !== ''));
  return element('dl', {}, there.map(([term, ...words]) => [element('dt', {}, term), element('dd', {}, ...words)]).flat());
};

/** What a fold holds. `others` are findings of the same secret. */
const bodyOf = ({ finding, id }, rule, others, say) => {
  const { fix, history, related, evidence, secret } = finding;
  const place = shown(located(finding));
  const list = (entries) => (entries.length ? element('ul', {}, entries) : null);
  const same = others.slice(0, 10).map((other) => {
    const repository = other.finding.repository ? `${other.finding.repository}: ` : '';
    const as = other.rule === finding.rule ? '' : ` as ${short(other.rule)}`;
    return element('li', {}, element('a', { href: `#${other.id}` }, repository + located(other.finding)), as);
  });
  if (others.length > 10) same.push(element('li', {}, `and ${count(others.length - 10, 'place')} more`));
  const diff = diffOf(fix);
  return element(
    'div',
    { class: 'body' },
    element(
      'div',
      { class: 'sources' },
      excerptOf(finding),
      diff ? element('p', { class: 'label' }, 'What the fix changes') : null,
      diff,
      element(
        'p',
        { class: 'actions' },
        button('Copy path:line', () => copied(place, say), { 'aria-label': `Copy path:line, ${place}` }),
        element('a', { href: `#${id}`, class: 'permalink' }, 'Link to this finding'),
      ),
    ),
    definitions([
      ['Why', sentence(finding.why)],
      ['What to do', sentence(finding.remedy)],
      [fix?.applicability === 'manual' ? 'Step' : 'Fix', fix ? [sentence(fix.title), ...FIXES[fix.applicability]()] : null],
      ['Route', finding.route ? NAMES.route[finding.route] : null],
      ['Because', list(evidence.map((words) => element('li', {}, words)))],
      [
        'See also',
        list(related.map((other) => element('li', {}, element('code', {}, located(other)), ` ${other.message}`))),
      ],
      ['Accepted', finding.accepted ?? null],
      ['History', history ? historyOf(history) : null],
      ['Same secret', list(same)],
      ['Secret', secret ? [element('code', {}, secret.slice(0, 12)), ' (a digest)'] : null],
      ['Confidence', NAMES.confidence[finding.confidence]],
      ['Rule', element('code', {}, finding.rule)],
      ['Read', rule ? linkTo(rule.help) : null],
    ]),
  );
};

/** Puts a text on the clipboard, also where a page from a file may not do so by itself. */
const copied = async (text, say) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = element('textarea', { readonly: '', class: 'aside' }, text);
    const { activeElement } = document;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
    activeElement?.focus();
  }
  say(`Copied ${text}`);
};

