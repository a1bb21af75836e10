// Opens pages in Chromium and does with them what people do. `node browse.mjs CHROMIUM`, in a folder with the pages, their
// documents and the installed packages. A try that fails throws, and the rest is not tried.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { performance } from 'node:perf_hooks';
import { chromium } from 'playwright-core';
import { HtmlValidate } from 'html-validate';

const browser = await chromium.launch({
  executablePath: process.argv[2],
  // A container has no user that could have a sandbox.
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
const address = (name) => pathToFileURL(`${name}.html`).href;
const told = (line) => process.stdout.write(`  ${line}\n`);
const tries = [];
const attempt = (what, act) => tries.push([what, act]);

/** Opens a page. It may ask for nothing else, say nothing on the console, and ask the reader nothing. */
const opened = async (name, options = {}, hash = '') => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const wrong = [];
  page.on('request', (request) => request.url().split('#')[0] !== address(name) && wrong.push(`asks for ${request.url()}`));
  page.on('console', (message) => wrong.push(`says ${message.text()}`));
  page.on('pageerror', (error) => wrong.push(`fails: ${error}`));
  page.on('dialog', (dialog) => {
    wrong.push(`asks ${dialog.message()}`);
    dialog.dismiss();
  });
  await page.goto(address(name) + hash);
  return {
    page,
    close: async () => {
      await context.close();
      assert.deepEqual(wrong, [], name);
    },
  };
};

const on = (name, act, options, hash) => async () => {
  const { page, close } = await opened(name, options, hash);
  await act(page);
  await close();
};

const read = (name) => JSON.parse(readFileSync(`${name}.json`, 'utf8'));
const status = (page) => page.locator('.count').textContent();
const rows = (page) => page.locator('.results .finding').count();
const choose = (page, label, text) =>
  page.getByRole('combobox', { name: label, exact: true }).evaluate((select, text) => {
    const option = [...select.options].find((option) => option.textContent.startsWith(text));
    if (!option) throw new Error(`no ${text} in ${[...select.options].map((option) => option.textContent)}`);
    select.value = option.value;
    select.dispatchEvent(new Event('change'));
  }, text);

const names = readdirSync('.').filter((file) => file.endsWith('.html')).map((file) => file.slice(0, -5));

for (const name of names) {
  attempt(`${name} is valid HTML`, async () => {
    // The lines of twenty thousand findings are alike.
    const text = readFileSync(`${name}.html`, 'utf8').replace(/(<li class="line".*\n){200,}/g, '');
    const validate = new HtmlValidate({
      extends: ['html-validate:standard', 'html-validate:a11y'],
      rules: { 'long-title': 'off', 'no-inline-style': 'error', 'prefer-native-element': 'off', 'no-raw-characters': 'error' },
    });
    const report = await validate.validateString(text);
    const found = report.results.flatMap(({ messages }) => messages).map(({ line, ruleId, message }) => `${line}: ${ruleId}: ${message}`);
    assert.deepEqual([...new Set(found)].slice(0, 20), []);
  });
  // These are as the others, only longer.
  const schemes = ['large', 'signs'].includes(name) ? [] : ['light', 'dark'];
  for (const scheme of schemes) {
    attempt(`${name} is accessible, ${scheme}`, async () => {
      const { page, close } = await opened(name, { colorScheme: scheme, bypassCSP: true });
      const fold = page.locator('.results .finding > summary').first();
      if (await fold.count()) await fold.click();
      await page.evaluate(readFileSync('node_modules/axe-core/axe.min.js', 'utf8'));
      const { violations } = await page.evaluate(() => axe.run());
      const found = violations.flatMap(({ id, nodes }) => nodes.slice(0, 3).map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`));
      assert.deepEqual(found, []);
      await close();
    });
  }
  attempt(`${name} fits a narrow screen`, on(name, async (page) => {
    const wide = await page.evaluate(() =>
      document.documentElement.scrollWidth <= innerWidth
        ? []
        : [...document.querySelectorAll('body *')].filter((one) => !one.closest('.wide > *, .drawing > *, svg *') &&  one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 200)),
    );
    assert.deepEqual(wide.slice(0, 5), []);
  }, { viewport: { width: 360, height: 740 } }));
  attempt(`${name} shows every finding without a script`, on(name, async (page) => {
    const all = read(name).findings.length;
    assert.equal(await page.locator('#plain .finding, #plain .line').count(), all);
    if (all) assert.equal(await page.locator('#plain').isVisible(), true);
    const fold = page.locator('#plain details').first();
    if (await fold.count()) {
      await fold.locator('summary').click();
      assert.equal(await fold.locator('pre').first().isVisible(), true);
    }
  }, { javaScriptEnabled: false }));
}

attempt('filters count what they show', on('fleet', async (page) => {
  const { findings } = read('fleet');
  const open = findings.filter(({ state }) => state === 'open');
  assert.equal(await status(page), `${open.length} of ${findings.length} findings`);
  for (const [label, text, passes] of [
    ['Level', 'Error', (one) => one.level === 'error'],
    ['Rule', 'hardcoded-api-key', (one) => one.rule.endsWith('/hardcoded-api-key')],
    ['Repository', 'landing-page', (one) => one.repository === 'landing-page'],
    ['Language', 'python', (one) => one.language === 'python'],
    ['Route', 'OAuth', (one) => one.route === 'oauth'],
    ['Fix', 'Safe', (one) => one.fix?.applicability === 'safe'],
    ['Where', 'In the history', (one) => one.history && !one.history.in_tip],
    ['Confidence', 'Low', (one) => one.confidence === 'low'],
    ['Kind', 'Credentials', (one) => one.rule.endsWith('/hardcoded-access-token')],
  ]) {
    await choose(page, label, text);
    assert.equal(await status(page), `${open.filter(passes).length} of ${findings.length} findings`, label);
    const chosen = await page.getByRole('combobox', { name: label, exact: true }).evaluate((select) => select.selectedOptions[0].textContent);
    assert.ok(chosen.endsWith(`(${open.filter(passes).length})`), chosen);
    await page.getByRole('button', { name: 'Clear filters' }).click();
  }
  for (const state of ['To mend', 'Resolved', 'Accepted by a directive', 'Accepted by the baseline']) {
    await choose(page, 'State', state);
    const key = { T: 'open', R: 'resolved' }[state[0]] ?? (state.endsWith('directive') ? 'suppressed' : 'baselined');
    assert.equal(await status(page), `${findings.filter((one) => one.state === key).length} of ${findings.length} findings`);
  }
  await choose(page, 'State', 'Any');
  assert.equal(await status(page), `${findings.length} findings`);
}));

attempt('a search shows the rows that have its words', on('fleet', async (page) => {
  const { findings } = read('fleet');
  await page.getByRole('searchbox').fill('nightly TOKEN');
  const has = ({ state, path, message, rule }) =>
    state === 'open' && ['nightly', 'token'].every((word) => `${path}\n${message}\n${rule}`.toLowerCase().includes(word));
  const expected = findings.filter(has).length;
  await page.waitForFunction((text) => document.querySelector('.count').textContent.startsWith(text), `${expected} of`);
  assert.equal(await rows(page), expected);
  await page.getByRole('searchbox').fill('no such thing');
  await page.waitForFunction(() => document.querySelector('.count').textContent.startsWith('None of'));
  assert.equal(await rows(page), 0);
}));

attempt('groups are by rule, file, repository and secret', on('fleet', async (page) => {
  const open = read('fleet').findings.filter(({ state }) => state === 'open');
  for (const [label, key] of [
    ['Rule', ({ rule }) => rule],
    ['File', ({ repository, path }) => `${repository}\n${path}`],
    ['Repository', ({ repository }) => repository],
    ['Secret', ({ secret }) => secret],
    ['Nothing', () => ''],
  ]) {
    await choose(page, 'Group by', label);
    const groups = new Set(open.map(key)).size;
    const more = page.getByRole('button', { name: 'Show more groups' });
    while (await more.count()) await more.click();
    assert.equal(await page.locator('.group').count(), groups, label);
  }
  // All of one group can be shown.
  const more = page.locator('.group > .more button');
  while (await more.count()) await more.first().click();
  assert.equal(await rows(page), open.length);
}));

attempt('orders', on('fleet', async (page) => {
  await choose(page, 'Group by', 'Nothing');
  const levels = await page.locator('.results .level').allTextContents();
  const { matters } = await page.evaluate(() => JSON.parse(document.getElementById('data').textContent));
  assert.equal(matters[0].id, 'revoke');
  const messages = await page.locator('.results .message').allTextContents();
  assert.match(messages[0], /access token stands/);
  assert.equal(levels[0], 'error');
  await choose(page, 'Sort', 'By path');
  const repositories = await page.locator('.results .repository').allTextContents();
  assert.deepEqual(repositories, [...repositories].sort());
}));

attempt('what matters first leads to its findings', on('fleet', async (page) => {
  const { findings } = read('fleet');
  await page.getByRole('link', { name: 'Logins that no longer work' }).click();
  const expected = findings.filter(({ state, rule }) => state === 'open' && rule.endsWith('/deprecated-api-key-auth')).length;
  assert.equal(await status(page), `${expected} of ${findings.length} findings`);
  assert.equal(await page.evaluate(() => document.activeElement.id), 'findings');
  await page.locator('.shares a[data-facet=repository]').first().click();
  const repository = await page.locator('.results .repository').allTextContents();
  assert.equal(new Set(repository).size, 1);
}));

attempt('a finding tells where, why and what to do', on('fleet', async (page) => {
  const fold = page.locator('.results .finding').filter({ hasText: 'authenticates with an app id' }).first();
  await fold.locator('summary').click();
  await fold.locator('.body').waitFor();
  const text = await fold.innerText();
  for (const words of ['Why', 'What to do', 'Because', 'See also', 'History', 'Confidence', 'INTERCOM_ACCESS_TOKEN']) {
    assert.ok(text.includes(words), `${words} is missing in ${text}`);
  }
  assert.equal(await fold.locator('.hit').count(), 1);
  assert.match(await fold.locator('.hit').textContent(), /^> +\d+ .*client = Client\(app_id, "9f3c\*+"\)\n$/);
  assert.equal(await fold.locator('.added').count(), 1);
  assert.equal(await fold.locator('.removed').count(), 1);
  const help = fold.locator('a[rel="noopener noreferrer"]');
  assert.equal(await help.getAttribute('href'), 'https://example.test/help/authentication#tokens');
}));

attempt('a place is copied', on('one', async (page) => {
  const fold = page.locator('.results .finding').first();
  await fold.locator('summary').click();
  await fold.getByRole('button', { name: /^Copy / }).click();
  await page.waitForFunction(() => document.querySelector('.count').textContent.startsWith('Copied '));
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(copied, await fold.locator('.place').textContent());
}, { permissions: ['clipboard-read', 'clipboard-write'] }));

attempt('links to findings open them, whatever is filtered and folded', async () => {
  const { findings } = read('fleet');
  const at = findings.findLastIndex(({ state }) => state === 'resolved');
  const id = `f-${findings[at].fingerprint}`;
  const { page, close } = await opened('fleet', {}, `#${id}`);
  const seen = async (id) => {
    const fold = page.locator(`[id="${id}"]`);
    await page.waitForFunction((id) => document.getElementById(id)?.open, id);
    await fold.locator('.body').waitFor();
    await page.waitForFunction((id) => {
      const { top } = document.getElementById(id).getBoundingClientRect();
      return top >= 0 && top < innerHeight / 2;
    }, id);
    await page.waitForFunction((id) => document.activeElement.closest('.finding')?.id === id, id);
  };
  await seen(id);
  const other = `f-${findings.find(({ state }) => state === 'suppressed').fingerprint}`;
  await choose(page, 'State', 'To mend');
  await page.evaluate((id) => (location.hash = id), other);
  await seen(other);
  await close();
});

attempt('a link opens the last of twenty thousand', async () => {
  const { findings } = read('large');
  const id = `f-${findings.at(-1).fingerprint}`;
  const { page, close } = await opened('large', {}, `#${id}`);
  await page.waitForFunction((id) => document.getElementById(id)?.open, id);
  await close();
});

attempt('everything is reached by keys alone', on('fleet', async (page) => {
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('/');
  assert.equal(await page.evaluate(() => document.activeElement.type), 'search');
  await page.keyboard.type('crm');
  await page.waitForFunction(() => /^\d+ of/.test(document.querySelector('.count').textContent));
  for (let at = 0; at < 40 && !(await page.evaluate(() => document.activeElement.closest('.finding'))); at++) {
    await page.keyboard.press('Tab');
  }
  const focused = () => page.evaluate(() => document.activeElement.closest('.finding')?.id);
  const first = await focused();
  await page.keyboard.press('ArrowDown');
  const second = await focused();
  assert.ok(first && second && first !== second);
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, 'solid');
  await page.keyboard.press('Enter');
  await page.locator(`[id="${second}"] .body`).waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'BUTTON');
}));

attempt('where nothing is found nothing can be filtered', on('clean', async (page) => {
  assert.equal(await page.locator('.filters').count(), 0);
  assert.equal(await page.getByText('There are none.').isVisible(), true);
  assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Nothing found');
}));

attempt('the theme can be changed', on('fleet', async (page) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: 'Dark theme' }).click();
  assert.notEqual(await ground(), light);
  await page.getByRole('button', { name: 'Light theme' }).click();
  assert.equal(await ground(), light);
}));

