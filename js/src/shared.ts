/**
 * What `rooms.js` takes from `widget.js`, by the names under which it asks for it.
 *
 * `bundle.mjs` puts the table here once it knows what the rooms use; where nothing is bundled, nobody asks.
 */
export const SHARED: Readonly<Record<string, unknown>> = {};
