// The viewer's controls: native selects and buttons, so that the keyboard and screen readers know them.

/** A labelled choice. @returns the select; its `value` is the index of the option. */
export function addSelect(
  document: Document,
  to: HTMLElement,
  {
    label,
    options,
    onChange,
  }: { label: string; options: readonly string[]; onChange: (index: number) => void },
): HTMLSelectElement {
  const wrapper = document.createElement("label");
  const select = document.createElement("select");
  wrapper.append(label, select);
  options.forEach((text, i) => {
    const option = document.createElement("option");
    option.value = String(i);
    option.textContent = text;
    select.append(option);
  });
  select.addEventListener("change", () => onChange(Number(select.value)));
  to.append(wrapper);
  return select;
}

export function addButton(
  document: Document,
  to: HTMLElement,
  { text, label, onPress }: { text: string; label: string; onPress: () => void },
): void {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.setAttribute("aria-label", label);
  button.title = label;
  button.addEventListener("click", onPress);
  to.append(button);
}

/** A box to tick for each name; all are ticked at first. */
export function addBoxes(
  document: Document,
  to: HTMLElement,
  { legend, onChange }: { legend: string; onChange: (name: string, shown: boolean) => void },
): (names: readonly string[], isShown: (name: string) => boolean) => void {
  const group = document.createElement("fieldset");
  const title = document.createElement("legend");
  title.textContent = legend;
  to.append(group);
  return (names, isShown) => {
    group.replaceChildren(title);
    for (const name of names) {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = isShown(name);
      box.addEventListener("change", () => onChange(name, box.checked));
      label.append(box, name);
      group.append(label);
    }
  };
}
