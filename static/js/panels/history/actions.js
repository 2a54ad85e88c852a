// What can be done to a kept run: choose it for a comparison, load its settings, rename, pin, delete, bring back.

import { api, Problem } from "../../state/api.js";
import { loadedWords } from "./row.js";

const MOST_DELETED = 5; // that are offered back at once

/**
 * Returns the actions. refresh: asks for the list anew; focusOn: puts the keyboard on an element of the list by its
 * key; say: shows words; onLoad gets the settings of a run for the form, onRenamed its number and new label.
 */
export function createActions(store, { refresh, focusOn, say, onLoad, onRenamed }) {
  /** Does something and shows what has become of the list, and why not where the server refuses. */
  async function doTo(action) {
    let words = "";
    try {
      words = await action() ?? "";
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      words = error.message;
    }
    await refresh();
    say(words);
  }

  const forget = ({ number }) =>
    store.set({ deleted: store.get().deleted.filter((other) => other.number !== number) });

  return {
    forget,

    onChoose(number) {
      const { chosen } = store.get();
      store.set({
        chosen: chosen.includes(number)
          ? chosen.filter((other) => other !== number)
          : [...chosen, number],
      });
    },

    onLoad(run) {
      onLoad(run.settings);
      say(loadedWords(run));
    },

    onStartRename({ number }) {
      store.set({ renaming: number });
      focusOn(`label-${number}`);
      document.activeElement.select?.();
    },

    /** label: null when a person has thought better of it; byKey: whether the keyboard is left without a place. */
    async onRename({ number, label: before }, label, { byKey }) {
      if (store.get().renaming !== number) return;
      store.set({ renaming: null });
      if (byKey) focusOn(`rename-${number}`);
      if (label === null || label === before) return;
      await doTo(async () => {
        await api.change(number, { label });
        onRenamed(number, label);
      });
    },

    onPin: ({ number, pinned }) =>
      doTo(async () => {
        await api.change(number, { pinned: !pinned });
      }),

    async onDelete({ number }) {
      await doTo(async () => {
        const { undo } = await api.remove(number);
        const { deleted, chosen } = store.get();
        store.set({
          deleted: [{ number, undo }, ...deleted].slice(0, MOST_DELETED),
          chosen: chosen.filter((other) => other !== number),
        });
      });
      focusOn(`undo-${number}`);
    },

    async onUndo(run) {
      await doTo(async () => {
        await api.undo(run.undo);
      });
      forget(run);
      focusOn(`open-${run.number}`);
    },

    async bringIn(file) {
      say(`Bringing in ${file.name}…`);
      await doTo(async () => {
        const { number } = await api.bringIn(file);
        return `${file.name} is now run #${number}.`;
      });
    },
  };
}
