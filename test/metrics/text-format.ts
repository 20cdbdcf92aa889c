// A reader of Prometheus's text format that refuses what a scraper, or promtool's linter, would [Prometheus, exposition formats].

/** One line with a figure. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric with all its figures. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const labelPair = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/** @throws {Error} that names the line which is not as it must be */
export function parseMetrics(text: string): Family[] {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families: Family[] = [];
  for (const block of text.split(/^(?=# HELP )/m)) families.push(familyOf(block));
  assertOnce(families.map(({ name }) => name));
  return families;
}

function familyOf(block: string): Family {
  const [helpLine = '', typeLine = '', ...rest] = block.split('\n').filter((line) => line !== '');
  const [, name, help] = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)$/.exec(helpLine) ?? fail(helpLine);
  const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(typeLine) ?? fail(typeLine);
  if (typed !== name) fail(typeLine);
  const samples = rest.map(sampleOf);
  const family = { name: name!, help: help!, type: type!, samples };
  for (const one of samples) assertNamed(family, one);
  assertOnce(samples.map((one) => JSON.stringify([one.name, Object.entries(one.labels).sort()])));
  if (type === 'histogram') assertBuckets(family);
  return family;
}

function sampleOf(line: string): Sample {
  const [, name, labels = '', value] = sampleLine.exec(line) ?? fail(line);
  // prom-client writes Nan, and Prometheus reads it in any case, as Go does
  if (!/^([+-]Inf|Na[Nn]|-?\d+(\.\d+)?(e[+-]?\d+)?)$/.test(value!)) fail(line);
  return { name: name!, labels: labelsOf(labels, line), value: numberOf(value!) };
}

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  labelPair.lastIndex = 0;
  while (labelPair.lastIndex < text.length) {
    const [, name, value] = labelPair.exec(text) ?? fail(line);
    if (Object.hasOwn(labels, name!)) fail(line);
    labels[name!] = value!.replace(/\\(.)/g, (_, one: string) => (one === 'n' ? '\n' : one));
  }
  return labels;
}

const numberOf = (text: string): number =>
  text.endsWith('Inf') ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);

function assertNamed({ name, type }: Family, sample: Sample): void {
  const names = type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
  if (!names.includes(sample.name)) throw new Error(`${sample.name} stands among ${name}`);
  if (type !== 'gauge' && !(sample.value >= 0)) throw new Error(`${sample.name} is ${sample.value}`);
}

/** Buckets are added up, the last one holds all, and nothing but `le` tells them apart. */
function assertBuckets({ name, samples }: Family): void {
  for (const { labels, value } of samples.filter((one) => one.name === `${name}_count`)) {
    const same = (one: Sample): boolean =>
      Object.entries(labels).every(([key, held]) => one.labels[key] === held);
    const buckets = samples.filter((one) => one.name === `${name}_bucket` && same(one));
    const bounds = buckets.map((one) => numberOf(one.labels.le!));
    const sorted = bounds.every((bound, at) => at === 0 || bound > bounds[at - 1]!);
    const added = buckets.every((one, at) => at === 0 || one.value >= buckets[at - 1]!.value);
    if (!sorted || !added || bounds.at(-1) !== Infinity || buckets.at(-1)!.value !== value)
      throw new Error(`the buckets of ${name} ${JSON.stringify(labels)} do not add up`);
  }
}

function assertOnce(names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`${twice} is there twice`);
}

function fail(line: string): never {
  throw new Error(`not of the format: ${line}`);
}
