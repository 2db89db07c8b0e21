// What each right lets one do, in words of those who grant it.

/** @type {[string, string][]} */
export const rights = [
  ["view", "See orders, runs and figures"],
  ["pii", "See names, e-mail and streets in full"],
  ["sync", "Start, retry and stop runs; change schedules"],
  ["orders.write", "Mend, retry and import orders"],
  ["items.write", "Change items and kits"],
  ["sites.write", "Add and change sites"],
  ["powerbi.write", "Change workspaces, datasets and pushes of Power BI"],
  ["query", "Build and keep queries"],
  ["export", "Export data"],
  ["alerts.write", "Change alerts"],
  ["logs", "Read logs and the audit trail"],
  ["users", "Change users, roles and tokens"],
  ["settings", "Change settings"],
];
