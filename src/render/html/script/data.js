// What the page knows: the document, as `data.rs` has packed it, and of each finding what it is filtered and sorted by.

/** The value that was packed. */
const unpacked = ({ texts, keys }, packed) => {
  const value = (it) => {
    if (typeof it === 'number') return it < 0 ? texts[-1 - it] : it;
    if (!Array.isArray(it)) return it;
    if (it[0] === 0) {
      const list = new Array(it.length - 1);
      for (let at = 1; at < it.length; at++) list[at - 1] = value(it[at]);
      return list;
    }
    // Without a prototype, a key can be called anything.
    const object = Object.create(null);
    const names = keys[it[0] - 1];
    for (let at = 1; at < it.length; at++) object[names[at - 1]] = value(it[at]);
    return object;
  };
  return value(packed);
};

/** The document, and the kinds of findings in the order in which they matter. */
const read = () => {
  const packed = JSON.parse(document.getElementById('data').textContent);
  const part = (name) => unpacked(packed, packed[name])[0];
  return {
    matters: packed.matters,
    report: {
      schema_version: part('schema_version'),
      tool: part('tool'),
      summary: part('summary'),
      repositories: part('repositories'),
      rules: part('rules'),
      groups: part('groups'),
      salt: part('salt'),
      findings: unpacked(packed, packed.findings),
      skipped: part('skipped'),
      reduced: part('reduced'),
    },
  };
};

const LEVELS = ['error', 'warning', 'note'];
const SURE = ['high', 'medium', 'low'];

const short = (rule) => rule.slice(rule.lastIndexOf('/') + 1);

/** One thing for each finding, in the document's order. */
const indexed = ({ report, matters }) => {
  const matterOf = new Map(matters.flatMap(({ id, rules }) => rules.map((rule) => [rule, id])));
  const last = matters.at(-1).id;
  const order = new Map(matters.map(({ id }, at) => [id, at]));
  const times = new Map();
  return report.findings.map((finding, at) => {
    const digits = finding.fingerprint.replace(/[^0-9a-f]/gi, '');
    const time = (times.get(digits) ?? 0) + 1;
    times.set(digits, time);
    const matter = matterOf.get(finding.rule) ?? last;
    return {
      finding,
      at,
      id: time === 1 ? `f-${digits}` : `f-${digits}-${time}`,
      matter,
      level: finding.level,
      rule: finding.rule,
      repository: finding.repository ?? '',
      language: finding.language ?? '',
      route: finding.route ?? '',
      fix: finding.fix?.applicability ?? 'none',
      state: finding.state,
      confidence: finding.confidence,
      where: finding.history && !finding.history.in_tip ? 'past' : 'present',
      urgency: [
        finding.state === 'open' ? 0 : 1,
        order.get(matter),
        LEVELS.indexOf(finding.level),
        SURE.indexOf(finding.confidence),
      ].reduce((sum, digit) => sum * 8 + digit, 0),
      date: finding.history?.first?.date ?? '',
      text: [finding.repository ?? '', `${finding.path}:${finding.start.line}`, finding.message, finding.rule]
        .join('\n')
        .toLowerCase(),
    };
  });
};

