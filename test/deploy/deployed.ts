/** What `deploy/` has for Prometheus and Grafana, as its tests read it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '../../src/apimachinery/codec/yaml.ts';
import { root } from '../corpus.ts';

export const prometheusFolder = join(root, 'deploy', 'prometheus');

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function rules(): readonly Rule[] {
  const text = readFileSync(join(prometheusFolder, 'rules.yaml'), 'utf8');
  const file = parseYaml(text) as unknown as { groups: { rules: Rule[] }[] };
  return file.groups.flatMap((group) => group.rules);
}

export interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

export function dashboard(): Dashboard {
  return JSON.parse(readFileSync(join(root, 'deploy', 'grafana', 'milo.json'), 'utf8'));
}

/** With what Grafana puts in place of its variables. */
export const asPrometheusReads = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '1h').replaceAll(/\$\w+/g, '.*');
