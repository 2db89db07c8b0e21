// Starting a synchronization of orders, and saying where it can be watched.
import { post } from "./api.js";
import { go } from "./router.js";
import { toast } from "./ui/toast.js";

/**
 * Of one site, or of each that synchronises orders.
 * @param {{site?: string, full?: boolean, isPaused: boolean}} wish isPaused: it waits for the end of the window
 */
export async function syncOrders({ site, full, isPaused }) {
  const { data } = await post("/sync/manual", { entity: "orders", mode: full ? "full" : "incremental", ...(site && { site }) });
  const many = data.operations.length > 1;
  toast({
    s: "ok", icon: "ok",
    text: `Synchronization${many ? ` of ${data.operations.length} webshops` : ""} ${isPaused ? "queued" : "started"}`,
    action: { label: many ? "Show operations" : "Show operation", run: () => go(many ? "/operations" : `/operations/${data.operations[0].id}`) },
  });
}
