// The map of patients: looking a cell up, and drawing the picture, as patient_map.py and map_figure.py do it.
const patientMap = (() => {
  "use strict";
  const WIDTH = 760, LEFT = 112, TALL = 380, LOW = 120, WRAPPED = 172;
  const MARGINS = [[22, 8], [22, 26], [22, 42], [190, 42]];
  const POINT = [11, 22], INTERVAL = 30, BAND = 84, BAND_GAP = 8, GAP = 3, LETTER = 0.57;
  const SIZES = [[14, 17], [12, 14]], FURTHER = 0.6180339887498949, MOST_QUOTED = 6;
  const HATCHED = ["gap", "overlap", "undetermined", "open", "impossible"];
  const UP = "M-2.5,2.5l5,-5M-1,11l12,-12M7.5,12.5l5,-5";
  const DOWN = "M7.5,-2.5l5,5M-1,-1l12,12M-2.5,7.5l5,5";
  const STRIPE = "M-5,5l10,-10M-5,25l30,-30M15,25l10,-10";
  const EDGES = "M-5,10l15,-15M-5,20l25,-25M0,25l25,-25M10,25l15,-15";
  const isStriped = (look) => HATCHED.includes(look) || look.startsWith("moved-");
  const STRIPES = { gap: UP, overlap: UP + DOWN, impossible: DOWN }, DOTS = { undetermined: "1.9", open: "0.9" };
  const LEGEND = [
    ["gap", "gap: no choice"], ["overlap", "overlap: too many choices"], ["undetermined", "undetermined"],
    ["none", "no choice, as intended"], ["outside", "outside: the decision is for nobody there"],
    ["open", "open whether it is for anybody there"], ["impossible", "nobody can be so"],
  ];
  const UNNAMED = ["impossible", "outside", "open"], SHORT = ["gap", "overlap", "undetermined"];
  const UNCHARTED = "Something that applies is not recorded here, so no proof speaks of this patient.";

  // Looking up, as patient_map.cell_at and patient_map.describe do.

  const cellAt = (data, parts, view) => {
    let at = data.roots[view];
    while (at >= 0) at = data.nodes[at][1 + parts[data.nodes[at][0]]];
    return -at - 1;
  };

  const clash = (data, parts) => {
    for (const [one, part, other, another] of data.clashes) {
      if (parts[one] === part && parts[other] === another) {
        const [a, b] = [data.axes[one].parts[part], data.axes[other].parts[another]];
        return `No record says both: ${a.phrase}, and ${b.phrase}.`;
      }
    }
    return "";
  };

  const describe = (data, parts, view, exact = {}) => {
    const cell = data.cells[cellAt(data, parts, view)];
    const patient = parts.map((part, at) => exact[at] ?? data.axes[at].parts[part].phrase).join(", ");
    const [initial, ...rest] = patient;
    const lines = [`${initial.toUpperCase()}${rest.join("")}.`, cell.says];
    const why = cell.look === "impossible" ? clash(data, parts) : "";
    if (why) lines.push(why);
    let behind = [...(cell.takes ?? []), ...(cell.perhaps ?? [])];
    if (cell.look === "gap") behind = data.choices.length <= MOST_QUOTED ? [...data.choices.keys()] : [];
    for (const at of behind) {
      const choice = data.choices[at];
      const quotes = choice.quotes.map(([line, text]) => `line ${line}: “${text}”`).join(" … ");
      lines.push(quotes ? `${choice.title}, ${quotes}` : `${choice.title}: ${choice.rules[view]}.`);
    }
    if (cell.mixed) lines.push(cell.mixed);
    if (cell.uncharted) lines.push(UNCHARTED);
    return lines;
  };

  // Where the parts of an axis stand, as map_layout.py has it.

  const sizes = (parts, room) => {
    const least = parts.map((part) =>
      part.kind === "point" ? Math.min(Math.max(part.weight * room, POINT[0]), POINT[1]) : INTERVAL);
    const fixed = parts.map((part) => part.kind === "point");
    const crowded = least.reduce((sum, each) => sum + each, 0);
    if (crowded >= room) return least.map((each) => each * room / crowded);
    for (;;) {
      let free = room, weight = 0;
      parts.forEach((part, at) => { if (fixed[at]) free -= least[at]; else weight += part.weight; });
      const small = [...parts.keys()].filter((at) => !fixed[at] && parts[at].weight * free < least[at] * weight);
      if (!small.length) return parts.map((part, at) => fixed[at] ? least[at] : part.weight * free / weight);
      for (const at of small) fixed[at] = true;
    }
  };

  const slot = (part, start, end) => ({ part, start, end, middle: (start + end) / 2 });

  const slots = (axis, shown, length) => {
    const inner = shown.filter((at) => axis.parts[at].kind !== "band");
    const bands = shown.filter((at) => axis.parts[at].kind === "band");
    if (!inner.length) {
      const each = (length - GAP * (bands.length - 1)) / bands.length;
      return bands.map((part, at) => slot(part, at * (each + GAP), at * (each + GAP) + each));
    }
    const room = length - bands.length * (BAND + BAND_GAP);
    const found = [];
    let start = 0;
    sizes(inner.map((at) => axis.parts[at]), room).forEach((size, at) => {
      found.push(slot(inner[at], start, start + size));
      start += size;
    });
    bands.forEach((part, at) => {
      const from = room + BAND_GAP + at * (BAND + BAND_GAP);
      found.push(slot(part, from, from + BAND));
    });
    return found;
  };

  const place = (axis, found, part, value) => {
    const mine = found.find((each) => each.part === part);
    if (!mine) return null;
    const knots = axis.parts[part].knots;
    if (!knots || value === null) return mine.middle;
    for (let at = 0; at + 1 < knots.length; at += 1) {
      const [[low, start], [high, end]] = [knots[at], knots[at + 1]];
      if (value <= high) {
        const share = start + (end - start) * (value - low) / (high - low);
        return mine.start + (mine.end - mine.start) * Math.min(Math.max(share, 0), 1);
      }
    }
    return mine.end;
  };

  const rounded = (value) => String(Math.floor(value * 10 + 0.5) / 10);
  const breadth = (text, size) => [...text].length * size * LETTER;
  const wrapped = (text, room, size) => {
    const lines = [];
    for (const word of text.split(" ")) {
      if (lines.length && breadth(`${lines.at(-1)} ${word}`, size) <= room) lines.push(`${lines.pop()} ${word}`);
      else lines.push(word);
    }
    return lines;
  };

  // The cells in the picture, and the names in it, as map_labels.py has them.

  const same = (one, other) => one.look === other.look && one.label === other.label;

  // Whether there is no gap between two cells side by side; bands stand apart.
  const touch = (grid, a, b, c, d) => {
    const [one, other] = b === d ? [grid.columns[a], grid.columns[c]] : [grid.rows[b], grid.rows[d]];
    return Math.min(Math.abs(one[1] - other[0]), Math.abs(other[1] - one[0])) < 0.01;
  };

  const regions = (grid) => {
    const [wide, tall] = [grid.columns.length, grid.rows.length];
    const met = new Set(), found = [];
    for (let i = 0; i < wide; i += 1) {
      for (let j = 0; j < tall; j += 1) {
        if (met.has(i * tall + j)) continue;
        met.add(i * tall + j);
        const region = [[i, j]];
        for (let at = 0; at < region.length; at += 1) {
          const [a, b] = region[at];
          for (const [c, d] of [[a - 1, b], [a + 1, b], [a, b - 1], [a, b + 1]]) {
            if (c < 0 || d < 0 || c >= wide || d >= tall || met.has(c * tall + d)) continue;
            if (!touch(grid, a, b, c, d) || !same(grid.cells[c][d], grid.cells[i][j])) continue;
            met.add(c * tall + d);
            region.push([c, d]);
          }
        }
        found.push(region);
      }
    }
    return found;
  };

  const largest = (grid, region) => {
    const inside = new Set(region.map(([i, j]) => i * grid.rows.length + j));
    const has = (i, j) => inside.has(i * grid.rows.length + j);
    let best = [0, 0, 0, 0], size = -1;
    for (let i = 0; i < grid.columns.length; i += 1) {
      let rows = grid.rows.map((_, j) => has(i, j));
      for (let k = i; k < grid.columns.length; k += 1) {
        rows = rows.map((so, j) => so && has(k, j));
        for (let first = 0; first < rows.length; first += 1) {
          for (let last = first; last < rows.length && rows[last]; last += 1) {
            const top = Math.min(grid.rows[first][0], grid.rows[last][0]);
            const bottom = Math.max(grid.rows[first][1], grid.rows[last][1]);
            const area = (grid.columns[k][1] - grid.columns[i][0]) * (bottom - top);
            if (rows[first] && area > size + 0.01) {
              best = [grid.columns[i][0], top, grid.columns[k][1], bottom];
              size = area;
            }
          }
        }
      }
    }
    return best;
  };

  const fitting = ([left, top, right, bottom], label) => {
    for (const [size, height] of SIZES) {
      const lines = wrapped(label, right - left - 14, size);
      const wide = Math.max(...lines.map((each) => breadth(each, size))), tall = height * lines.length;
      if (wide <= right - left - 8 && tall <= bottom - top - 4) {
        const [x, y] = [(left + right) / 2, (top + bottom) / 2];
        const box = [x - wide / 2 - 4, y - tall / 2 - 1, x + wide / 2 + 4, y + tall / 2 + 1];
        return { lines, size, height, box };
      }
    }
    return null;
  };

  const words = (x, y, kind, said, anchor = "start") =>
    ["text", { x: rounded(x), y: rounded(y), class: kind, "text-anchor": anchor }, [said]];
  const line = (x1, y1, x2, y2, kind) =>
    ["line", { x1: rounded(x1), y1: rounded(y1), x2: rounded(x2), y2: rounded(y2), class: kind }, []];
  const rect = (x, y, wide, tall, kind, more = {}) =>
    ["rect", { x: rounded(x), y: rounded(y), width: rounded(wide), height: rounded(tall), class: kind, ...more }, []];
  const dot = (x, y, kind) => ["circle", { cx: rounded(x), cy: rounded(y), r: "3.4", class: `end ${kind}` }, []];
  const plate = ([left, top, right, bottom]) => rect(left, top, right - left, bottom - top, "plate", { rx: "3" });
  const meet = (one, other) => one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];

  const named = (grid, taken) => {
    const found = [];
    for (const region of regions(grid)) {
      const { look, label } = grid.cells[region[0][0]][region[0][1]];
      const fits = fitting(largest(grid, region), label);
      if (!fits) continue;
      const [left, top, right] = fits.box;
      taken.push(fits.box);
      if (isStriped(look)) found.push(plate(fits.box));
      fits.lines.forEach((each, at) => {
        const kind = `name ${look}${fits.size === SIZES[0][0] ? "" : " small"}`;
        found.push(words((left + right) / 2, top + 1 + fits.height * at + fits.size * 0.92, kind, each, "middle"));
      });
    }
    return found;
  };

  const over = (grid, i, run, said, above, { top, above: room }) => {
    const middle = (grid.columns[i][0] + grid.columns[i][1]) / 2;
    const half = breadth(said, 12) / 2 + 6;
    const x = Math.min(Math.max(middle, half + 2), 758 - half);
    const highest = Math.min(...run.map((j) => grid.rows[j][0]));
    for (const y of [top - 10, top - 26]) {
      if (top - y + 16 > room) break;
      const box = [x - half, y - 12, x + half, y + 3];
      if (above.some((other) => meet(box, other))) continue;
      above.push(box, [middle - 2, y, middle + 2, top]);
      return [line(middle, y + 3, middle, highest, "leader"), words(x, y, "callout", said, "middle")];
    }
    return [];
  };

  const beside = (grid, j, run, said, taken) => {
    const wide = breadth(said, 12) + 8;
    for (const i of [...run].sort((a, b) => a - b)) {
      const left = grid.columns[i][0] + 6;
      if (left + wide > grid.columns[i][1]) continue;
      for (const [edge, there] of [[grid.rows[j][0], 1], [grid.rows[j][1], 0]]) {
        for (let k = 0; k < grid.rows.length; k += 1) {
          const row = grid.rows[k];
          if (Math.abs(row[there] - edge) > 0.01 || row[1] - row[0] < 22) continue;
          const top = there ? edge - 19 : edge + 3;
          const box = [left, top, left + wide, top + 16];
          if (taken.some((other) => meet(box, other))) continue;
          taken.push(box);
          const behind = isStriped(grid.cells[i][k].look) ? [plate(box)] : [];
          return [...behind, words(left + 4, top + 12, "callout", said)];
        }
      }
    }
    return null;
  };

  const margin = (grid, j, run, said, right) => {
    const middle = (grid.rows[j][0] + grid.rows[j][1]) / 2;
    const end = Math.max(...run.map((i) => grid.columns[i][1]));
    const lines = wrapped(said, WRAPPED, 12);
    return [line(end, middle, right + 6, middle, "leader"), ...lines.map((each, at) =>
      words(right + 10, middle + 4 + 14 * (at - (lines.length - 1) / 2), "callout", each))];
  };

  const callouts = (grid, taken, margins) => {
    const found = [], above = [], written = new Set();
    let complete = true;
    const first = (said) => !written.has(said) && written.add(said);
    const ascending = (numbers) => [...new Set(numbers)].sort((a, b) => a - b);
    for (const region of regions(grid)) {
      const { look, label } = grid.cells[region[0][0]][region[0][1]];
      if (UNNAMED.includes(look) || fitting(largest(grid, region), label)) continue;
      const short = SHORT.includes(look) ? look : label;
      for (const i of ascending(region.map(([column]) => column))) {
        const run = region.filter(([column]) => column === i).map(([, j]) => j);
        const strip = region.length === 1 || run.some((j) => grid.along[j].kind !== "point");
        if (grid.across[i].kind !== "point" || !strip || !first(`across ${i} ${short}`)) continue;
        const mine = over(grid, i, run, `${grid.across[i].says}: ${short}`, above, margins);
        complete = complete && mine.length > 0;
        found.push(...mine);
      }
      for (const j of ascending(region.map(([, row]) => row))) {
        const run = region.filter(([, row]) => row === j).map(([i]) => i);
        if (grid.along[j].kind !== "point" || run.every((i) => grid.across[i].kind === "point")) continue;
        if (!first(`along ${j} ${short}`)) continue;
        const said = `${grid.along[j].says}: ${short}`;
        const mine = beside(grid, j, run, said, taken) ??
          (margins.beyond > WRAPPED ? margin(grid, j, run, said, margins.right) : null);
        complete = complete && mine !== null;
        found.push(...(mine ?? []));
      }
    }
    return [found, complete];
  };

  // The picture, as map_figure.py has it.

  const partsAt = (state, column, row) => {
    const parts = [...state.rest];
    parts[state.x] = column.part;
    if (state.y !== null) parts[state.y] = row.part;
    return parts;
  };

  const somebody = (data, state, axis, part) => {
    const other = axis === state.x ? state.y : state.x;
    const parts = [...state.rest];
    parts[axis] = part;
    for (let each = 0; each < (other === null ? 1 : data.axes[other].parts.length); each += 1) {
      if (other !== null) {
        parts[other] = each;
        if (data.axes[other].parts[each].absent === "unknown" && !state.missing) continue;
      }
      if (data.cells[cellAt(data, parts, state.view)].member) return true;
    }
    return false;
  };

  const shown = (data, state, axis) => {
    const found = [...data.axes[axis].parts.keys()].filter((at) => {
      const absent = data.axes[axis].parts[at].absent;
      if (!absent) return true;
      return absent === "unknown" ? state.missing : somebody(data, state, axis, at);
    });
    return found.length ? found : [0];
  };

  const hatch = (data, look) => isStriped(look) ? { fill: `url(#patient_map-${data.name}-${look})` } : {};

  const stripes = (data, look, before, after) => ["pattern", { id: `patient_map-${data.name}-${look}`, width: "20",
    height: "20", patternUnits: "userSpaceOnUse" }, [
    ["rect", { width: "20", height: "20", class: `was ${before}` }, []],
    ["path", { d: STRIPE, class: `mark stripe ${after}` }, []],
    ["path", { d: EDGES, class: "mark edge" }, []],
  ]];

  const patterns = (data) => ["defs", {}, [...HATCHED.map((look) => {
    const mark = DOTS[look] ? ["circle", { cx: "5", cy: "5", r: DOTS[look], class: `mark ${look}` }, []]
      : ["path", { d: STRIPES[look], class: `mark ${look}` }, []];
    const ground = ["rect", { width: "10", height: "10", class: `ground ${look}` }, []];
    return ["pattern", { id: `patient_map-${data.name}-${look}`, width: "10", height: "10",
      patternUnits: "userSpaceOnUse" }, [ground, mark]];
  }), ...(data.moved ?? []).map((each) => stripes(data, ...each))]];

  const head = (data, state) => {
    const fixed = data.axes.map((axis, at) => axis.parts[state.rest[at]].where)
      .filter((_, at) => at !== state.x && at !== state.y);
    const chosen = data.views[state.view];
    const read = data.sentences.map((each, at) => [each, at]).filter(([each]) => each.readings.length > 1)
      .map(([each, at]) => `${each.title} read as “${each.readings[chosen[at]]}”`).join("; ");
    const found = state.alone ? [words(8, 20, "title", data.title)] : [];
    let y = state.alone ? 20 : 2;
    for (const [said, kind] of [[fixed.length ? `with ${fixed.join(", ")}` : "", "where"], [read, "read"]]) {
      for (const each of said ? wrapped(said, WIDTH - 16, 12) : []) {
        y += 17;
        found.push(words(8, y, kind, each));
      }
    }
    return [found, y + 10];
  };

  const borders = (grid) => {
    const found = [], near = (one, other) => Math.abs(one - other) < 0.01;
    grid.columns.forEach(([left, right], i) => grid.rows.forEach(([top, bottom], j) => {
      const beside_ = i + 1 < grid.columns.length && near(grid.columns[i + 1][0], right);
      if (!beside_ || !same(grid.cells[i][j], grid.cells[i + 1][j])) found.push(line(right, top, right, bottom, "border"));
      if (!(i && near(grid.columns[i - 1][1], left))) found.push(line(left, top, left, bottom, "border"));
      const touching = grid.rows.findIndex(([other]) => near(other, bottom));
      if (touching < 0 || !same(grid.cells[i][j], grid.cells[i][touching])) found.push(line(left, bottom, right, bottom, "border"));
      if (!grid.rows.some(([, other]) => near(other, top))) found.push(line(left, top, right, top, "border"));
    }));
    return found;
  };

  const interval = (part, start, end, off, across) => {
    const ahead = end > start ? 1 : -1;
    const first = start + ahead * (part.ends[0] === "open" ? 4 : 0);
    const last = end - ahead * (part.ends[1] === "open" ? 4 : 0);
    const stroke = (one, other, kind, from = 0, to = 0) => across
      ? line(one, off + from, other, off + to, kind) : line(off + from, one, off + to, other, kind);
    const found = [stroke(first, last, "rail")];
    for (const share of part.steps) {
      const at = start + (end - start) * share;
      found.push(stroke(at, at, "step", -2.5, 2.5));
    }
    for (const share of part.breaks) {
      const at = start + (end - start) * share;
      found.push(stroke(at - 3, at + 3, "gap-in-rail"));
      found.push(stroke(at - 5, at - 1, "rail", 5, -5), stroke(at + 1, at + 5, "rail", 5, -5));
    }
    [first, last].forEach((at, n) => {
      if (part.ends[n] !== "none") found.push(across ? dot(at, off, part.ends[n]) : dot(off, at, part.ends[n]));
    });
    return found;
  };

  const acrossAxis = (axis, columns, y) => {
    const found = [];
    for (const each of columns) {
      const part = axis.parts[each.part], left = LEFT + each.start, right = LEFT + each.end;
      if (part.kind === "band") {
        wrapped(part.says, right - left - 4, 12).slice(0, 2).forEach((said, at) =>
          found.push(words((left + right) / 2, y + 20 + 14 * at, "tick", said, "middle")));
      } else if (part.kind === "point") {
        const middle = LEFT + each.middle;
        found.push(dot(middle, y + 9, "closed"), words(middle, y + 30, "tick threshold", part.tick, "middle"));
      } else {
        found.push(...interval(part, left, right, y + 9, true));
        for (const [share, said] of part.ticks) {
          const at = left + (right - left) * share;
          found.push(line(at, y + 13, at, y + 17, "step"), words(at, y + 30, "tick", said, "middle"));
        }
      }
    }
    found.push(words((LEFT + LEFT + columns.at(-1).end) / 2, y + 50, "heading", axis.heading, "middle"));
    return found;
  };

  const alongAxis = (axis, rows, top, tall, room) => {
    const found = [words(8, top - room - 4, "heading", axis.heading)];
    for (const each of rows) {
      const part = axis.parts[each.part];
      if (part.kind === "band") {
        const middle = axis.number ? top + tall - each.middle : top + each.middle;
        const lines = wrapped(part.says, LEFT - 20, 12).slice(0, 3);
        lines.forEach((said, at) =>
          found.push(words(LEFT - 8, middle + 4 + 14 * (at - (lines.length - 1) / 2), "tick", said, "end")));
      } else if (part.kind === "point") {
        const middle = top + tall - each.middle;
        found.push(dot(LEFT - 9, middle, "closed"), words(LEFT - 19, middle + 4, "tick threshold", part.tick, "end"));
      } else {
        const low = top + tall - each.start, high = top + tall - each.end;
        found.push(...interval(part, low, high, LEFT - 9, false));
        for (const [share, said] of part.ticks) {
          const at = low + (high - low) * share;
          found.push(line(LEFT - 13, at, LEFT - 17, at, "step"), words(LEFT - 19, at + 4, "tick", said, "end"));
        }
      }
    }
    return found;
  };

  const inView = (each, state) => each[each.length > 1 ? state.view : 0];
  const inSlice = (parts, state) => parts.every((part, n) => part === state.rest[n] || n === state.x || n === state.y);

  const stand = (data, axis, parts, who, found, share) => {
    const part = parts[axis], at = place(data.axes[axis], found, part, who.values[axis]);
    if (at === null || data.axes[axis].parts[part].kind !== "band") return at;
    const mine = found.find((each) => each.part === part);
    return at + share * (mine.end - mine.start) * 0.7;
  };

  const people = (data, state, patients, columns, rows, top, tall, upwards) => {
    const found = [];
    (patients ? patients.people : []).forEach((who, at) => {
      const parts = inView(who.parts, state);
      if (!inSlice(parts, state)) return;
      const share = at * FURTHER % 1 - 0.5;
      const x = stand(data, state.x, parts, who, columns, share);
      const y = state.y === null ? tall / 2 + share * tall * 0.6 : stand(data, state.y, parts, who, rows, share);
      if (x === null || y === null) return;
      const fate = patients.fates[inView(who.fates, state)];
      const cy = rounded(upwards ? top + tall - y : top + y);
      found.push(["circle", { cx: rounded(LEFT + x), cy, r: "4", class: `patient ${fate.look}`,
        "data-patient": String(at) }, [["title", {}, [`${who.name}: ${fate.says}`]]]]);
    });
    return found;
  };

  const legend = (data, grid, top) => {
    const looks = new Map(grid.cells.flat().map((cell) => [cell.look, cell.label]));
    const order = (one, other) => one < other ? -1 : one > other ? 1 : 0;
    const listed = (data.moved ?? []).filter(([look]) => looks.has(look)).map(([look]) => [look, looks.get(look)]);
    listed.push(...[...looks].filter(([look]) => look.startsWith("choice-")).sort(([a], [b]) => order(a, b)));
    listed.push(...LEGEND.filter(([look]) => looks.has(look)));
    const found = [];
    let x = 8, y = top + 14;
    for (const [look, said] of listed) {
      const room = 30 + breadth(said, 12) + 14;
      if (x > 8 && x + room > WIDTH) [x, y] = [8, y + 22];
      found.push(rect(x, y - 11, 24, 14, `key ${look}`, hatch(data, look)), words(x + 30, y, "legend", said));
      x += room;
    }
    return [found, y + 14];
  };

  const picture = (data, state, patients, right, room) => {
    const x = data.axes[state.x], y = state.y === null ? null : data.axes[state.y];
    const wide = WIDTH - LEFT - right, tall = y === null ? LOW : TALL;
    const columns = slots(x, shown(data, state, state.x), wide);
    const rows = y === null ? [slot(0, 0, tall)] : slots(y, shown(data, state, state.y), tall);
    const [above, end] = head(data, state);
    const top = end + (y === null ? 0 : 20) + room;
    const upwards = y === null || y.number;
    const grid = {
      columns: columns.map((each) => [LEFT + each.start, LEFT + each.end]),
      rows: rows.map((each) => upwards
        ? [top + tall - each.end, top + tall - each.start] : [top + each.start, top + each.end]),
      cells: columns.map((column) => rows.map((row) =>
        data.cells[cellAt(data, partsAt(state, column, row), state.view)])),
      across: columns.map((each) => x.parts[each.part]),
      along: rows.map((each) => y === null ? { kind: "band", says: "" } : y.parts[each.part]),
    };
    const body = [];
    grid.columns.forEach(([left, to], i) => grid.rows.forEach(([from, bottom], j) => {
      const look = grid.cells[i][j].look;
      body.push(rect(left, from, to - left, bottom - from, `cell ${look}`,
        { "data-column": String(i), "data-row": String(j), "shape-rendering": "crispEdges", ...hatch(data, look) }));
    }));
    body.push(...borders(grid), ...acrossAxis(x, columns, top + tall));
    if (y !== null) body.push(...alongAxis(y, rows, top, tall, room));
    const taken = [], names = named(grid, taken);
    const [strips, complete] = callouts(grid, taken, { top, above: room, right: LEFT + wide, beyond: right });
    body.push(...names, ...strips, ...people(data, state, patients, columns, rows, top, tall, upwards));
    const [keys, height] = legend(data, grid, top + tall + 62);
    const attributes = { viewBox: `0 0 ${rounded(WIDTH)} ${rounded(height)}`, class: "map", role: "img",
      "aria-label": `Map of ${data.title}` };
    return { tree: ["svg", attributes, [patterns(data), ...above, ...body, ...keys]], complete, columns, rows, grid };
  };

  const draw = (data, state, patients) => {
    let found;
    for (const [right, room] of MARGINS) {
      found = picture(data, state, patients, right, room);
      if (found.complete) break;
    }
    return found;
  };

  const grown = ([tag, attributes, children]) => {
    const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children.map((each) => typeof each === "string" ? each : grown(each)));
    return element;
  };

  return { cellAt, describe, draw, grown, inView, partsAt };
})();
