/** The losses that a bridge has counted, by code, from the text of its metrics page. */
export function lossesIn(metrics: string): Map<string, number> {
  const losses = new Map<string, number>();
  for (const [, labels = '', value = ''] of metrics.matchAll(/^ocpp_bridge_losses_total\{([^}]*)\}\s+(\S+)/gm)) {
    const code = /\bcode="([^"]*)"/.exec(labels)?.[1];
    const number = Number(value);
    if (code !== undefined && number > 0) losses.set(code, (losses.get(code) ?? 0) + number);
  }
  return new Map([...losses].sort(([one, few], [other, many]) => many - few || one.localeCompare(other)));
}