attempt('the data can be taken out again', async () => {
  for (const name of ['fleet', 'hostile', 'signs', 'clean']) {
    const { page, close } = await opened(name, { acceptDownloads: true });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download JSON' }).click(),
    ]);
    await download.saveAs('out.json.txt');
    assert.deepEqual(JSON.parse(readFileSync('out.json.txt', 'utf8')), read(name), name);
    await page.context().close();
    close().catch(() => {});
  }
});

attempt('nothing hostile is shown, and nothing becomes an element', async () => {
  for (const name of ['hostile', 'signs']) {
    const { page, close } = await opened(name);
    await choose(page, 'Group by', 'Nothing').catch(() => {});
    for (const summary of await page.locator('.results summary').all()) await summary.click();
    const found = await page.evaluate(() => {
      const hostile = /[\0-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40/;
      document.getElementById('data').remove();
      document.querySelector('script').remove();
      const links = [...document.querySelectorAll('main a')].map((link) => link.getAttribute('href'));
      return {
        text: hostile.exec(document.documentElement.textContent)?.index ?? null,
        attributes: [...document.querySelectorAll('main *')].flatMap((one) => [...one.attributes]).filter(({ value }) => hostile.test(value)).map(({ name }) => name),
        strange: [...document.querySelectorAll('img, iframe, object, embed, link, base, script, main style, math')].map(({ outerHTML }) => outerHTML),
        handlers: [...document.querySelectorAll('main *')].filter((one) => [...one.attributes].some(({ name }) => name.startsWith('on') || name === 'style')).map(({ outerHTML }) => outerHTML),
        links: links.filter((link) => !/^(#|https:\/\/example\.test\/)/.test(link)),
      };
    });
    assert.deepEqual(found, { text: null, attributes: [], strange: [], handlers: [], links: [] }, name);
    await close();
  }
});

attempt('it prints, with everything unfolded', on('incomplete', async (page) => {
  await page.emulateMedia({ media: 'print' });
  const pdf = await page.pdf({ path: 'print.pdf', format: 'A4', printBackground: true, margin: { top: '14mm', bottom: '14mm', left: '14mm', right: '14mm' } });
  assert.ok(pdf.subarray(0, 5).toString() === '%PDF-');
  // Three lines of each finding, at least.
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g).length;
  assert.ok(pages >= 6, `${pages} pages`);
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  const { findings } = read('incomplete');
  const open = findings.filter(({ state }) => state === 'open').length;
  assert.equal(await page.locator('.results .finding[open] .body').count(), open);
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  assert.equal(await page.locator('.results .finding[open]').count(), 0);
}));

attempt('twenty thousand findings are usable', async () => {
  const began = performance.now();
  const { page, close } = await opened('large');
  const ready = performance.now() - began;
  const all = read('large').findings;
  const open = all.filter(({ state }) => state === 'open').length;
  assert.equal(await status(page), `${open.toLocaleString('en')} of ${all.length.toLocaleString('en')} findings`);
  // To the next frame, as somebody sees it who types.
  const took = (act) =>
    page.evaluate(
      (act) =>
        new Promise((done) => {
          const search = document.querySelector('input[type=search]');
          const selects = Object.fromEntries([...document.querySelectorAll('.filters label')].map((label) => [label.innerText.split('\n')[0].trim(), label.querySelector('select')]));
          const began = performance.now();
          if (act.word !== undefined) {
            search.value = act.word;
            search.dispatchEvent(new Event('input'));
          } else {
            const select = selects[act.label];
            select.value = select.options[act.option].value;
            select.dispatchEvent(new Event('change'));
          }
          requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
        }),
      act,
    );
  const measured = {};
  for (const [name, act] of Object.entries({
    search: { word: 'nightly' },
    'search again': { word: 'nightly export' },
    'search nothing': { word: '' },
    level: { label: 'Level', option: 1 },
    'any state': { label: 'State', option: 0 },
    'by file': { label: 'Group by', option: 1 },
    'by secret': { label: 'Group by', option: 3 },
    'by path': { label: 'Sort', option: 1 },
  })) {
    measured[name] = Math.round(await took(act));
  }
  const megabytes = (statSync('large.html').size / 1e6).toFixed(1);
  told(`20,000 findings: ${megabytes} MB, ready after ${Math.round(ready)} ms; ${Object.entries(measured).map(([name, ms]) => `${name} ${ms}`).join(', ')} ms`);
  await close();
});

/** Pictures for people to look at. */
const pictures = async () => {
  const shot = async (name, file, options, act = async () => {}, full = false) => {
    const { page, close } = await opened(name, options);
    await act(page);
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${file}.png`, fullPage: full });
    await close();
  };
  const findings = async (page) => {
    await page.locator('.results .finding').filter({ hasText: 'authenticates with an app id' }).first().locator('summary').click();
    await page.evaluate(() => document.getElementById('findings').scrollIntoView({ behavior: 'instant' }));
  };
  for (const colorScheme of ['light', 'dark']) {
    await shot('fleet', `top-${colorScheme}`, { colorScheme });
    await shot('fleet', `whole-${colorScheme}`, { colorScheme }, undefined, true);
    await shot('fleet', `findings-${colorScheme}`, { colorScheme, viewport: { width: 1280, height: 1400 } }, findings);
  }
  await shot('incomplete', 'incomplete', {});
  await shot('one', 'one', {}, undefined, true);
  await shot('clean', 'clean', {}, undefined, true);
  await shot('hostile', 'hostile', {}, undefined, true);
  await shot('fleet', 'narrow', { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
  await shot('fleet', 'narrow-findings', { viewport: { width: 390, height: 1200 } }, findings);
  await shot('incomplete', 'paper', { viewport: { width: 794, height: 1123 } }, async (page) => {
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    await page.emulateMedia({ media: 'print' });
  }, true);
  await shot('fleet', 'plain', { javaScriptEnabled: false }, async (page) => {
    await page.locator('#plain details summary').first().click();
    await page.locator('#plain').scrollIntoViewIfNeeded();
  });
};

const only = process.env.DEKEY_TRY;
for (const [what, act] of tries.filter(([what]) => !only || what.includes(only))) {
  try {
    await act();
    process.stdout.write(`ok ${what}\n`);
  } catch (error) {
    process.stdout.write(`FAILED ${what}: ${error.stack}\n`);
    process.exitCode = 1;
  }
}
if (process.env.DEKEY_PAGES) await pictures();
await browser.close();
