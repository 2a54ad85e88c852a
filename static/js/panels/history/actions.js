// What can be done to a kept run: choose it for a comparison, load its settings, rename, pin, delete, bring back.

/** @import { KeptRun } from "../../types/api.d.ts" */
/** @import { DeletedRun, Page } from "../../types/page.d.ts" */

import { api, attempt } from "../../state/api.js";
import { loadedWords } from "./row.js";

const MOST_DELETED = 5; // that are offered back at once

/**
 * The list that the actions work on. refresh: asks for it anew; focusOn: puts the keyboard on an element of it by its
 * key; say: shows words.
 *
 * @typedef {{ refresh(): Promise<void>, focusOn(key: string): void, say(words: string): void }} List
 */
/** @typedef {ReturnType<typeof createActions>} Actions */

/**
 * @param {Page} page
 * @param {List} list
 */
export function createActions({ store, controls, openedRun }, { refresh, focusOn, say }) {
  /**
   * Does something and shows what has become of the list, and why not where the server refuses.
   *
   * @param {() => Promise<unknown>} action
   * @param {(result: any) => string} wordsOf what is said of its result
   */
  async function doTo(action, wordsOf = () => "") {
    const words = await attempt(async () => wordsOf(await action()), ({ message }) => message);
    await refresh();
    say(words);
  }

  /** @param {DeletedRun} run */
  const forget = ({ number }) =>
    store.set({ deleted: store.get().deleted.filter((other) => other.number !== number) });

  return {
    forget,

    /** @param {KeptRun} run */
    choose({ number }) {
      const { chosen } = store.get();
      const others = chosen.filter((other) => other !== number);
      store.set({ chosen: others.length < chosen.length ? others : [...chosen, number] });
    },

    /** @param {KeptRun} run */
    load(run) {
      controls.take(run.settings);
      say(loadedWords(run));
    },

    /** @param {KeptRun} run */
    startRename({ number }) {
      store.set({ renaming: number });
      focusOn(`label-${number}`);
      if (document.activeElement instanceof HTMLInputElement) document.activeElement.select();
    },

    /**
     * @param {KeptRun} run
     * @param {string | null} label null when a person has thought better of it
     * @param {{ byKey: boolean }} how byKey: whether the keyboard is left without a place
     */
    async rename({ number, label: before }, label, { byKey }) {
      if (store.get().renaming !== number) return;
      store.set({ renaming: null });
      if (byKey) focusOn(`rename-${number}`);
      if (label === null || label === before) return;
      await doTo(async () => {
        await api.change(number, { label });
        openedRun.relabel(number, label);
      });
    },

    /** @param {KeptRun} run */
    pin: ({ number, pinned }) => doTo(() => api.change(number, { pinned: !pinned })),

    /** @param {KeptRun} run */
    async remove({ number }) {
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

    /** @param {DeletedRun} run */
    async undo(run) {
      await doTo(() => api.undo(run.undo));
      forget(run);
      focusOn(`open-${run.number}`);
    },

    /** @param {File} file */
    async importRun(file) {
      say(`Importing ${file.name}…`);
      await doTo(
        () => api.importRun(file),
        ({ number }) => `Imported ${file.name} as run #${number}.`,
      );
    },
  };
}
