// The map of patients: the choice of axes and values, the picture anew, and what is said of a cell.
(() => {
  "use strict";
  const { describe, draw, grown, inView, partsAt } = patientMap;
  const source = document.getElementById("patient_map-data");
  if (!source) return;

  const element = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  const chooser = (id, label, options, chosen, change) => {
    const select = element("select", { id });
    options.forEach(([value, said]) => select.append(element("option", { value: String(value) }, said)));
    select.value = String(chosen);
    select.addEventListener("change", () => change(Number(select.value)));
    return element("p", {}, element("label", { for: id }, label), select);
  };

  const begin = ({ data, patients }) => {
    const id = `patient_map-${data.name}`;
    const [controls, frame, said, note] = ["controls", "frame", "said", "note"].map((each) =>
      document.getElementById(`${id}-${each}`));
    const state = { ...data.start, rest: [...data.start.rest] };
    let shown, at = null;

    // Another value of a step of a number, where the pointer stands: "3.2 cm".
    const charted = (axis, slot, share) => {
      const part = axis.parts[slot.part];
      if (!axis.step || !part.counts || !part.knots) return null;
      const knot = part.knots.findIndex(([, there], n) => n && share <= there);
      if (knot < 1) return null;
      const [[low, start], [high, end]] = [part.knots[knot - 1], part.knots[knot]];
      const value = low + (high - low) * (share - start) / (end - start || 1);
      const count = Math.min(Math.max(Math.round(value * axis.step.under / axis.step.over), part.counts[0]), part.counts[1]);
      const number = String(Number((count * axis.step.over / axis.step.under).toFixed(axis.step.places)));
      return `${axis.title} ${number}${number === "1" ? axis.step.one : axis.step.many}`;
    };

    const say = (lines) => said.replaceChildren(...lines.map((each, n) =>
      element("p", { class: n ? n > 1 ? "behind" : "fate" : "who" }, each)));

    const mark = (column, row, exact = {}) => {
      at = [column, row];
      const svg = frame.querySelector("svg");
      svg.querySelector(".here")?.remove();
      const [left, right] = shown.grid.columns[column], [top, bottom] = shown.grid.rows[row];
      svg.append(grown(["rect", { x: String(left), y: String(top), width: String(right - left),
        height: String(bottom - top), class: "here" }, []]));
      say(describe(data, partsAt(state, shown.columns[column], shown.rows[row]), state.view, exact));
    };

    const redraw = () => {
      shown = draw(data, state, patients);
      const old = frame.querySelector("svg");
      const made = grown(shown.tree);
      if (old) old.replaceWith(made); else frame.append(made);
      at = null;
      say(["Point at a cell, or move over the cells with the arrow keys."]);
      if (!patients) return;
      const here = made.querySelectorAll("[data-patient]").length;
      const besides = patients.left_out ? ` (${patients.left_out} further ones of the file are left out)` : "";
      const others = here < patients.people.length
        ? "; of the others something else is recorded than is chosen above, or nothing" : "";
      note.textContent = `${here} of ${patients.people.length} patients of ${patients.file} are drawn${others}${besides}.`;
    };

    const readAs = (sentence, reading) => {
      const wanted = data.views[data.all ? state.view : 0].map((each, n) => n === sentence ? reading : each);
      state.view = Math.max(data.views.findIndex((view) => view.every((each, n) => each === wanted[n])), 0);
      build(`${id}-reading-${sentence}`);
    };

    const turn = (which, axis) => {
      const other = which === "x" ? "y" : "x";
      if (state[other] === axis) state[other] = state[which];
      state[which] = axis;
      build(`${id}-${which}`);
    };

    const build = (focused) => {
      const axes = data.axes.map((axis, n) => [n, axis.title]);
      controls.replaceChildren();
      if (axes.length > 1) {
        controls.append(chooser(`${id}-x`, "across", axes, state.x, (axis) => turn("x", axis)));
        controls.append(chooser(`${id}-y`, "upwards", axes, state.y, (axis) => turn("y", axis)));
      }
      data.axes.forEach((axis, n) => {
        if (n === state.x || n === state.y) return;
        const options = axis.parts.map((part, each) => [each, part.says]);
        controls.append(chooser(`${id}-value-${n}`, axis.title, options, state.rest[n], (part) => {
          state.rest[n] = part;
          redraw();
        }));
      });
      data.sentences.forEach((sentence, n) => {
        if (sentence.readings.length < 2) return;
        controls.append(chooser(`${id}-reading-${n}`, `${sentence.title}, read as`, sentence.readings.map((each, r) => [r, each]),
          data.views[state.view][n], (reading) => readAs(n, reading)));
      });
      const box = element("input", { type: "checkbox", id: `${id}-missing` });
      box.checked = state.missing;
      box.addEventListener("change", () => { state.missing = box.checked; redraw(); });
      controls.append(element("p", { class: "missing" }, box, element("label", { for: box.id }, "also what is not recorded")));
      redraw();
      if (focused) document.getElementById(focused)?.focus();
    };

    const over = (event) => {
      const target = event.target.closest?.("[data-column], [data-patient]");
      if (!target) return;
      if (target.dataset.patient) {
        const who = patients.people[Number(target.dataset.patient)];
        say(describe(data, inView(who.parts, state), state.view));
        said.prepend(element("p", { class: "fate" }, `${who.name}: ${patients.fates[inView(who.fates, state)].says}`));
        return;
      }
      const [column, row] = [Number(target.dataset.column), Number(target.dataset.row)];
      const edges = target.getBoundingClientRect();
      const across = (event.clientX - edges.left) / edges.width, down = (event.clientY - edges.top) / edges.height;
      const exact = {};
      const here = charted(data.axes[state.x], shown.columns[column], across);
      const there = state.y === null ? null : charted(data.axes[state.y], shown.rows[row], 1 - down);
      if (here) exact[state.x] = here;
      if (there) exact[state.y] = there;
      mark(column, row, exact);
    };

    const move = (event) => {
      const upwards = state.y !== null && data.axes[state.y].number ? 1 : -1;
      const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, upwards], ArrowDown: [0, -upwards] }[event.key];
      if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const [column, row] = at ?? [-1, -1];
      if (!at) { mark(0, 0); return; }
      mark(Math.min(Math.max(column + step[0], 0), shown.columns.length - 1),
        Math.min(Math.max(row + step[1], 0), shown.rows.length - 1));
    };

    frame.addEventListener("pointermove", over);
    frame.addEventListener("pointerdown", over);
    frame.addEventListener("keydown", move);
    controls.hidden = false;
    said.hidden = false;
    build();
  };

  JSON.parse(source.textContent).forEach(begin);
})();
