// What a browser has made of a page, against what the ledger says: `expected` is JSON that the database made by other queries.
'use strict';
const results = [];
const check = (property, holds) => results.push(`${holds ? 'ok' : 'not ok'} - ${property}`);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const number = text => Number(text.replace('\u2212', '-').replaceAll(expected.group_separator, '').replace(expected.decimal_separator, '.'));

check('the page is complete in itself', performance.getEntriesByType('resource').length === 0);
check('without a script or a link of its own', all('script:not([data-check]), link, img, iframe, a, [onerror], [onload]').length === 0);
check('in the language asked for', document.documentElement.lang === expected.language);
check('names are text', expected.names.every(name => all('bdi').some(shown => shown.textContent === name)));
check('nothing of the template is left', !/\{\{|\]\]|\[\[|\}\}/.test(document.body.innerText.replaceAll('{{customer}} [[total]]', '')));
check('nothing is wider than the screen', document.documentElement.scrollWidth <= innerWidth);

// Inverts an axis: from two of its marks to the value at a place.
const axis = (marks, place) => {
    const [first, last] = [marks[0], marks[marks.length - 1]];
    const perUnit = (last.value - first.value) / (last.place - first.place);
    return first.value + (place - first.place) * perUnit;
};
// The corners of a path of M, H and V.
const corners = path => {
    let x, y;
    return [...path.matchAll(/([MHV])([-\d.]+)(?: ([-\d.]+))?/g)].map(([, act, a, b]) => {
        if (act !== 'V') x = Number(a);
        if (act === 'M') y = Number(b);
        if (act === 'V') y = Number(a);
        return { x, y };
    });
};

for (const type of expected.types ?? []) {
    const section = all('section').find(one => one.dataset.type === type.code);
    check(`${type.code} is on the page`, section !== undefined);
    if (section === undefined) continue;
    const chart = section.querySelector('svg.chart');
    const levels = all('text.level', chart).map(label => ({ place: Number(label.getAttribute('y')), value: number(label.textContent) }));
    const drawn = corners(chart.querySelector('path.balance').getAttribute('d'));
    const day = x => Math.round((x - 56) / (576 / type.days) * 100) / 100;
    const balanceAt = n => drawn.filter(corner => day(corner.x) <= n + 0.05 + 0.05 / (576 / type.days)).at(-1).y;
    const step = (levels.at(-1).value - levels[0].value) / Math.abs(levels.at(-1).place - levels[0].place) * 0.06;
    check(`${type.code}: the marks of the axis are evenly spaced, from 0`, levels[0].value === 0 && levels.length >= 2 &&
        levels.every((level, i) => i === 0 || Math.abs((level.value - levels[i - 1].value) - (levels[1].value - levels[0].value)) < 1e-9));
    check(`${type.code}: the line is drawn where the axis says the balance is, at the end of each day`,
        type.balances.length === type.days && type.balances.every((balance, n) => Math.abs(axis(levels, balanceAt(n)) - balance) <= step));
    check(`${type.code}: the line stays within its frame`, drawn.every(({ x, y }) => x >= 56 && x <= 632.1 && y >= 11.9 && y <= 168.1));
    const shown = text => text.getBoundingClientRect().width > 0; // a phone leaves some out
    const labels = all('text.day', chart).filter(shown).map(label => label.getBoundingClientRect());
    const frame = chart.getBoundingClientRect();
    check(`${type.code}: days are named, side by side`, labels.length >= 2 && labels.every((box, i) => i === 0 || box.left > labels[i - 1].right));
    check(`${type.code}: all words of the chart are inside of it`, all('text', chart).filter(shown).map(text => text.getBoundingClientRect())
        .every(box => box.left >= frame.left - 1 && box.right <= frame.right + 1 && box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1));
    check(`${type.code}: the alarm level is drawn where there is one`, type.alarm_level === null
        ? chart.querySelector('line.alarm') === null
        : Math.abs(axis(levels, Number(chart.querySelector('line.alarm').getAttribute('y1'))) - type.alarm_level) <= step);
    const rows = all('table.movements tbody tr:not(.edge):not(.month)', section);
    check(`${type.code}: every movement has its row`, rows.length === type.movements);
    check(`${type.code}: the movements lead from the opening to the closing balance`, type.movements === 0 ||
        Math.abs(type.opening + rows.reduce((sum, row) => sum + number(row.cells[3].textContent), 0) - type.closing) < 1e-6 &&
        number(rows.at(-1).cells[4].textContent) === type.closing);
    check(`${type.code}: the bars of its use add up`, ['0', '1'].every(column => {
        const bars = all('.used > div', section)[column] ? all('.bar .n', all('.used > div', section)[column]) : [];
        return Math.abs(bars.reduce((sum, bar) => sum + number(bar.textContent), 0) - type.went_out) < 1e-6;
    }));
    check(`${type.code}: no bar is longer than the largest`, all('.bar rect:nth-child(2)', section).every(bar => Number(bar.getAttribute('width')) <= 240));
    const total = all('table.summary tbody tr').find(row => row.cells[0].textContent === type.title);
    check(`${type.code}: its totals stand first`, total !== undefined && total.getBoundingClientRect().top < section.getBoundingClientRect().top &&
        [type.opening, type.came_in, type.went_out, type.closing].every((value, i) => number(total.cells[i + 1].textContent) === value));
}
if (expected.accounts) {
    const rows = all('table.accounts tbody tr');
    check('every account has its row, those below their alarm level first, then by value',
        JSON.stringify(rows.map(row => [row.dataset.customer, row.className === 'low', number(row.cells[4].textContent.split(/\s(?=[A-Z])/)[0])])) === JSON.stringify(expected.accounts));
    check('each with a line of twelve months', rows.every(row => row.querySelector('path').getAttribute('d').match(/[\d.]+ [\d.]+/g).length === 12));
    check('the last point of a line is what he has now', rows.every((row, i) => {
        const points = row.querySelector('path').getAttribute('d').match(/[\d.]+ [\d.]+/g).map(point => Number(point.split(' ')[1]));
        const [now, highest] = expected.last_points[i];
        return Math.abs((22 - points.at(-1)) / 20 - now / Math.max(highest, 0.0001)) < 0.01;
    }));
}
const report = document.createElement('pre');
report.id = 'checks';
report.textContent = results.join('\n');
document.body.append(report);
