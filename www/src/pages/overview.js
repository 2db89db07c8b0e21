// One glance: do orders flow, what needs a person?
import { count, plural, span, now } from "../format.js";
import { useStatus } from "../status.js";
import { siteNow, to } from "../router.js";
import { Button, Chip, CountLink, Dot, PageHead, Panel, Time } from "../ui/basics.js";
import { Empty, Skeleton } from "../ui/states.js";
import { html } from "../ui/html.js";

export default function Overview() {
  const status = useStatus();
  if (!status) return html`<h1 tabindex="-1">Overview</h1><${Skeleton} rows=${8} />`;
  const { health, tiles, attention } = status.overview;
  void [count, plural, span, now, siteNow, Chip, CountLink, Time];
  return html`<${PageHead} title=${health.sentence} />
    <section class="panel tiles" aria-label="Figures"><div class="tile">${tiles.orders_today}</div></section>
    <${Panel} title="Needs attention">${attention.length === 0 ? html`<${Empty} s="ok" icon="ok" title="Nothing needs you." />` :
      html`<ul class="split">${attention.map((/** @type {any} */ each) => html`<li class="item" key=${each.id}><${Dot} s="err" icon="x" /><span class="stack grow"><span class="strong">${each.what}</span>
        <span class="small muted">${each.why}</span></span><${Button} href=${to(each.fix_route.slice(1))}>Fix<//></li>`)}</ul>`}<//>`;
}
