// Only where the demo runs: its index.html names the address of its switches. They
// stop the fake Business Central and turn the demo's clock to the weekly window.

/** Below where we are served from; undefined outside the demo. */
export const sandbox = document.querySelector("meta[name=sandbox]")?.getAttribute("content") ?? undefined;

/** @typedef {{business_central: "open"|"stopped", clock: "now"|"sunday"}} Switches */

/** @param {Partial<Switches>} [change] @returns {Promise<Switches>} */
export async function switches(change) {
  const response = await fetch(new URL(`${sandbox}switches`, document.baseURI), change
    ? { method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify(change) }
    : {});
  if (!response.ok) throw new Error(`the sandbox answered ${response.status}`);
  return response.json();
}
