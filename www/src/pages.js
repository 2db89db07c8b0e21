// The table of pages: address, name, what loads it, who may see it, where it
// stands in the navigation. A page that is not built yet does not stand here.
/**
 * @typedef {object} Page
 * @property {string} path "/orders/{id}": a name in braces is handed to the page
 * @property {string} title
 * @property {() => Promise<{default: any}>} load
 * @property {string} [capability]
 * @property {string} [group] of the navigation; without it the page is not in it
 * @property {string} [icon]
 * @property {string} [key] opens it after g
 */

/** @type {Page[]} */
export const pages = [
  { path: "/", title: "Overview", group: "Run", icon: "grid", key: "o", capability: "view", load: () => import("./pages/overview.js") },
  { path: "/operations", title: "Operations", group: "Run", icon: "list", key: "p", capability: "view", load: () => import("./pages/operations.js") },
  { path: "/operations/{id}", title: "Operation", capability: "view", load: () => import("./pages/operation.js") },
  { path: "/import", title: "Import", group: "Run", icon: "get", key: "i", capability: "orders.write", load: () => import("./pages/import.js") },
  { path: "/import/results", title: "Imports", capability: "view", load: () => import("./pages/imports.js") },
  { path: "/import/results/{op}", title: "Import results", capability: "view", load: () => import("./pages/import_result.js") },
  { path: "/orders", title: "Orders", group: "Orders", icon: "box", key: "r", capability: "view", load: () => import("./pages/orders.js") },
  { path: "/orders/{id}", title: "Order", capability: "view", load: () => import("./pages/order.js") },
  { path: "/errors", title: "Error orders", group: "Orders", icon: "warn", key: "e", capability: "view", load: () => import("./pages/errors.js") },
  { path: "/items", title: "Items", group: "Orders", icon: "tag", key: "t", capability: "view", load: () => import("./pages/items.js") },
  { path: "/kits", title: "Kits", group: "Orders", icon: "kit", key: "k", capability: "view", load: () => import("./pages/kits.js") },
  { path: "/kits/new", title: "Add a kit", capability: "items.write", load: () => import("./pages/kit.js") },
  { path: "/kits/{sku}", title: "Kit", capability: "view", load: () => import("./pages/kit.js") },
  { path: "/logs", title: "Logs & audit", group: "Watch", icon: "log", key: "l", capability: "logs", load: () => import("./pages/logs.js") },
  { path: "/sites", title: "Sites", group: "Admin", icon: "globe", capability: "view", load: () => import("./pages/sites.js") },
  { path: "/sites/new", title: "Add a site", capability: "sites.write", load: () => import("./pages/site.js") },
  { path: "/sites/{id}", title: "Site", capability: "view", load: () => import("./pages/site.js") },
  { path: "/setup", title: "Setup", capability: "settings", load: () => import("./pages/setup.js") },
  { path: "/schedules", title: "Schedules", group: "Admin", icon: "clock", capability: "view", load: () => import("./pages/schedules.js") },
  { path: "/access", title: "Access", group: "Admin", icon: "key", key: "a", capability: "users", load: () => import("./pages/access.js") },
  { path: "/settings", title: "Settings", group: "Admin", icon: "gear", key: "s", capability: "settings", load: () => import("./pages/settings.js") },
  { path: "/help", title: "Help", group: "Admin", icon: "what", key: "h", load: () => import("./pages/help.js") },
  { path: "/help/api", title: "The API", load: () => import("./pages/help_api.js") },
  { path: "/me", title: "Your account", load: () => import("./pages/me.js") },
];

/** @param {string} path @returns {{page: Page, params: Record<string, string>}|null} */
export function pageOf(path) {
  for (const page of pages) {
    const names = [...page.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const found = path.match(new RegExp(`^${page.path.replace(/\{\w+\}/g, "([^/]+)")}$`));
    if (found) return { page, params: Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1])])) };
  }
  return null;
}
